/** What a room and its relays ask of each other. */
import type { ShownValue } from "../fanout/latest.ts";
import type { Draft, Entry } from "../log/entry.ts";
import type { EntranceFacts } from "../log/state.ts";
import type { Revocation } from "../rights/revocation.ts";
import type { Fault } from "../socket/frames.ts";

/** What a relay asks of its room. */
export interface RelayedMethods {
  /** A relay begins, or begins again after it lost its memory. Null: the room is gone. */
  attachRelay(relay: RelayReport & { readonly number: number }): Promise<Attached | null>;
  /** The last socket of a relay has closed. `token`: of the attachment that ends. */
  detachRelay(number: number, token: string): Promise<void>;
  /** Stores what a person sent to a relay, which has checked that they may. */
  appendFromRelay(number: number, draft: Draft): Promise<RelayedResult>;
  /** The page of entries after a position, oldest first. Null: the epoch is over, or the relay is not attached. */
  readForRelay(number: number, epoch: string, since: number): Promise<Entry[] | null>;
}

export type RelayedResult =
  | { readonly ok: true; readonly entry: Entry }
  | ({ readonly ok: false } & Fault)
  /** The room does not know the relay: its sockets must come back another way. */
  | { readonly ok: false; readonly code: "detached" };

/** How far a relay is. */
export interface RelayReport {
  /** Its position; null when it has none yet. */
  readonly seq: number | null;
  readonly sockets: number;
}

/** What a relay needs to know of its room. */
export interface Attached {
  /** Of this attachment. */
  readonly token: string;
  readonly epoch: string;
  readonly head: number;
  /** The newest entries, oldest first, without a gap up to the head. */
  readonly newest: readonly Entry[];
  /** The oldest position that the room can read; `head + 1` when there is none. */
  readonly oldest: number;
  /** What is shown now and not stored. */
  readonly latest: readonly ShownValue[];
  /** What decides who may enter. */
  readonly facts: EntranceFacts;
}

/** What a room passes on to a relay. */
export interface Push {
  readonly epoch: string;
  /** Without a gap, oldest first. None: the room asks how far the relay is. */
  readonly entries: readonly Entry[];
}

/** What a room asks of a relay. */
export interface RelayMethods {
  /** Sends entries to the relay's sockets. Entries that do not follow on its position are ignored. Null: it has no sockets any more. */
  push(push: Push): Promise<RelayReport | null>;
  /** Sends the last entries and closes every socket. */
  end(push: Push, code: number, reason: string): Promise<void>;
  /** As of the room itself. */
  revoke(revocation: Revocation, code: number, reason: string): Promise<number>;
  /** As of the room itself. */
  heardFrom(userId: number): Promise<number>;
  /** Looks up the rights of everybody here again; `facts` are the room's since the change. */
  recheck(facts: EntranceFacts): Promise<void>;
  /** Shows something that is not stored. */
  show(shown: ShownValue): Promise<void>;
  /** Entries were emptied: those in memory are not shown any more. */
  forgetEntries(): Promise<void>;
}

/** A relay's object as its binding knows it. */
export interface RelayObject extends RelayMethods, Rpc.DurableObjectBranded {
  fetch(request: Request): Promise<Response>;
}

export type RelayStub = Omit<RelayObject, keyof Rpc.DurableObjectBranded>;

/** `event:7/3`: the third relay of the room `event:7`. */
export function relayName(room: string, number: number): string {
  return `${room}/${number}`;
}

/** The room and the number in a relay's name. */
export function parseRelayName(name: string): { readonly room: string; readonly number: number } {
  const slash = name.lastIndexOf("/");
  return { room: name.slice(0, slash), number: Number(name.slice(slash + 1)) };
}
