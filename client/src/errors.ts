/** The one error of this package: what a server refused, and what could not reach it. */

/** `code` of a `CaravanError`: what programs decide by. Servers may send others; these are the known ones. */
export type ErrorCode =
  | "aborted"
  | "bad_frame"
  | "conflict"
  | "forbidden"
  | "invalid"
  | "network"
  | "not_found"
  | "otp_invalid"
  | "otp_required"
  | "precondition"
  | "push_denied"
  | "push_off"
  | "push_unreachable"
  | "push_unsupported"
  | "signed_out"
  | "too_large"
  | "too_many"
  | "unauthenticated"
  | "unavailable"
  | (string & {});

export interface ErrorFacts {
  readonly message: string;
  readonly code: ErrorCode;
  /** HTTP status; 0 when there was no response, and for errors of the socket. */
  readonly status?: number;
  /** Messages by field, as `{ email: ["…"] }`; a nested field is spelled `vehicle.plate`. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** The server's id of this request, for its logs. */
  readonly requestId?: string | null;
  /** Seconds after which a repetition is welcome. */
  readonly retryAfter?: number | null;
  /** The parsed body of the response. */
  readonly body?: unknown;
  readonly cause?: unknown;
}

/** A refusal of the server, or a request that did not reach it (`code` is `network`). */
export class CaravanError extends Error {
  override readonly name = "CaravanError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly requestId: string | null;
  readonly retryAfter: number | null;
  readonly body: unknown;
  override readonly cause: unknown;

  constructor(facts: ErrorFacts) {
    super(facts.message);
    this.code = facts.code;
    this.status = facts.status ?? 0;
    this.fields = facts.fields ?? {};
    this.requestId = facts.requestId ?? null;
    this.retryAfter = facts.retryAfter ?? null;
    this.body = facts.body;
    this.cause = facts.cause;
  }
}

/** Whether a value is an error of this package, with this code if one is given. */
export function isCaravanError(value: unknown, code?: ErrorCode): value is CaravanError {
  return value instanceof CaravanError && (code === undefined || value.code === code);
}

/** What an aborted request rejects with: the reason that was given; React Native's signals keep none. */
export function abortReason(signal: { readonly reason?: unknown } | null | undefined): unknown {
  return signal?.reason ?? new CaravanError({ code: "aborted", message: "The request was aborted." });
}
