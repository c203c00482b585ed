/** The two faces of a room: what it asks of the part that differs from room to room, and what others may ask of it. */
import type * as v from "valibot";
import type { Caller } from "../http/caller.ts";
import type { Rate } from "../runtime.ts";
import type { StaleRights, SubscribeResult, Subscriber } from "./fanout/subscribers.ts";
import type { Draft, Entry, Journal } from "./log/journal.ts";
import type { Fault, RoomFrame, ServerFrame } from "./socket/frames.ts";
import type { Revocation } from "./socket/sockets.ts";

/** What a client wants stored. */
export interface AppendRequest {
  readonly kind: string;
  readonly body: unknown;
}

/** Where a gate lets somebody in, and how far. */
export interface Admission {
  /** The room's canonical name. */
  readonly room: string;
  /** Hears and says nothing. */
  readonly readOnly?: boolean;
  /** When the right ends, epoch ms; the socket closes with it. */
  readonly until?: number;
  /** When the right began, epoch ms: what is older is shown as `hidden`. Absent: everything is shown. */
  readonly visibleFrom?: number;
  /** Runs once, before the room lets them in, and must succeed: an audit row, for example. */
  readonly beforeOpen?: () => Promise<unknown>;
  /** When the gate read what it decided by, epoch ms; just now when absent. */
  readonly asOf?: number;
  /** What the tenant's greeting needs to know and the room does not. */
  readonly opening?: unknown;
}

/** From when until when somebody's right lets them see a room's entries, epoch ms. Absent: without such a bound. */
export interface Visibility {
  readonly visibleFrom?: number | undefined;
  readonly until?: number | undefined;
}

/** What a room is about: its rules, its documented frames and where its entries are archived. */
export interface RoomHandler {
  /** Kinds a client may `say`, each with the schema of its body. */
  readonly says: Readonly<Record<string, v.GenericSchema<unknown, Record<string, unknown>>>>;
  /** Members see who is here, who is typing and how far each has read. */
  readonly social?: boolean;
  /** Whether this caller may write; null for yes. */
  mayWrite(caller: Caller | null): Fault | null;
  /** A frame of the documented dialect as an entry of one of the kinds above; null for one that it ignores. */
  fromDocumented(text: string): AppendRequest | Fault | null;
  /** An entry as the documented dialect shows it; null for one that it does not know. */
  toDocumented(entry: Entry): string | null;
  /** Frames for a documented socket that has just opened. */
  greet?(journal: Journal, opening: unknown): string[];
  /** How many entries one person may add here within a while; absent, any number. */
  entryRate?(): Rate;
  /** What is stored of what was said: adds what only the server knows. Runs within the transaction that stores it. */
  complete?(draft: Draft, journal: Journal, now: number): Draft;
  /** What a documented socket hears once its own words are stored. */
  confirm?(entry: Entry): string;
  /** Callers of one audience see the same; absent, all do. */
  audience?(caller: Caller | null): string;
  /** An entry as an audience sees it now. Its position stays, so that nobody misses one. */
  showTo?(entry: Entry, audience: string, journal: Journal): Entry;
  /** What is left of an entry for somebody who may see nothing from before `from`, epoch ms. Absent: older entries are hidden. */
  showFrom?(entry: Entry, from: number): Entry;
  /**
   * The rights of these people as they are now, by user id; null or no entry for none. The room asks whenever they may
   * have changed, and sends those away who have lost theirs. Absent: only a revocation ends a right.
   */
  authorize?(room: string, userIds: readonly number[]): Promise<ReadonlyMap<number, Visibility | null>>;
  /** Copies entries to D1. Must stand being called twice with the same ones. `present` are the people who are here. */
  archive(
    room: string,
    epoch: string,
    entries: readonly Entry[],
    present: ReadonlySet<number>,
  ): Promise<void>;
  /** Copies how far people have read to D1. */
  archiveReads?(room: string, reads: readonly ReadMark[]): Promise<void>;
  /** What was due at the time that `schedule` named; answers when the next is, epoch ms. */
  onSchedule?(room: string): Promise<number | null>;
  /** Checks a token that renews a socket; null when it is no good. */
  authenticate(token: string): Promise<Caller | null>;
  /** For a person's own socket: whether they may follow another room from here. Absent: this room follows none. */
  authorizeSubscription?(caller: Caller, room: string, fresh: boolean): Promise<Admission | Fault>;
}

