/** The entries of a room's log. */

/** `at` is in epoch ms; `author` 0 is the system. */
export interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly author: number;
  readonly ref: string | null;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export type Draft = Pick<Entry, "author" | "ref" | "kind" | "body">;

export interface Appended {
  readonly entry: Entry;
  /** This author had sent this ref before: it is the first entry, and nothing was written. */
  readonly repeated: boolean;
}

/** The kind of an entry whose author's account was deleted. */
export const ERASED = "erased";
