/** The native dialect, `caravan.v1`: every frame of both sides. Rooms parse with these schemas; AsyncAPI is made from them. */
import * as v from "valibot";
import { LIVENESS } from "./liveness.ts";

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

const ref = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxCodePoints(64),
  v.description("The client's own id of this entry: a retry with the same ref is stored once."),
);

const room = v.optional(
  v.pipe(
    v.string(),
    v.maxCodePoints(100),
    v.description("On the person's own socket: the subscribed room that the frame is for, as `chat:3`."),
  ),
);
const position = v.pipe(v.number(), v.integer(), v.minValue(0));

export const SayFrame = v.object({
  t: v.literal("say"),
  room,
  ref,
  kind: v.pipe(v.string(), v.maxCodePoints(32)),
  body: v.record(v.string(), v.unknown()),
});
export const PointsFrame = v.object({
  t: v.literal("points"),
  room,
  ref,
  points: v.pipe(
    v.array(v.unknown()),
    v.description("Each with latitude, longitude; at, accuracy, speed, heading."),
  ),
});
export const ReadFrame = v.object({ t: v.literal("read"), room, seq: position });
export const TypingFrame = v.object({ t: v.literal("typing"), room });
export const SubscribeFrame = v.object({
  t: v.literal("subscribe"),
  ref: v.optional(ref),
  room: v.pipe(v.string(), v.maxCodePoints(100), v.description("`chat:3`; only on the person's own socket.")),
  epoch: v.optional(v.string()),
  since: v.optional(position),
});
export const UnsubscribeFrame = v.object({
  t: v.literal("unsubscribe"),
  room: v.pipe(v.string(), v.maxCodePoints(100)),
});
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

const seq = v.pipe(
  v.number(),
  v.integer(),
  v.description("Position in the room: rises by one per entry, without gaps."),
);
const at = v.pipe(v.string(), v.description("When it was stored, ISO 8601 in UTC."));
const by = v.pipe(v.nullable(v.number()), v.description("The author's user id; null for the system."));

export const WelcomeFrame = v.object({
  t: v.literal("welcome"),
  epoch: v.pipe(
    v.string(),
    v.description("Changes only when a journal was lost: positions of another epoch are not valid."),
  ),
  seq,
  ttl: v.pipe(
    v.nullable(v.number()),
    v.description("Seconds until the credential expires; null when there is none."),
  ),
  recovered: v.pipe(v.boolean(), v.description("False: entries may be missing, reload through REST.")),
  limits: v.object({
    frame: v.pipe(v.number(), v.description("Bytes of one frame.")),
    rate: v.pipe(v.number(), v.description("Frames per second from one socket.")),
    page: v.pipe(v.number(), v.description("Entries that a resume reads at a time.")),
    rooms: v.pipe(v.number(), v.description("Rooms that one socket may subscribe to.")),
    ping: v.pipe(
      v.number(),
      v.description('Seconds: send exactly `{"t":"ping"}` at least this often, in addition to other frames.'),
    ),
    silence: v.pipe(
      v.number(),
      v.description(
        "Seconds: a client that is silent for this long is not present, and its person is notified as if away.",
      ),
    ),
  }),
});
export const EntryFrame = v.object({
  t: v.literal("entry"),
  room,
  seq,
  kind: v.string(),
  at,
  by,
  ref: v.optional(v.string()),
  body: v.record(v.string(), v.unknown()),
});
export const LatestFrame = v.pipe(
  v.object({
    t: v.literal("latest"),
    room,
    kind: v.string(),
    at: v.pipe(v.string(), v.description("When the room got it, ISO 8601 in UTC.")),
    body: v.record(v.string(), v.unknown()),
  }),
  v.description(
    "Something that is not stored and has no position, such as a truck's place. It replaces the one before; one that was missed is not sent again. It comes after `welcome` or `subscribed` when the room knows one, and at most once a second.",
  ),
);
export const AckFrame = v.object({ t: v.literal("ack"), room, ref: v.string(), seq, at });
export const PresenceFrame = v.object({
  t: v.literal("presence"),
  room,
  users: v.pipe(
    v.array(v.number()),
    v.description("The user ids of the people who are present: heard lately, each once."),
  ),
});
export const TypingNotice = v.object({ t: v.literal("typing"), room, by: v.number() });
export const ReadNotice = v.object({ t: v.literal("read"), room, by: v.number(), seq });
export const SubscribedFrame = v.object({
  t: v.literal("subscribed"),
  ref: v.optional(v.string()),
  room: v.string(),
  epoch: v.string(),
  seq,
  recovered: v.boolean(),
});
export const UnsubscribedFrame = v.object({
  t: v.literal("unsubscribed"),
  room: v.string(),
  code: v.pipe(
    v.number(),
    v.description(
      "1000 when the client asked for it; otherwise the code with which a socket of that room would be closed.",
    ),
  ),
});
export const ErrorFrame = v.object({
  t: v.literal("error"),
  room,
  ref: v.optional(v.string()),
  code: v.string(),
  detail: v.string(),
});
export const PongFrame = v.object({ t: v.literal("pong") });

export const ServerFrame = v.variant("t", [
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

/** Why a frame was refused. `code` is for programs, `detail` for people. */
export interface Fault {
  readonly code:
    | "bad_frame"
    | "too_large"
    | "too_many"
    | "forbidden"
    | "unauthenticated"
    | "not_found"
    | "unavailable";
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
