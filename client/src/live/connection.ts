/** One socket that is opened again whenever it is lost, notices silence, and renews its token. It knows no rooms. */
import { CaravanError } from "../errors.ts";
import { CLOSE, type ClientFrame, type Limits, PROTOCOL, parseFrame, type ServerFrame } from "./frames.ts";
import { type After, type Credentials, platformAfter, platformSocket, type SocketLike } from "./options.ts";
import { backoff, coolDown, renewIn } from "./timing.ts";
import { lifetimeOf } from "./token.ts";

/**
 * `idle`: nothing was asked for yet. `connecting`: a socket is being opened. `live`: welcomed. `waiting`: lost, and
 * tried again soon. `refused`: trying again would not help, see `error`. `closed`: by `close()`.
 */
export type LiveState = "idle" | "connecting" | "live" | "waiting" | "refused" | "closed";

export interface ConnectionParts {
  /** The address to open, asked at each attempt. */
  readonly url: () => string;
  readonly credentials: Credentials | undefined;
  readonly anonymous: boolean;
  readonly socket?: ((url: string, protocols: string[]) => SocketLike) | undefined;
  readonly after?: After | undefined;
  readonly random?: (() => number) | undefined;
  /** A frame came in. */
  readonly hear: (frame: ServerFrame) => void;
  readonly changed: (state: LiveState) => void;
  /** Every frame of both sides, for those who want to look. */
  readonly look: (direction: "in" | "out", frame: ServerFrame | ClientFrame) => void;
}

/** ms until an attempt, a probe after waking, and a connection that counts as steady. */
const OPEN_WITHIN = 15_000;
const ANSWER_WITHIN = 5_000;
const STEADY_AFTER = 10_000;
/** ms until a failed handshake asks for a new token again, and until a failed renewal is repeated. */
const RENEW_PAUSE = 60_000;
const RENEW_AGAIN = 10_000;
/** So many closes for bad frames in a row, without a good one between them, are a fault of the client. */
const MOST_STRIKES = 3;
const DEFAULT_LIMITS: Limits = { frame: 16_384, rate: 50, page: 300, rooms: 50, ping: 25, silence: 60 };

export class Connection {
  readonly #parts: ConnectionParts;
  readonly #after: After;
  readonly #random: () => number;
  #state: LiveState = "idle";
  #error: CaravanError | null = null;
  #retryIn: number | null = null;
  #limits = DEFAULT_LIMITS;
  #socket: SocketLike | null = null;
  /** Counts attempts, so that what belongs to an earlier one is recognized. */
  #turn = 0;
  #attempt = 0;
  #strikes = 0;
  #refusals = 0;
  #mustRenew = false;
  #mayRenew = true;
  #heard = false;
  #timers = new Set<() => void>();
  #endPause = () => {};
  #queue: ClientFrame[] = [];
  #sent = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#after = parts.after ?? platformAfter;
    this.#random = parts.random ?? Math.random;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** Why the connection was refused; null otherwise. */
  get error(): CaravanError | null {
    return this.#error;
  }