export interface ReadMark {
  readonly userId: number;
  readonly seq: number;
}

/** What the Worker tells a room about a socket it lets in. */
export interface SocketAdmission {
  readonly room: string;
  readonly caller: Caller | null;
  readonly native: boolean;
  /** Sub-protocol to echo. */
  readonly protocol: string | null;
  readonly epoch: string | null;
  readonly since: number | null;
  /** When the right to enter was looked up, epoch ms: a right that was taken away later counts. */
  readonly admittedAt: number;
  readonly readOnly?: boolean;
  readonly until?: number | undefined;
  readonly visibleFrom?: number | undefined;
  /** The rights were looked up after the room said that they may have changed: the number that it gave then. */
  readonly rightsVersion?: number | undefined;
  readonly opening?: unknown;
}

/** Header from the Worker to the object. An object is reachable only through its Worker, so no client can forge it. */
export const ADMISSION_HEADER = "x-caravan-admission";

/** A room's answer to a handshake whose rights may have changed meanwhile: ask the gate again, with this number. */
export const STALE_RIGHTS_HEADER = "x-caravan-rights-version";

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

/** What became of a frame that an inbox passed on. */
export type FrameResult =
  | { readonly ok: true; readonly seq: number; readonly at: number }
  | ({ readonly ok: false } & Fault);

/** What every room object can be asked by the Worker and by other objects. */
export interface RoomObject extends Rpc.DurableObjectBranded {
  /** Stores an entry of the system; the same `ref` twice is stored and sent once. */
  publish(room: string, draft: Omit<Draft, "author">): Promise<Published>;
  /** Says a last word, closes every socket with 4004 and forgets everything; for a while nobody gets in. */
  retire(room: string, draft: Omit<Draft, "author">): Promise<void>;
  /** Asks anew whether each person who hears the room still may; closes with 4003 those who may not. Safe to repeat. */
  recheck(room: string): Promise<void>;
  /** Closes the sockets that a revocation means. */
  revoke(revocation: Revocation, code: number, reason: string): Promise<number>;
  /** Takes the words of a deleted account out of the journal. */
  erase(author: number): Promise<void>;
  /** Empties entries of the system's by their refs. */
  empty(refs: readonly string[]): Promise<void>;
  /** Re-arms an alarm that was lost: the second net of the archive. */
  wake(room: string): Promise<void>;
  /** Copies everything to D1 now, so that what was acknowledged can be read there. False when D1 refused. */
  flush(room: string): Promise<boolean>;
  /** The newest entries, newest first, and how far people have read. A `reader` has read all of it now. */
  latest(room: string, limit: number, reader?: number | null): Promise<Latest>;
  /** Calls the tenant's `ring` at this time, epoch ms; an earlier time that was set stays. */
  schedule(room: string, at: number): Promise<void>;
  /** A person's inbox begins to follow; null when they may not any more, or the room is gone. */
  subscribe(
    room: string,
    subscriber: Subscriber,
    epoch: string | null,
    since: number | null,
  ): Promise<SubscribeResult | StaleRights | null>;
  unsubscribe(inbox: string): Promise<void>;
  /** Entries after a position as this follower may see them, oldest first. Null: it does not follow, or has fallen out of the window. */
  read(inbox: string, epoch: string, since: number): Promise<Entry[] | null>;
  /** A frame of a follower's. */
  takeFrame(inbox: string, frame: RoomFrame): Promise<FrameResult>;
  /** For inboxes: what a followed room stored. Answers as `heard` does. */
  relay(room: string, epoch: string, entries: readonly Entry[], head: number): Promise<number | null>;
  /** For inboxes: when somebody who listens to a followed room was last heard, epoch ms; null when nobody listens. */
  heard(room: string): Promise<number | null>;
  /** For inboxes: a frame of a followed room that is not stored. */
  relayFrame(room: string, frame: ServerFrame): Promise<void>;
  /** For inboxes: a followed room lets this person hear no more. */
  dropped(room: string, code: number): Promise<void>;
  fetch(request: Request): Promise<Response>;
}
