/** The native dialect, `caravan.v1`: every frame either side may send. Rooms parse with these; AsyncAPI is built from them. */
import * as v from "valibot";

export const PROTOCOL = "caravan.v1";

/** Limits told in `welcome`. Bytes, frames a second, entries a read. */
export const LIMITS = { frame: 16 * 1024, rate: 50, page: 300 } as const;

/** A reader whose outgoing buffer passes this many bytes is closed with 4408. */
export const MAX_BUFFERED = 1024 * 1024;

/** The third bad frame in a row closes the socket. */
export const MAX_FAULTS = 3;

export const CLOSE = {
  unauthenticated: 4001,
  forbidden: 4003,
  gone: 4004,
  badFrames: 4400,
  slow: 4408,
  tooFast: 4429,
} as const;

const ref = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(64),
  v.description("The client's own name for this entry: a retried send with the same ref is stored once."),
);

export const SayFrame = v.object({
  t: v.literal("say"),
  ref,
  kind: v.pipe(v.string(), v.maxLength(32)),
  body: v.record(v.string(), v.unknown()),
});
export const AuthFrame = v.object({ t: v.literal("auth"), token: v.pipe(v.string(), v.maxLength(4096)) });
export const PingFrame = v.object({ t: v.literal("ping") });

/** What a client may send. `ping` is answered by the runtime when it is exactly `{"t":"ping"}`. */
export const ClientFrame = v.variant("t", [SayFrame, AuthFrame, PingFrame]);
export type ClientFrame = v.InferOutput<typeof ClientFrame>;

const seq = v.pipe(
  v.number(),
  v.integer(),
  v.description("Position in the room: rises by one an entry, no gaps."),
);
const at = v.pipe(v.string(), v.description("When it was stored, ISO 8601 in UTC."));
const by = v.pipe(v.nullable(v.number()), v.description("The author's user id; null for the system."));

export const WelcomeFrame = v.object({
  t: v.literal("welcome"),
  epoch: v.pipe(
    v.string(),
    v.description("Changes only when a journal was lost: positions of another epoch mean nothing."),
  ),
  seq,
  ttl: v.pipe(
    v.nullable(v.number()),
    v.description("Seconds until the credential expires; null when there is none."),
  ),
  recovered: v.pipe(v.boolean(), v.description("False: entries may be missing, reload through REST.")),
  limits: v.object({ frame: v.number(), rate: v.number(), page: v.number() }),
});
export const EntryFrame = v.object({
  t: v.literal("entry"),
  seq,
  kind: v.string(),
  at,
  by,
  ref: v.optional(v.string()),
  body: v.record(v.string(), v.unknown()),
});
export const AckFrame = v.object({ t: v.literal("ack"), ref: v.string(), seq, at });
export const ErrorFrame = v.object({
  t: v.literal("error"),
  ref: v.optional(v.string()),
  code: v.string(),
  detail: v.string(),
});
export const PongFrame = v.object({ t: v.literal("pong") });

export const ServerFrame = v.variant("t", [WelcomeFrame, EntryFrame, AckFrame, ErrorFrame, PongFrame]);
export type ServerFrame = v.InferOutput<typeof ServerFrame>;

/** Why a frame was refused. `code` is for programs, `detail` for people. */
export interface Fault {
  readonly code: "bad_frame" | "too_large" | "forbidden" | "unauthenticated" | "unavailable";
  readonly detail: string;
}

export function fault(code: Fault["code"], detail: string): Fault {
  return { code, detail };
}

export function encode(frame: ServerFrame): string {
  return JSON.stringify(frame);
}
