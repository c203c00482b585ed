/** The native frames as the AsyncAPI document tells them: schemas, sentences and examples. */

import {
  AuthFrame,
  LIMITS,
  PingFrame,
  PointsFrame,
  ReadFrame,
  SayFrame,
  SubscribeFrame,
  TypingFrame,
  UnsubscribeFrame,
} from "../socket/frames.ts";
import {
  AckFrame,
  EntryFrame,
  ErrorFrame,
  LatestFrame,
  PongFrame,
  PresenceFrame,
  ReadNotice,
  SubscribedFrame,
  TypingNotice,
  UnsubscribedFrame,
  WelcomeFrame,
} from "../socket/server-frames.ts";
import type { Schema } from "./channel.ts";

/** A frame that is the same in every room that has it. */
export interface Frame {
  readonly schema: Schema;
  readonly title: string;
  readonly summary: string;
  readonly description?: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly example: Readonly<Record<string, unknown>>;
}

/** The time of all examples. */
export const AT = "2026-05-04T09:30:00.000Z";
export const REF = "c7a1-41";
const REF_TEXT =
  "Your own id of this entry, unique for you in the room, such as a random UUID. Send it again with the same ref until the `ack` comes: it is stored once.";
const ROOM_TEXT = "On `/ws/me/` only: the subscribed room that the frame is for, as `chat:3`.";
const FROM_ROOM_TEXT = "On `/ws/me/` only: the subscribed room that the frame comes from, as `chat:3`.";
const SEQ_TEXT = "Position in the room. It rises by one with each entry, without gaps.";
const AT_TEXT = "When the server stored it, in UTC.";
const BY_TEXT = "The user id of the person.";

