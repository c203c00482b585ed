/** Every method that the Worker and other objects may call on a room's object, and the face of the room that answers it. */
import type { LatestValue } from "./fanout/latest.ts";
import type { Subscriber } from "./fanout/subscriber-store.ts";
import type { ReadMark } from "./handler.ts";
import type { Draft, Entry } from "./log/entry.ts";
import type { RelayedMethods } from "./relay/rpc.ts";
import type { Revocation } from "./rights/revocation.ts";
import type { Fault, RoomFrame, ServerFrame } from "./socket/frames.ts";

/** Reading and writing the room's entries. */
export interface LogMethods {
  /** Stores a system entry; the same `ref` twice is stored and sent once. */
  publish(room: string, draft: Omit<Draft, "author">): Promise<Published>;
  /**
   * Stores what a person sent in another way than by socket, completed as if by socket. Returns the entry as stored; null
   * when the room is gone.
   */
  submit(room: string, draft: Draft): Promise<Entry | null>;
  /** Publishes a last entry, closes every socket with 4004 and forgets everything; for an hour nobody gets in. */
  retire(room: string, draft: Omit<Draft, "author">): Promise<void>;
  /** Shows something that is not stored, the latest of its key; returns after how many ms the next one is welcome. */
  show(room: string, latest: LatestValue): Promise<number>;
  /** Removes the entries of a deleted account from the journal. */
  erase(author: number): Promise<void>;
  /** Empties the system entries whose `about` names one of these things. */
  emptyAbout(things: readonly string[]): Promise<void>;
  /** Copies everything to D1 now, so that what was acknowledged can be read there. False when D1 refused. */
  flush(room: string): Promise<boolean>;
  /** The newest entries, newest first, and how far people have read. A `reader` has now read all of it. */
  latest(room: string, limit: number, reader?: number | null): Promise<Latest>;
}

/** Ending the right to be in the room. */
export interface SocketMethods {
  /** Looks up the rights of everybody in the room again; closes with 4003 where they ended. Safe to repeat. */
  recheck(room: string): Promise<void>;
  /** Closes the sockets that a revocation covers; returns how many. */
  revoke(revocation: Revocation, code: number, reason: string): Promise<number>;
  /** When this person was last heard on a socket here or in a relay, epoch ms; 0 without one. */
  heardFrom(userId: number): Promise<number>;
}

/** What an inbox asks of a room that its person subscribes to. */
export interface SubscriberMethods {
  /** An inbox subscribes; null when its person may not any more, or the room is gone. */
  subscribe(
    room: string,
    subscriber: Subscriber,
    epoch: string | null,
    since: number | null,
  ): Promise<SubscribeResult | StaleRights | null>;
  unsubscribe(inbox: string): Promise<void>;
  /** Entries after a position as this subscriber may see them, oldest first. Null: not subscribed, or the position fell out of the window. */
  read(inbox: string, epoch: string, since: number): Promise<Entry[] | null>;
  /**
   * Carries out a frame that a subscriber sent. An inbox that `takesEntry` delivers the entry of the result itself: it is
   * told of it by no call of its own.
   */
  takeFrame(inbox: string, frame: RoomFrame, takesEntry?: boolean): Promise<FrameResult>;
}

/** What a room asks of an inbox that subscribes to it. */
export interface InboxMethods {
  /** Delivers what a room stored. Returns the same as `heard`. */
  relay(room: string, epoch: string, entries: readonly Entry[], head: number): Promise<number | null>;
  /** When the person was last heard on a socket that subscribes to the room, epoch ms; null when no socket does. */
  heard(room: string): Promise<number | null>;
  /** Delivers a frame that is not stored. */
  relayFrame(room: string, frame: ServerFrame): Promise<void>;
  /** The room has ended this person's subscription. */
  dropped(room: string, code: number): Promise<void>;
}

/** The room's own schedule. */
export interface LifecycleMethods {
  /** Sets an alarm again that was lost: the sweep calls it every ten minutes. */
  wake(room: string): Promise<void>;
  /** Calls the handler's `onSchedule` at this time, epoch ms; an earlier time that was set stays. */
  schedule(room: string, at: number): Promise<void>;
  /** What operators see of the room's state. Changes nothing. */
  health(): Promise<RoomHealth>;
}

export interface RoomHealth {
  /** Open sockets, with those of its relays as they reported them. */
  readonly sockets: number;
  readonly subscribers: number;
  /** Position of the newest entry. */
  readonly head: number;
  /** How many entries are not copied to D1 yet, and since when the oldest of them waits (epoch ms; null without one). */
  readonly waiting: number;
  readonly waitsSince: number | null;
}

export interface RoomMethods
  extends LogMethods,
    SocketMethods,
    SubscriberMethods,
    RelayedMethods,
    InboxMethods,
    LifecycleMethods {}

/** A room's object as its binding knows it. */
export interface RoomObject extends RoomMethods, Rpc.DurableObjectBranded {
  fetch(request: Request): Promise<Response>;
}

/** Calls of a room's object. The platform's own type of a stub can't express entries, whose bodies are any JSON. */
export type RoomStub = Omit<RoomObject, keyof Rpc.DurableObjectBranded>;

/** The face of a room (`room.ts`) that answers each method. */
export const FACE_OF = {
  publish: "log",
  submit: "log",
  retire: "log",
  show: "log",
  erase: "log",
  emptyAbout: "log",
  flush: "log",
  latest: "log",
  recheck: "sockets",
  revoke: "sockets",
  heardFrom: "sockets",
  subscribe: "subscribers",
  unsubscribe: "subscribers",
  read: "subscribers",
  takeFrame: "subscribers",
  attachRelay: "relays",
  detachRelay: "relays",
  appendFromRelay: "relays",
  readForRelay: "relays",
  relay: "inbox",
  heard: "inbox",
  relayFrame: "inbox",
  dropped: "inbox",
  wake: "lifecycle",
  schedule: "lifecycle",
  health: "lifecycle",
} as const satisfies Record<keyof RoomMethods, string>;

/** The same methods inside the object, where an answer may be given at once. */
export type Local<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Result | Promise<Result>
    : never;
};

export interface Published {
  /** 0 when the room is gone: nothing was stored. */
  readonly seq: number;
  readonly epoch: string;
}

export interface Latest {
  readonly epoch: string;
  readonly entries: readonly Entry[];
  readonly reads: readonly ReadMark[];
  /** How far the reader has read, if that moved their mark. */
  readonly newlyRead: ReadMark | null;
}

/** Where a subscription starts. */
export interface SubscribeResult {
  readonly epoch: string;
  readonly head: number;
  readonly recovered: boolean;
  /** Null where presence is not shown. */
  readonly present: readonly number[] | null;
  readonly reads: readonly ReadMark[];
  /** Absent in an object of the version before: it can't tell whether a held right has changed. */
  readonly knowsHeld?: true;
  /** What is shown and not stored. Absent from a room whose object is of an older version. */
  readonly latest?: readonly ServerFrame[];
}

/** The rights may have changed since they were looked up: look them up again, and pass this version. */
export interface StaleRights {
  readonly rightsVersion: number;
}

/** The entry that a frame became, as its author may see it. */
export interface Stored {
  readonly epoch: string;
  readonly entry: Entry;
}

/** The result of a frame that an inbox forwarded. */
export type FrameResult =
  | { readonly ok: true; readonly seq: number; readonly at: number; readonly stored?: Stored }
  | ({ readonly ok: false } & Fault);
