/** Files of rows in the console: what a field's value holds, and how a module stores, replaces and removes the file. */
import { type SQL, sql } from "drizzle-orm";
import type { Effect } from "../db/outbox.ts";
import type { Caller } from "../http/caller.ts";
import type { RequestContext } from "../runtime.ts";
import type { Accepted } from "../storage/pictures/types.ts";
import { isoTime } from "../time.ts";
import type { Statement, Subject } from "./resource.ts";

/** The value of a field with a file. What a module does not keep is undefined. */
export interface FileFacts {
  /** The object's key. It is new for every file, so it tells one file from the next. */
  readonly key: string;
  /** The uploader's file name. */
  readonly name?: string | null;
  readonly type?: string | null;
  /** Bytes. */
  readonly size?: number | null;
  /** When it was uploaded, epoch ms. */
  readonly at?: number | null;
}

/** What replacing or removing a file adds to the transaction of the row's change. */
export interface FileChange {
  readonly rest: readonly Statement[];
  readonly effects?: readonly Effect[];
  /** The new file, as the audit log keeps it. */
  readonly stored?: Omit<FileFacts, "key">;
}

/** How a module stores the file of a field. */
export interface FileStore {
  readonly accepted: Accepted;
  /** Passes a file through the intake and stores it. Refuses it with 400 under `file`. */
  store(ctx: RequestContext, caller: Caller, subject: Subject, file: File): Promise<FileChange>;
  /** Absent: the row can't be without its file. */
  remove?(ctx: RequestContext, subject: Subject): FileChange;
}

/** An SQL expression with the JSON of `FileFacts`, or NULL, as the value of a field. */
export const fileFacts = (json: SQL): SQL => sql`${json}`.mapWith(JSON.parse);

/** The key of the file in a row's field; null without a file. */
export const keyIn = (value: unknown): string | null => (value as FileFacts | null)?.key ?? null;

/** What a change of the file names in `If-Match`: the last part of its key. */
export const fileVersion = (key: string | null): string => key?.slice(key.lastIndexOf("/") + 1) ?? "none";

/** A file on the wire, without its URL. */
export function fileWire({ key, name = null, type = null, size = null, at = null }: FileFacts) {
  return { version: fileVersion(key), name, type, size, uploaded_at: at === null ? null : isoTime(at) };
}