export const FROM_CLIENT = {
  say: {
    schema: SayFrame,
    title: "say",
    summary: "Writes an entry into the room.",
    description:
      "The answer is an `ack` with your ref, or an `error` with it. Everybody in the room, you too, gets the entry.",
    fields: { room: ROOM_TEXT, ref: REF_TEXT, kind: "The kind of the entry.", body: "What the kind takes." },
    example: { t: "say", ref: REF, kind: "message", body: { text: "On my way." } },
  },
  points: {
    schema: PointsFrame,
    title: "points",
    summary: "Reports where you were: up to 100 points at a time, also late ones.",
    description:
      "The answer is an `ack` with your ref, once all points are stored. Doubtful points are stored with a flag, none is lost.",
    fields: { room: ROOM_TEXT, ref: REF_TEXT, points: "The points, the oldest first." },
    example: {
      t: "points",
      ref: REF,
      points: [{ latitude: 52.2297, longitude: 21.0122, at: AT, accuracy: 8, speed: 11.5, heading: 270 }],
    },
  },
  read: {
    schema: ReadFrame,
    title: "read",
    summary: "Says up to which entry you have read.",
    description: "A mark only moves forward. Notifications about the room are marked as read, too.",
    fields: { room: ROOM_TEXT, seq: "The position of the newest entry that you have seen." },
    example: { t: "read", seq: 42 },
  },
  typing: {
    schema: TypingFrame,
    title: "typing",
    summary: "Says that you are writing. Send it at most every few seconds, while it is true.",
    fields: { room: ROOM_TEXT },
    example: { t: "typing" },
  },
  subscribe: {
    schema: SubscribeFrame,
    title: "subscribe",
    summary: "Subscribes this socket to a room, from a position on when you name one.",
    description:
      "The answer is `subscribed`, then what you missed, then everything as it happens. Or an `error` with your ref.",
    fields: {
      ref: "Returned in the answer.",
      room: "The room's name, as `chat:3`. The rooms are listed with each channel.",
      epoch: "The epoch that you know the room by.",
      since: "The position up to which you have everything. Without it you get new entries only.",
    },
    example: { t: "subscribe", ref: "s1", room: "chat:3", epoch: "5f1c20ab", since: 41 },
  },
  unsubscribe: {
    schema: UnsubscribeFrame,
    title: "unsubscribe",
    summary: "Ends a subscription. The answer is `unsubscribed` with code 1000.",
    fields: { room: "The room's name, as you subscribed to it." },
    example: { t: "unsubscribe", room: "chat:3" },
  },
  auth: {
    schema: AuthFrame,
    title: "auth",
    summary: "Replaces the credential of this socket, so that it stays open after the old one expires.",
    description:
      "Send it before `ttl` seconds have passed since `welcome`. A token that is accepted is not answered; any other closes the socket with 4001. It must be the same person's.",
    fields: { token: "A new access token or session key." },
    example: { t: "auth", token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl" },
  },
  ping: {
    schema: PingFrame,
    title: "ping",
    summary: `Keeps the connection and your presence alive: every ${LIMITS.ping} seconds.`,
    description: 'Send exactly the bytes `{"t":"ping"}`: they are answered without waking the room.',
    fields: {},
    example: { t: "ping" },
  },
} satisfies Record<string, Frame>;

export const FROM_SERVER = {
  welcome: {
    schema: WelcomeFrame,
    title: "welcome",
    summary: "The first frame. It says where the room is, and whether you have everything.",
    fields: {
      epoch:
        "The journal's life. It changes only when a journal was lost or reset: positions of another epoch are void.",
      seq: "The position of the room's newest entry.",
      ttl: "Seconds until the credential expires; null when there is none. Send `auth` before.",
      recovered:
        "True when you named no position, or when everything after it follows. False: reload through REST, and go on from `seq`.",
      limits: "What this server allows and expects.",
    },
    example: { t: "welcome", epoch: "5f1c20ab", seq: 42, ttl: 3540, recovered: true, limits: LIMITS },
  },
  entry: {
    schema: EntryFrame,
    title: "entry",
    summary: "One entry of a room: stored, in order, each exactly once.",
    fields: {
      room: FROM_ROOM_TEXT,
      seq: SEQ_TEXT,
      kind: "The kind of the entry. Ignore kinds that you do not know, but move your position past them.",
      at: AT_TEXT,
      by: "The author's user id; null for the application.",
      ref: "The ref with which its author sent it.",
      body: "What the kind says.",
    },
    example: {
      t: "entry",
      room: "chat:3",
      seq: 42,
      kind: "message",
      at: AT,
      by: 7,
      ref: REF,
      body: { text: "On my way." },
    },
  },
  latest: {
    schema: LatestFrame,
    title: "latest",
    summary: "Something that is not stored and has no position, such as a truck's place.",
    description:
      "It replaces the one before; one that was missed is not sent again. It comes after `welcome` or `subscribed` when the room knows one, and at most once a second.",
    fields: {
      room: FROM_ROOM_TEXT,
      kind: "What it shows.",
      at: "When the room got it, in UTC.",
      body: "What the kind says.",
    },
    example: {
      t: "latest",
      room: "ops:all",
      kind: "positions",
      at: AT,
      body: { trucks: [[4, 55.75, 37.61, 1777887000000]] },
    },
  },
  ack: {
    schema: AckFrame,
    title: "ack",
    summary: "Your `say` or `points` is stored, and will never be lost.",
    description: "A repeat with the same ref gets the same position again.",
    fields: { room: FROM_ROOM_TEXT, ref: "The ref that you sent.", seq: SEQ_TEXT, at: AT_TEXT },
    example: { t: "ack", ref: REF, seq: 42, at: AT },
  },
  presence: {
    schema: PresenceFrame,
    title: "presence",
    summary: "Who is present: after `welcome` or `subscribed`, and whenever it changes.",
    fields: {
      room: FROM_ROOM_TEXT,
      users: "User ids of all who are present, each once. It replaces the list before.",
    },
    example: { t: "presence", users: [7, 9] },
  },
  typing_notice: {
    schema: TypingNotice,
    title: "typing",
    summary: "Somebody else is writing. Forget it after a few seconds.",
    fields: { room: FROM_ROOM_TEXT, by: BY_TEXT },
    example: { t: "typing", by: 9 },
  },
  read_notice: {
    schema: ReadNotice,
    title: "read",
    summary: "Somebody, perhaps you on another device, has read up to an entry.",
    fields: {
      room: FROM_ROOM_TEXT,
      by: BY_TEXT,
      seq: "The position of the newest entry that they have read.",
    },
    example: { t: "read", by: 9, seq: 41 },
  },
  subscribed: {
    schema: SubscribedFrame,
    title: "subscribed",
    summary: "You are subscribed. What you missed follows.",
    fields: {
      ref: "The ref of your `subscribe`.",
      room: "The room's name, as all of its frames have it.",
      epoch: "The journal's life, as in `welcome`.",
      seq: "The position of the room's newest entry.",
      recovered: "As in `welcome`. False: reload this room through REST, and go on from `seq`.",
    },
    example: { t: "subscribed", ref: "s1", room: "chat:3", epoch: "5f1c20ab", seq: 42, recovered: true },
  },
  unsubscribed: {
    schema: UnsubscribedFrame,
    title: "unsubscribed",
    summary: "A subscription has ended. The socket stays open.",
    fields: {
      room: "The room's name.",
      code: "1000 when you asked for it; otherwise the code with which a socket of that room would be closed.",
    },
    example: { t: "unsubscribed", room: "chat:3", code: 4003 },
  },
  error: {
    schema: ErrorFrame,
    title: "error",
    summary: "What you sent was not accepted, and nothing was stored.",
    description:
      "`too_many` and `unavailable` pass: send the same frame again later. The others are faults of the frame. The third faulty frame in a row closes the socket with 4400.",
    fields: {
      room: FROM_ROOM_TEXT,
      ref: "The ref of the frame, when it had one.",
      code: "For programs.",
      detail: "For people who write programs, in English.",
    },
    example: { t: "error", ref: REF, code: "bad_frame", detail: "text: A message is not empty." },
  },
  pong: {
    schema: PongFrame,
    title: "pong",
    summary: "The answer to `ping`.",
    fields: {},
    example: { t: "pong" },
  },
} satisfies Record<string, Frame>;

export type ClientFrameName = keyof typeof FROM_CLIENT;
export type ServerFrameName = keyof typeof FROM_SERVER;
