/** One request and its response: signed, repeated where that does no harm, and refused as a `CaravanError`. */
import { abortReason, CaravanError } from "../errors.ts";
import type { After } from "../live/options.ts";
import { backoff } from "../live/timing.ts";
import { refusalOf, secondsOf } from "./refusal.ts";
import { authorizationOf, type Session } from "./session.ts";

/** A request that can be sent several times. */
export interface Call {
  readonly method: string;
  /** The headers that it has already. */
  readonly headers: Headers;
  readonly signal?: AbortSignal | null | undefined;
  /** Sends it with these headers. */
  send(headers: Headers): Promise<Response>;
}

export interface ExchangeParts {
  readonly session: Session;
  readonly locale: () => string | undefined;
  /** How often a request is repeated at most. */
  readonly retries: number;
  readonly after: After;
  readonly random: () => number;
}

/** Methods that may be sent twice; a POST may with an `Idempotency-Key`. */
const REPEATABLE = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
/** Responses of a server, or of what stands before it, that is busy for a moment. */
const BUSY = new Set([429, 502, 503, 504]);
/** The longest pause that is waited for here, seconds. */
const LONGEST = 30;
/** Carries what this client has written, so that its next read finds it on any replica. */
const BOOKMARK = "x-d1-bookmark";

export class Exchange {
  readonly #parts: ExchangeParts;
  #bookmark: string | null = null;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /**
   * The response of a success. Throws a `CaravanError` for any other, with `code` `network` when there was none and
   * `signed_out` when somebody else has signed in meanwhile, and the reason that was given when it is aborted.
   */
  async run(call: Call): Promise<Response> {
    const { session, retries } = this.#parts;
    const mayRepeat = REPEATABLE.has(call.method) || call.headers.has("idempotency-key");
    let authorization: string | null = null;
    let owner = "";
    if (!call.headers.has("authorization")) {
      await session.load();
      owner = session.owner;
      authorization = await session.authorization();
      this.#requireSame(owner);
    }
    let mayRenew = authorization !== null;
    for (let attempt = 0; ; attempt++) {
      const isLast = attempt >= retries;
      const response = await this.#send(call, authorization, mayRepeat && !isLast);
      if (response === null) {
        await this.#pause(backoff(attempt + 1, this.#parts.random()), call.signal);
        continue;
      }
      this.#bookmark = response.headers.get(BOOKMARK) ?? this.#bookmark;
      if (response.ok || response.status === 304) return response;
      if (response.status === 401 && mayRenew) {
        mayRenew = false;
        authorization = authorizationOf(await session.renew(authorization));
        this.#requireSame(owner);
        if (authorization) continue;
      }
      const pause = isLast ? null : pauseAfter(response, mayRepeat);
      if (pause === null) throw await refusalOf(response);
      await this.#pause(pause * 1000 + backoff(attempt, this.#parts.random()), call.signal);
    }
  }

  /** Another tab may have signed somebody else in: what one person asked for is never sent as another. */
  #requireSame(owner: string): void {
    const now = this.#parts.session.owner;
    if (owner && now && now !== owner)
      throw new CaravanError({ code: "signed_out", message: "Somebody else has signed in." });
  }

  /** Null when it did not get through and may be sent again. */
  async #send(call: Call, authorization: string | null, goesOn: boolean): Promise<Response | null> {
    const headers = new Headers(call.headers);
    if (authorization) headers.set("authorization", authorization);
    // Given empty: not to be signed.
    else if (headers.get("authorization") === "") headers.delete("authorization");
    const locale = this.#parts.locale();
    if (locale && !headers.has("accept-language")) headers.set("accept-language", locale);
    if (this.#bookmark) headers.set(BOOKMARK, this.#bookmark);
    try {
      return await call.send(headers);
    } catch (cause) {
      if (call.signal?.aborted) throw abortReason(call.signal);
      if (goesOn) return null;
      throw new CaravanError({ code: "network", message: "The server could not be reached.", cause });
    }
  }

  #pause(milliseconds: number, signal: AbortSignal | null | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel();
        reject(abortReason(signal));
      };
      const cancel = this.#parts.after(milliseconds, () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      });
      signal?.addEventListener("abort", abort, { once: true });
    });
  }
}

/** Seconds after which a refused request is sent again; null when it is not. */
function pauseAfter({ status, headers }: Response, mayRepeat: boolean): number | null {
  const asked = secondsOf(headers.get("retry-after"));
  if (asked !== null && asked > LONGEST) return null;
  // The first request with this key is still running.
  if (status === 409) return mayRepeat ? asked : null;
  // What came too often was not carried out.
  if (status === 429) return asked;
  return BUSY.has(status) && mayRepeat ? (asked ?? 0) : null;
}
