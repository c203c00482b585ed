/** What differs from one kind of room to the next: its rules, its documented frames, and where its entries are archived. */
import type * as v from "valibot";
import type { Caller } from "../http/caller.ts";
import type { Rate } from "../runtime.ts";
import type { LatestValue, ShownValue } from "./fanout/latest.ts";
import type { ToldBefore } from "./log/beginning.ts";
import type { Draft, Entry } from "./log/entry.ts";
import type { Journal } from "./log/journal/journal.ts";
import type { Fault } from "./socket/frames.ts";

/** What a client wants stored. */
export interface AppendRequest {
  readonly kind: string;
  readonly body: unknown;
}

/** The room that an authorizer admits a person to, and how far the right goes. */
export interface Admission {
  /** The room's canonical name. */
  readonly room: string;
  /** May receive, and send nothing. */
  readonly readOnly?: boolean;
  /** When the right ends, epoch ms; the socket closes with it. */
  readonly until?: number;
  /** When the right began, epoch ms: older entries are shown as `hidden`. Absent: everything is shown. */
  readonly visibleFrom?: number;
  /** Runs once before the socket opens, and must succeed: writing an audit row, for example. */
  readonly beforeOpen?: () => Promise<unknown>;
  /** When the facts behind the decision were read, epoch ms; absent: just now. */
  readonly asOf?: number;
  /** What `greet` needs to know and the room does not. */
  readonly opening?: unknown;
  /** The right may end without the room being told of it: it is looked up at every handshake, and never held. */
  readonly isUntold?: boolean;
  /** The connection registry holds the right: the room may know that it has changed since `asOf`. */
  readonly isHeld?: boolean;
  /** The room's version of rights with which it was looked up. */
  readonly rightsVersion?: number | undefined;
}

/** The period whose entries a person may see, epoch ms. Absent: not bounded on that side. */
export interface Visibility {
  readonly visibleFrom?: number | undefined;
  readonly until?: number | undefined;
}

export interface RoomHandler {
  /**
   * Whether sockets beyond `RELAY_SOCKETS` are held by relays. Only for rooms that are not social, and whose handlers need
   * no journal to greet or to show entries (`RelayedHandler`).
   */
  readonly isRelayed?: boolean;
  /** The kinds that a client may `say`, each with the schema of its body. */
  readonly says: Readonly<Record<string, v.GenericSchema<unknown, Record<string, unknown>>>>;
  /** Whether members see presence, typing and read receipts. */
  readonly social?: boolean;
  /** In a room that is not social: whether this caller's presence is shown, to the others of whom it is true and to nobody else. */
  present?(caller: Caller): boolean;
  /** Whether this caller may write; null for yes. */
  mayWrite(caller: Caller | null): Fault | null;
  /** Translates a frame of the documented dialect to one of the kinds above; null for a frame that is ignored. */
  fromDocumented(text: string): AppendRequest | Fault | null;
  /** An entry as a frame of the documented dialect; null when that dialect has none for it. */
  toDocumented(entry: Entry): string | null;
  /** The first frames of a documented socket. `latest`: what the room shows now and does not store. */
  greet?(journal: Journal, opening: unknown, latest: readonly ShownValue[]): string[];
  /**
   * Takes what another object shows in the room, and returns after how many ms the next one is welcome. `show` sends what
   * it makes of it to the room. Absent: everything is sent as it came, and the next one is welcome a second later.
   */
  onLatest?(room: string, latest: LatestValue, show: (latest: LatestValue) => void): number;
  /**
   * Runs once entries were stored, acknowledged and broadcast. Whoever published them waits for it. It is lost when the
   * object dies: what must happen belongs in `archive`.
   */
  onStored?(room: string, entries: readonly Entry[]): Promise<void> | void;
  /** How many entries one person may add within a longer period, beside what every room allows. Absent: any number. */
  entryRate?(): Rate;
  /** Completes an entry with facts that only the server knows. Runs within the transaction that stores it. */
  complete?(draft: Draft, journal: Journal, now: number): Draft;
  /** The acknowledgement of the documented dialect, sent to the author once the entry is stored. */
  confirm?(entry: Entry): string;
  /** Callers of one audience see the same. Absent: all callers do. */
  audience?(caller: Caller | null): string;
  /** An entry as an audience sees it now. It keeps its position, so that no client sees a gap. */
  showTo?(entry: Entry, audience: string, journal: Journal): Entry;
  /** Removes from an entry what is older than `from`, epoch ms. Absent: an entry is shown or hidden as a whole. */
  showFrom?(entry: Entry, from: number): Entry;
  /**
   * The current rights of these people, by user id; null or no entry for none. The room asks whenever rights may have
   * changed, and disconnects the people who have none any more. Absent: only a revocation ends a right.
   */
  authorize?(room: string, userIds: readonly number[]): Promise<ReadonlyMap<number, Visibility | null>>;
  /**
   * How long the archive pauses between two batches, ms; absent: `ARCHIVE.pause`. The first entry after a pause is
   * archived at once. Entries of a flow wait for each other: they are archived once per pause, and the last of them as
   * `archiveWithin` says. A longer pause means fewer, larger batches: fewer transactions,
   * alarms, and writes of rows that only the newest entry decides.
   */
  readonly archivePause?: number;
  /** By when the last entry of a flow is archived at the latest, ms after it was stored; absent: twice the pause. */
  readonly archiveWithin?: number;
  /**
   * Copies entries to D1. Idempotent: an entry may come more than once. `present`: the user ids of the people who are in
   * the room. Absent: nothing is archived, because what was stored is elsewhere already.
   */
  archive?(
    room: string,
    epoch: string,
    entries: readonly Entry[],
    present: ReadonlySet<number>,
  ): Promise<void>;
  /**
   * What the room was told while nobody had entered, from the archive; from now on the room itself is told. Null: the thing
   * no longer exists, and nobody gets in. Absent: the room exists from its first entry.
   */
  toldBefore?(room: string): Promise<ToldBefore | null>;
  /**
   * An older version began such journals without `toldBefore`: one with entries has begun only if it says so. Absent: a
   * journal with entries has begun.
   */
  readonly hasOlderJournals?: boolean;
  /** Copies how far people have read to D1. */
  archiveReads?(room: string, reads: readonly ReadMark[]): Promise<void>;
  /** Does what was due at the time given to `schedule`; returns when the next call is due, epoch ms. */
  onSchedule?(room: string): Promise<number | null>;
  /** Checks a token that refreshes a socket; null when it is not accepted. */
  authenticate(token: string): Promise<Caller | null>;
  /** In an inbox: whether this person may subscribe to another room. Absent: the room is no inbox. `fresh`: read nothing from a cache. */
  authorizeSubscription?(caller: Caller, room: string, fresh: boolean): Promise<Admission | Fault>;
}

/** The handler of a room that may have relays: they have no journal, and show no presence. */
export interface RelayedHandler extends RoomHandler {
  readonly isRelayed: true;
  readonly social?: never;
  readonly present?: never;
  readonly greet?: never;
  readonly showTo?: never;
}

export interface ReadMark {
  readonly userId: number;
  readonly seq: number;
}
