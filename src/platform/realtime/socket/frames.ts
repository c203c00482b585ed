/**
 * The native dialect, `caravan.v1`: the frames of a client, which rooms parse with these schemas. What a server sends is
 * `server-frames.ts`; what each field means is told in `documents/frames.ts`, which is no part of the Worker.
 */
import * as v from "valibot";
import { LIVENESS } from "./liveness.ts";
import type { ErrorCode, ServerFrame } from "./server-frames.ts";

export type { ServerFrame } from "./server-frames.ts";

export const PROTOCOL = "caravan.v1";

/** Sent in `welcome`: bytes per frame, frames per second, entries per page, rooms per socket, and the seconds of `LIVENESS`. */
export const LIMITS = { frame: 16 * 1024, rate: 50, page: 300, rooms: 50, ...LIVENESS } as const;

/** A socket with more unread bytes than this is closed with 4408. */
export const MAX_BUFFERED = 1024 * 1024;

/** The third bad frame in a row closes the socket. */
export const MAX_FAULTS = 3;

export const CLOSE = {
  /** The object has lost its place, as with a deploy: the client connects again and resumes. */
  comeBack: 1012,
  unauthenticated: 4001,
  forbidden: 4003,
  gone: 4004,
  badFrames: 4400,
  slow: 4408,
  tooFast: 4429,
} as const;

/** The client's own id of an entry: a retry with the same ref is stored once. */
const ref = v.pipe(v.string(), v.minLength(1), v.maxCodePoints(64));
const roomName = v.pipe(v.string(), v.maxCodePoints(100));
/** On a person's own socket: the subscribed room that the frame is for, as `chat:3`. */
const room = v.optional(roomName);
const position = v.pipe(v.number(), v.integer(), v.minValue(0));

export const SayFrame = v.object({
  t: v.literal("say"),
  room,
  ref,
  kind: v.pipe(v.string(), v.maxCodePoints(32)),
  body: v.record(v.string(), v.unknown()),
});
export const PointsFrame = v.object({ t: v.literal("points"), room, ref, points: v.array(v.unknown()) });
export const ReadFrame = v.object({ t: v.literal("read"), room, seq: position });
export const TypingFrame = v.object({ t: v.literal("typing"), room });
export const SubscribeFrame = v.object({
  t: v.literal("subscribe"),
  ref: v.optional(ref),
  room: roomName,
  epoch: v.optional(v.string()),
  since: v.optional(position),
});
export const UnsubscribeFrame = v.object({ t: v.literal("unsubscribe"), room: roomName });
export const AuthFrame = v.object({ t: v.literal("auth"), token: v.pipe(v.string(), v.maxCodePoints(4096)) });
export const PingFrame = v.object({ t: v.literal("ping") });

/** The frames of a client. The runtime answers `ping` when it is exactly `{"t":"ping"}`. */
export const ClientFrame = v.variant("t", [
  SayFrame,
  PointsFrame,
  ReadFrame,
  TypingFrame,
  SubscribeFrame,
  UnsubscribeFrame,
  AuthFrame,
  PingFrame,
]);
export type ClientFrame = v.InferOutput<typeof ClientFrame>;
/** The frames that an inbox forwards to the room that they name. */
export type RoomFrame = Extract<ClientFrame, { t: "say" | "points" | "read" | "typing" }>;

/** Why a frame was refused. `code` is for programs, `detail` for people. */
export interface Fault {
  readonly code: ErrorCode;
  readonly detail: string;
}

export function fault(code: Fault["code"], detail: string): Fault {
  return { code, detail };
}

/** The author has added more entries than allowed, for now. */
export const TOO_MANY = fault("too_many", "You have written too much here. Send it again later.");
export const LATER = fault("unavailable", "Send it again later.");
export const NO_SUCH_ROOM = fault("not_found", "There is no such room.");

export function encode(frame: ServerFrame): string {
  return JSON.stringify(frame);
}
