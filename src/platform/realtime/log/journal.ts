/** The room's log, in the object's own SQLite: gapless positions, one entry per (author, ref), a recent window kept. */
import { type Appended, type Draft, type Entry, ERASED } from "./entry.ts";

/** How many archived entries stay: at most this many, and those older than the last page at most this long. */
export const WINDOW = { entries: 10_000, age: 72 * 3600_000, page: 300 } as const;

/** The most that a search reads. */
const SEARCHED = { entries: 1000, characters: 1_000_000 };

/** The form of an epoch. */
export const EPOCH = /^[0-9a-f]{8}$/;

type Row = { seq: number; at: number; author: number; ref: string | null; kind: string; body: string };

/** The part of an object's storage that the journal needs; a test can pass a plain SQLite. */
export interface JournalStorage {
  exec<T extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]): Iterable<T>;
}

export class Journal {
  readonly #sql: JournalStorage;
  #head = 0;
  #headAt = 0;
  #archived = 0;
  #epoch = "";

  constructor(sql: JournalStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS entries (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, author INTEGER NOT NULL, ref TEXT, kind TEXT NOT NULL, body TEXT NOT NULL)`);
    sql.exec("CREATE UNIQUE INDEX IF NOT EXISTS entries_ref ON entries (author, ref) WHERE ref IS NOT NULL");
    sql.exec("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)");
    const [last] = sql.exec<{ seq: number; at: number }>(
      "SELECT seq, at FROM entries ORDER BY seq DESC LIMIT 1",
    );
    this.#head = last?.seq ?? 0;
    this.#headAt = last?.at ?? 0;
    this.#archived = Number(this.fact("archived") ?? 0);
    this.#epoch = this.fact("epoch") ?? this.#begin();
  }

  /** Deletes everything and starts again at 0, in a new epoch: earlier positions mean nothing now. */
  reset(): void {
    this.#sql.exec("DELETE FROM entries");
    this.#sql.exec("DELETE FROM facts");
    this.#head = 0;
    this.#headAt = 0;
    this.#archived = 0;
    this.#epoch = this.#begin();
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Position of the newest entry, 0 when there is none. */
  get head(): number {
    return this.#head;
  }

  /** Everything up to here is in D1. */
  get archived(): number {
    return this.#archived;
  }

  /**
   * Stores drafts in order, each completed just before. Synchronous, so all of them are one transaction; what is sent
   * afterwards leaves only when they are durable (the output gate). When it throws, the caller rolls back and the
   * positions stay as they were.
   * Source: https://developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects/
   */
  append(drafts: readonly Draft[], now: number, complete = (draft: Draft) => draft): Appended[] {
    let head = this.#head;
    let headAt = this.#headAt;
    const appended = drafts.map((draft) => {
      const known = draft.ref === null ? undefined : this.#byRef(draft.author, draft.ref);
      if (known) return { entry: known, repeated: true };
      const entry: Entry = { ...complete(draft), seq: head + 1, at: Math.max(now, headAt) };
      this.#sql.exec(
        "INSERT INTO entries (seq, at, author, ref, kind, body) VALUES (?, ?, ?, ?, ?, ?)",
        entry.seq,
        entry.at,
        entry.author,
        entry.ref,
        entry.kind,
        JSON.stringify(entry.body),
      );
      head = entry.seq;
      headAt = entry.at;
      return { entry, repeated: false };
    });
    this.#head = head;
    this.#headAt = headAt;
    return appended;
  }

  /** Entries after a position, oldest first, at most `limit`. */
  after(seq: number, limit: number): Entry[] {
    return this.#read("SELECT * FROM entries WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit);
  }

  /** The newest entries, newest first. */
  latest(limit: number): Entry[] {
    return this.#read("SELECT * FROM entries ORDER BY seq DESC LIMIT ?", limit);
  }

  /**
   * Entries of a kind, stored since a time, whose list `list` has an element whose `field` is one of these values; oldest
   * first. Reads a bounded number of the newest entries and characters, because each frame may cause it.
   */
  withElements(
    kind: string,
    { list, field, values }: { list: string; field: string; values: readonly number[] },
    since: number,
  ): Entry[] {
    return this.#read(
      `SELECT seq, at, author, ref, kind, body FROM (
         SELECT *, sum(length(body)) OVER (ORDER BY seq DESC) AS read FROM entries ORDER BY seq DESC LIMIT ?)
       WHERE read <= ? AND kind = ? AND at >= ? AND EXISTS (
         SELECT 1 FROM json_each(body, '$.' || ?) AS element
         WHERE element.value ->> ? IN (SELECT value FROM json_each(?))) ORDER BY seq`,
      SEARCHED.entries,
      SEARCHED.characters,
      kind,
      since,
      list,
      field,
      JSON.stringify(values),
    );
  }

  /** The newest entry of a kind after a position. */
  newest(kind: string, after: number): Entry | undefined {
    return this.#read(
      "SELECT * FROM entries WHERE seq > ? AND kind = ? ORDER BY seq DESC LIMIT 1",
      after,
      kind,
    )[0];
  }

  /** Whether the journal still has everything after a client's position. */
  covers(epoch: string | null, since: number): boolean {
    if (since > this.#head || since < 0) return false;
    if (epoch === null ? since > 0 : epoch !== this.#epoch) return false;
    if (since === this.#head) return true;
    const [oldest] = this.#sql.exec<{ seq: number }>("SELECT seq FROM entries ORDER BY seq LIMIT 1");
    return oldest !== undefined && oldest.seq <= since + 1;
  }

  /** The oldest entries that are not in D1 yet: at most `limit`, and at most `characters` of bodies, but at least one. */
  unarchived(limit: number, characters: number): Entry[] {
    const taken: Row[] = [];
    let room = characters;
    const query = "SELECT * FROM entries WHERE seq > ? ORDER BY seq LIMIT ?";
    for (const row of this.#rows(query, this.#archived, limit)) {
      room -= row.body.length;
      if (room < 0 && taken.length > 0) break;
      taken.push(row);
    }
    return taken.map(toEntry);
  }

  markArchived(seq: number): void {
    this.#archived = seq;
    this.setFact("archived", String(seq));
  }

  /**
   * Deletes archived entries that fell out of the window, a bounded number at a time. The newest one always stays:
   * positions continue from it.
   */
  prune(now: number): void {
    this.#sql.exec(
      "DELETE FROM entries WHERE seq <= ?",
      Math.min(this.#archived, this.#head - WINDOW.entries),
    );
    this.#sql.exec(
      "DELETE FROM entries WHERE seq IN (SELECT seq FROM entries ORDER BY seq LIMIT 200) AND seq <= ? AND at < ?",
      Math.min(this.#archived, this.#head - WINDOW.page),
      now - WINDOW.age,
    );
  }

  fact(name: string): string | null {
    const [row] = this.#sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name);
    return row?.value ?? null;
  }

  setFact(name: string, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, value);
  }

  /** Empties an author's entries. They keep their positions, so that no client sees a gap. */
  erase(author: number): void {
    this.#sql.exec(
      `UPDATE entries SET kind = ?1, body = '{}', ref = NULL, author = 0
       WHERE author = ?2 OR (author = 0 AND body ->> 'author' = ?2)`,
      ERASED,
      author,
    );
  }

  /** Empties system entries by their refs. The refs stay, so that a repeated one is not stored again. */
  empty(refs: readonly string[]): void {
    for (const ref of refs)
      this.#sql.exec("UPDATE entries SET kind = ?, body = '{}' WHERE author = 0 AND ref = ?", ERASED, ref);
  }

  /** Whether this author's entry with this ref is still in the window. */
  holds(author: number, ref: string): boolean {
    return this.#byRef(author, ref) !== undefined;
  }

  /** Author and time of the entries stored after a time (epoch ms), oldest first, without system entries. */
  authorsSince(at: number): { author: number; at: number }[] {
    return [
      ...this.#sql.exec<{ author: number; at: number }>(
        "SELECT author, at FROM entries WHERE at > ? AND author > 0 ORDER BY seq",
        at,
      ),
    ];
  }

  #byRef(author: number, ref: string): Entry | undefined {
    return this.#read("SELECT * FROM entries WHERE author = ? AND ref = ?", author, ref)[0];
  }

  #read(query: string, ...bindings: unknown[]): Entry[] {
    return this.#rows(query, ...bindings).map(toEntry);
  }

  #rows(query: string, ...bindings: unknown[]): Row[] {
    return [...this.#sql.exec<Row>(query, ...bindings)];
  }

  #begin(): string {
    const epoch = crypto.randomUUID().slice(0, 8);
    this.setFact("epoch", epoch);
    return epoch;
  }
}

function toEntry(row: Row): Entry {
  return { ...row, body: JSON.parse(row.body) as Record<string, unknown> };
}
