/**
 * The native dialect's frames of a server. Nothing parses them: the Worker takes their types, AsyncAPI and the tests their
 * schemas. So import them for their types only.
 */
import * as v from "valibot";

/** Codes of `error` frames. */
const ErrorCode = v.picklist([
  "bad_frame",
  "too_large",
  "too_many",
  "forbidden",
  "unauthenticated",
  "not_found",
  "unavailable",
]);
export type ErrorCode = v.InferOutput<typeof ErrorCode>;

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const room = v.optional(v.string());
const time = v.pipe(v.string(), v.isoTimestamp());
const body = v.record(v.string(), v.unknown());

export const WelcomeFrame = v.object({
  t: v.literal("welcome"),
  epoch: v.string(),
  seq: whole,
  ttl: v.nullable(whole),
  recovered: v.boolean(),
  limits: v.object({
    frame: v.pipe(whole, v.description("Bytes of one frame.")),
    rate: v.pipe(whole, v.description("Frames per second from one socket.")),
    page: v.pipe(whole, v.description("Entries that a resume reads at a time.")),
    rooms: v.pipe(whole, v.description("Rooms that one socket may subscribe to.")),
    ping: v.pipe(
      whole,
      v.description('Seconds: send exactly `{"t":"ping"}` at least this often, in addition to other frames.'),
    ),
    silence: v.pipe(
      whole,
      v.description(
        "Seconds: a client that is silent for this long is not present, and its person is notified as if away.",
      ),
    ),
  }),
});
export const EntryFrame = v.object({
  t: v.literal("entry"),
  room,
  seq: whole,
  kind: v.string(),
  at: time,
  by: v.nullable(whole),
  ref: v.optional(v.string()),
  body,
});
/** Something that is not stored and has no position, such as a truck's place. */
export const LatestFrame = v.object({ t: v.literal("latest"), room, kind: v.string(), at: time, body });
export const AckFrame = v.object({ t: v.literal("ack"), room, ref: v.string(), seq: whole, at: time });
export const PresenceFrame = v.object({ t: v.literal("presence"), room, users: v.array(whole) });
export const TypingNotice = v.object({ t: v.literal("typing"), room, by: whole });
export const ReadNotice = v.object({ t: v.literal("read"), room, by: whole, seq: whole });
export const SubscribedFrame = v.object({
  t: v.literal("subscribed"),
  ref: v.optional(v.string()),
  room: v.string(),
  epoch: v.string(),
  seq: whole,
  recovered: v.boolean(),
});
export const UnsubscribedFrame = v.object({ t: v.literal("unsubscribed"), room: v.string(), code: whole });
export const ErrorFrame = v.object({
  t: v.literal("error"),
  room,
  ref: v.optional(v.string()),
  code: ErrorCode,
  detail: v.string(),
});
export const PongFrame = v.object({ t: v.literal("pong") });

const ServerFrame = v.variant("t", [
  WelcomeFrame,
  EntryFrame,
  LatestFrame,
  AckFrame,
  PresenceFrame,
  TypingNotice,
  ReadNotice,
  SubscribedFrame,
  UnsubscribedFrame,
  ErrorFrame,
  PongFrame,
]);
export type ServerFrame = v.InferOutput<typeof ServerFrame>;

/** The documented dialect's frame for the same errors. */
export const DocumentedError = v.object({ type: v.literal("error"), code: ErrorCode, detail: v.string() });
