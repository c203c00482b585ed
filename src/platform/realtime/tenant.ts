/** The two faces of a room: what it asks of the part that differs from room to room, and what others may ask of it. */
import type * as v from "valibot";
import type { Caller } from "../http/caller.ts";
import type { Fault } from "./frames.ts";
import type { Draft, Entry, Journal } from "./journal.ts";
import type { Revocation } from "./sockets.ts";

/** What a room is about: its rules, its documented frames and where its entries are archived. */
export interface Tenant {
  /** Kinds a client may `say`, each with the schema of its body. */
  readonly says: Readonly<Record<string, v.GenericSchema<unknown, Record<string, unknown>>>>;
  /** Whether this caller may write; null for yes. */
  mayWrite(caller: Caller | null): Fault | null;
  /** A frame of the documented dialect as an entry of one of the kinds above. */
  fromDocumented(text: string): { kind: string; body: unknown } | Fault;
  /** An entry as the documented dialect shows it; null for one that it does not know. */
  toDocumented(entry: Entry): string | null;
  /** Frames for a documented socket that has just opened. */
  greet?(journal: Journal): string[];
  /** Copies entries to D1. Must stand being called twice with the same ones. */
  archive(room: string, epoch: string, entries: readonly Entry[]): Promise<void>;
  /** Checks a token that renews a socket; null when it is no good. */
  authenticate(token: string): Promise<Caller | null>;
}

/** What the Worker tells a room about a socket it lets in. */
export interface Admission {
  readonly room: string;
  readonly caller: Caller | null;
  readonly native: boolean;
  /** Sub-protocol to echo. */
  readonly protocol: string | null;
  readonly epoch: string | null;
  readonly since: number | null;
}

/** Header from the Worker to the object. An object is reachable only through its Worker, so no client can forge it. */
export const ADMISSION_HEADER = "x-caravan-admission";

export interface Published {
  /** 0 when the room is gone: nothing was stored. */
  readonly seq: number;
  readonly epoch: string;
}

/** What every room object can be asked by the Worker and by other objects. */
export interface RoomObject extends Rpc.DurableObjectBranded {
  /** Stores an entry of the system; the same `ref` twice is stored and sent once. */
  publish(room: string, draft: Omit<Draft, "author">): Promise<Published>;
  /** Says a last word, closes every socket with 4004 and forgets everything; for a while nobody gets in. */
  retire(room: string, draft: Omit<Draft, "author">): Promise<void>;
  /** Closes the sockets that a revocation means. */
  revoke(revocation: Revocation, code: number, reason: string): Promise<number>;
  /** Takes the words of a deleted account out of the journal. */
  erase(author: number): Promise<void>;
  /** Re-arms an alarm that was lost: the second net of the archive. */
  wake(room: string): Promise<void>;
  fetch(request: Request): Promise<Response>;
}
