/**
 * Finds an entry by its author and ref. An index in SQLite would cost one more row for every entry; instead the hashes of
 * all refs are kept in memory, and in pages of many entries in storage.
 */
import type { JournalStorage } from "./rows.ts";

/** Entries per page. */
const PAGE = 256;

type Ref = { seq: number; author: number; ref: string };

export class RefIndex {
  readonly #sql: JournalStorage;
  /** The newest position by hash; null until it was read. */
  #known: Map<number, number> | null = null;
  /** Entries up to here are in pages. */
  #pagedTo = 0;

  constructor(sql: JournalStorage) {
    this.#sql = sql;
  }

  /** Where the entry may be. Another ref may have the same hash, so the caller compares. Undefined: it is nowhere. */
  find(author: number, ref: string): number | undefined {
    return this.#all().get(hashOf(author, ref));
  }

  /** Before an entry with a ref is stored: writes the pages that those before it fill. So `add` can't fail. */
  prepare(seq: number): void {
    this.#all();
    while (seq - this.#pagedTo > PAGE) this.#seal();
  }

  /** Notes an entry that was just stored, after `prepare`. */
  add(author: number, ref: string, seq: number): void {
    this.#all().set(hashOf(author, ref), seq);
  }

  /** Deletes pages of entries that are all older than the oldest. */
  prune(oldest: number): void {
    this.#sql.exec("DELETE FROM ref_pages WHERE first <= ?", oldest - PAGE);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM ref_pages");
    this.reload();
  }

  /** Reads from storage again: a transaction was rolled back. */
  reload(): void {
    this.#known = null;
    this.#pagedTo = 0;
  }

  #all(): Map<number, number> {
    if (this.#known) return this.#known;
    const known = new Map<number, number>();
    const [oldest] = this.#sql.exec<{ seq: number }>("SELECT seq FROM entries ORDER BY seq LIMIT 1");
    this.#pagedTo = (oldest?.seq ?? 1) - 1;
    const pages = this.#sql.exec<{ first: number; hashes: ArrayBuffer }>(
      "SELECT first, hashes FROM ref_pages ORDER BY first",
    );
    for (const { first, hashes } of pages) {
      for (const [index, hash] of new Float64Array(hashes).entries())
        if (hash !== 0) known.set(hash, first + index);
      this.#pagedTo = Math.max(this.#pagedTo, first + PAGE - 1);
    }
    for (const { seq, author, ref } of this.#after(this.#pagedTo)) known.set(hashOf(author, ref), seq);
    this.#known = known;
    return known;
  }

  /** Writes the page after the last one. */
  #seal(): void {
    const first = this.#pagedTo + 1;
    const hashes = new Float64Array(PAGE);
    for (const { seq, author, ref } of this.#after(this.#pagedTo, first + PAGE))
      hashes[seq - first] = hashOf(author, ref);
    this.#pagedTo += PAGE;
    if (hashes.some((hash) => hash !== 0))
      this.#sql.exec("INSERT OR REPLACE INTO ref_pages (first, hashes) VALUES (?, ?)", first, hashes.buffer);
  }

  #after(seq: number, before = Number.MAX_SAFE_INTEGER): Iterable<Ref> {
    return this.#sql.exec<Ref>(
      "SELECT seq, author, ref FROM entries WHERE seq > ? AND seq < ? AND ref IS NOT NULL ORDER BY seq",
      seq,
      before,
    );
  }
}

/** A hash of 53 bits, never 0: cyrb53, in the public domain, https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js */
function hashOf(author: number, ref: string): number {
  const text = `${author} ${ref}`;
  let one = 0xdeadbeef;
  let two = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 2654435761);
    two = Math.imul(two ^ code, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 4294967296 * (2097151 & two) + (one >>> 0) || 1;
}