  /** How long the present pause takes from its beginning, in ms; null unless it waits. */
  get retryIn(): number | null {
    return this.#state === "waiting" ? this.#retryIn : null;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Opens the socket unless it is open or being opened. Also after it was refused or closed. */
  connect(): void {
    if (this.#state === "live" || this.#state === "connecting") return;
    if (this.#state !== "waiting") {
      this.#attempt = 0;
      this.#refusals = 0;
      this.#strikes = 0;
      this.#mustRenew = false;
    }
    this.#error = null;
    void this.#open();
  }

  /** The network may be back: tries at once, or finds out whether the open socket is still good. */
  wake(): void {
    if (this.#state === "waiting") {
      this.#attempt = 0;
      this.connect();
    } else if (this.#state === "live") this.#probe(ANSWER_WITHIN);
  }

  /** Gives the present socket up and opens another one. */
  reconnect(): void {
    if (this.#state === "live") this.#lost(1006);
  }

  close(): void {
    this.#stop();
    this.#become("closed");
  }

  /** Stops for good, until `connect` is called again. */
  refuse(error: CaravanError): void {
    this.#stop();
    this.#error = error;
    this.#become("refused");
  }

  /** The server took a frame: it is not the client that is wrong. */
  accepted(): void {
    this.#strikes = 0;
  }

  /**
   * Sends a frame, at a pace below the server's limit: what is too much for this second goes in the next. False when
   * there is no connection; a frame that waits is lost with it.
   */
  send(frame: ClientFrame): boolean {
    if (this.#state !== "live") return false;
    this.#queue.push(frame);
    this.#flush();
    return true;
  }

  async #open(): Promise<void> {
    this.#drop();
    const turn = this.#turn;
    this.#become("connecting");
    const token = await this.#token(turn);
    if (token === undefined || turn !== this.#turn) return;
    let socket: SocketLike;
    try {
      const open = this.#parts.socket ?? platformSocket;
      socket = open(this.#parts.url(), [PROTOCOL, ...(token === null ? [] : [`auth.${token}`])]);
    } catch (cause) {
      return this.refuse(new CaravanError({ code: "network", message: String(cause), cause }));
    }
    this.#socket = socket;
    let welcomed = false;
    this.#later(OPEN_WITHIN, () => welcomed || this.#lost(1006));
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (this.#socket !== socket) return;
      this.#heard = true;
      const frame = parseFrame(data);
      if (!frame) return;
      this.#parts.look("in", frame);
      if (frame.t === "welcome" && !welcomed) {
        welcomed = true;
        this.#welcome(frame);
      }
      this.#parts.hear(frame);
    };
    socket.onclose = ({ code }: { code?: number }) => {
      if (this.#socket === socket) this.#lost(code ?? 1006, welcomed || token === null);
    };
    // Without a listener some sockets throw; the close follows.
    socket.onerror = () => {};
  }

  /** The token for an attempt; undefined when there will be none now. */
  async #token(turn: number): Promise<string | null | undefined> {
    const { credentials, anonymous } = this.#parts;
    const renews = this.#mustRenew;
    try {
      const token = (await (renews ? credentials?.renew() : credentials?.token())) ?? null;
      if (turn !== this.#turn) return undefined;
      if (renews) this.#renewed();
      if (token === null && (renews || !anonymous)) {
        const code = renews ? "unauthenticated" : "signed_out";
        this.refuse(
          new CaravanError({ code, message: renews ? "The session is over." : "Nobody is signed in." }),
        );
        return undefined;
      }
      return token;
    } catch {
      if (turn === this.#turn) this.#wait(backoff(this.#attempt++, this.#random()));
      return undefined;
    }
  }

  #renewed(): void {
    this.#mustRenew = false;
    this.#mayRenew = false;
    // Not among the timers of one attempt.
    this.#endPause();
    this.#endPause = this.#after(RENEW_PAUSE, () => {
      this.#mayRenew = true;
    });
  }

  #welcome({ limits, ttl }: Extract<ServerFrame, { t: "welcome" }>): void {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#clear();
    this.#later(STEADY_AFTER, () => {
      this.#attempt = 0;
      this.#refusals = 0;
    });
    this.#beat();
    if (ttl !== null && ttl !== undefined) this.#later(renewIn(ttl), () => this.#renew());
    this.#become("live");
  }

  /** Pings, and gives the socket up after two unanswered pings. Measures nothing, so that no clock can mislead it. */
  #beat(): void {
    const { ping, silence } = this.#limits;
    this.#later(ping * 1000, () => {
      const wasHeard = this.#heard;
      if (!wasHeard) return this.#probe(Math.max(0, (silence - 2 * ping) * 1000), true);
      this.#ping();
      this.#beat();
    });
  }

  /** Pings, and gives the socket up unless something is heard in so many ms. */
  #probe(milliseconds: number, goesOn = false): void {
    this.#ping();
    this.#later(milliseconds, () => {
      if (!this.#heard) this.#lost(1006);
      else if (goesOn) this.#beat();
    });
  }

  #ping(): void {
    this.#heard = false;
    this.#transmit({ t: "ping" });
  }

  /** Sends a new token before the old one ends. */
  async #renew(): Promise<void> {
    const turn = this.#turn;
    try {
      const token = (await this.#parts.credentials?.renew()) ?? null;
      if (turn !== this.#turn) return;
      if (token === null)
        return this.refuse(new CaravanError({ code: "unauthenticated", message: "The session is over." }));
      this.#transmit({ t: "auth", token });
      const life = lifetimeOf(token);
      if (life !== null) this.#later(renewIn(life), () => this.#renew());
    } catch {
      if (turn === this.#turn) this.#later(RENEW_AGAIN, () => this.#renew());
    }
  }

  /** The socket is gone. `welcomed`: the server had let it in, or needed no token. */
  #lost(code: number, welcomed = true): void {
    this.#drop();
    const error = FINAL[code];
    if (error) return void this.refuse(new CaravanError(error));
    // Browsers don't tell a refused handshake from a broken line: the token may be the reason.
    if (code === CLOSE.unauthenticated || (!welcomed && this.#mayRenew)) this.#mustRenew = true;
    if (code === CLOSE.unauthenticated && ++this.#refusals > 2)
      return void this.refuse(new CaravanError({ code: "unauthenticated", message: "The session is over." }));
    if (code === CLOSE.badFrames && ++this.#strikes >= MOST_STRIKES)
      return void this.refuse(
        new CaravanError({ code: "bad_frame", message: "The server refuses this client's frames." }),
      );
    const pause = code === CLOSE.badFrames || code === CLOSE.tooFast ? coolDown : backoff;
    this.#wait(pause(this.#attempt++, this.#random()));
  }

  #wait(milliseconds: number): void {
    this.#retryIn = milliseconds;
    this.#become("waiting");
    this.#later(milliseconds, () => this.connect());
  }

  #flush(): void {
    // Two bursts may fall into one second of the server's; a ping must still fit.
    const most = Math.max(1, Math.floor(this.#limits.rate * 0.45));
    while (this.#sent < most) {
      const frame = this.#queue.shift();
      if (!frame) return;
      if (this.#sent++ === 0)
        this.#later(1000, () => {
          this.#sent = 0;
          this.#flush();
        });
      this.#transmit(frame);
    }
  }

  #transmit(frame: ClientFrame): void {
    this.#parts.look("out", frame);
    try {
      this.#socket?.send(JSON.stringify(frame));
    } catch {
      // It is closing; the close follows.
    }
  }

  #stop(): void {
    this.#drop();
    this.#endPause();
    this.#mayRenew = true;
  }

  /** Forgets the present socket and all that belongs to it. */
  #drop(): void {
    this.#turn += 1;
    this.#clear();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    try {
      socket.close(1000);
    } catch {
      // Not open yet, or closed already.
    }
  }

  #clear(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#queue = [];
    this.#sent = 0;
  }

  #later(milliseconds: number, run: () => void): void {
    const cancel = this.#after(milliseconds, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }

  #become(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#parts.changed(state);
  }
}

/** Closes after which another attempt would end in the same way. */
const FINAL: Readonly<Record<number, { code: string; message: string }>> = {
  [CLOSE.forbidden]: { code: "forbidden", message: "This is no longer allowed." },
  [CLOSE.gone]: { code: "not_found", message: "There is no such room." },
};
