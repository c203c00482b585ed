/**
 * The room's log, in the object's own SQLite: gapless positions, one entry per (author, ref), a recent window kept. One class
 * of more than 250 lines: rows, ends and what is kept in memory change together, and are read again together after a rollback.
 */
import { type Appended, type Draft, type Entry, ERASED } from "../entry.ts";
import { Facts } from "./facts.ts";
import { layOut } from "./layout.ts";
import { Recent } from "./recent.ts";
import { RefIndex } from "./refs.ts";
import { COLUMNS, type JournalStorage, oldestIn, type Row, rowsWithElements, toEntry } from "./rows.ts";
import { coversPosition, prune } from "./window.ts";

/** The form of an epoch. */
export const EPOCH = /^[0-9a-f]{8}$/;

export class Journal {
  readonly #sql: JournalStorage;
  readonly #facts: Facts;
  readonly #refs: RefIndex;
  readonly #recent = new Recent();
  #head = 0;
  #headAt = 0;
  #archived = 0;
  /** What storage says of `archived`: it may be behind. */
  #archivedStored = 0;
  #epoch = "";

  constructor(sql: JournalStorage) {
    this.#sql = sql;
    layOut(sql);
    this.#facts = new Facts(sql);
    this.#refs = new RefIndex(sql);
    this.#readEnds();
    this.#epoch = this.fact("epoch") ?? this.#begin();
  }

  /** Reads everything from storage again: a transaction was rolled back. */
  reload(): void {
    this.#facts.reload();
    this.#refs.reload();
    this.#recent.drop();
    this.#readEnds();
  }

  /** Deletes everything and starts again at 0, in a new epoch: earlier positions mean nothing now. */
  reset(): void {
    this.#facts.clear();
    this.#startAnew();
  }

  /** Deletes the entries, and starts again at 0 in a new epoch. */
  #startAnew(): void {
    this.#sql.exec("DELETE FROM entries");
    if (this.fact("archived") !== null) this.setFact("archived", "0");
    this.#refs.clear();
    this.#recent.drop();
    this.#head = 0;
    this.#headAt = 0;
    this.#archived = 0;
    this.#archivedStored = 0;
    this.#epoch = this.#begin();
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Position of the newest entry, 0 when there is none. */
  get head(): number {
    return this.#head;
  }

  /** Position of the oldest entry that is left; undefined when there is none. */
  get oldest(): number | undefined {
    return oldestIn(this.#sql)?.seq;
  }

  /** When the newest entry was stored, epoch ms; 0 when there is none. */
  get headAt(): number {
    return this.#headAt;
  }

  /**
   * Everything up to here is in D1. After a restart it may be lower than it was, by the entries since the last but one
   * append: to store it exactly would cost a row for each batch, and entries may be archived twice.
   */
  get archived(): number {
    return this.#archived;
  }

  /**
   * Stores drafts in order, each completed just before. Synchronous, so all of them are one transaction; what is sent
   * afterwards leaves only when they are durable (the output gate). When it throws, the caller rolls back and calls
   * `reload`.
   * Source: https://developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects/
   */
  append(drafts: readonly Draft[], now: number, complete = (draft: Draft) => draft): Appended[] {
    let head = this.#head;
    let headAt = this.#headAt;
    const appended = drafts.map((draft) => {
      const known = draft.ref === null ? undefined : this.#byRef(draft.author, draft.ref);
      if (known) return { entry: known, repeated: true };
      const entry: Entry = { ...complete(draft), seq: head + 1, at: Math.max(now, headAt) };
      this.#insert(entry, this.#archived);
      head = entry.seq;
      headAt = entry.at;
      return { entry, repeated: false };
    });
    if (head > this.#head) this.#archivedStored = this.#archived;
    this.#head = head;
    this.#headAt = headAt;
    return appended;
  }

  /**
   * Starts the journal with entries that are archived already, in the epoch that they have there or its own. What it had
   * before is replaced, in a new epoch.
   */
  begin(epoch: string | null, entries: readonly Entry[]): void {
    if (this.#head > 0) this.#startAnew();
    if (epoch !== null && epoch !== this.#epoch) this.#epoch = this.#begin(epoch);
    const last = entries.at(-1)?.seq ?? 0;
    for (const entry of entries) this.#insert(entry, last);
    this.#readEnds();
  }

  #insert(entry: Entry, archived: number): void {
    const { seq, at, author, ref, kind } = entry;
    const body = JSON.stringify(entry.body);
    if (ref !== null) this.#refs.prepare(seq);
    // The last step that may fail: an entry that is alone needs no transaction.
    this.#sql.exec(
      `INSERT INTO entries (${COLUMNS}, archived) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      seq,
      at,
      author,
      ref,
      kind,
      body,
      archived,
    );
    if (ref !== null) this.#refs.add(author, ref, seq);
    // At once: what completes the next draft may look at this one.
    this.#recent.add(entry, body.length);
  }

  /** Entries after a position, oldest first, at most `limit`. */
  after(seq: number, limit: number): Entry[] {
    if (seq >= this.#head) return [];
    return this.#read(`SELECT ${COLUMNS} FROM entries WHERE seq > ? ORDER BY seq LIMIT ?`, seq, limit);
  }

  /** The newest entries, newest first. */
  latest(limit: number): Entry[] {
    const rows = (limit: number) =>
      this.#rows(`SELECT ${COLUMNS} FROM entries ORDER BY seq DESC LIMIT ?`, limit);
    const kept = this.#recent.latest(limit, (limit) =>
      rows(limit).map((row) => ({ entry: toEntry(row), size: row.body.length })),
    );
    return kept ?? rows(limit).map(toEntry);
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
    return rowsWithElements(this.#sql, kind, { list, field, values }, since).map(toEntry);
  }

  /** The newest entry of a kind after a position. */
  newest(kind: string, after: number): Entry | undefined {
    return this.#read(
      `SELECT ${COLUMNS} FROM entries WHERE seq > ? AND kind = ? ORDER BY seq DESC LIMIT 1`,
      after,
      kind,
    )[0];
  }

  /** Whether the journal still has everything after a client's position. */
  covers(epoch: string | null, since: number): boolean {
    return coversPosition({ epoch: this.#epoch, head: this.#head, oldest: () => this.oldest }, epoch, since);
  }

  /** The oldest entries that are not in D1 yet: at most `limit`, and at most `characters` of bodies, but at least one. */
  unarchived(limit: number, characters: number): Entry[] {
    const taken: Row[] = [];
    let room = characters;
    const query = `SELECT ${COLUMNS} FROM entries WHERE seq > ? ORDER BY seq LIMIT ?`;
    for (const row of this.#rows(query, this.#archived, limit)) {
      room -= row.body.length;
      if (room < 0 && taken.length > 0) break;
      taken.push(row);
    }
    return taken.map(toEntry);
  }

  markArchived(seq: number): void {
    this.#archived = seq;
  }

  /** Stores how far the archive is, so that nothing is archived twice after a restart. */
  checkpoint(): void {
    if (this.#archived === this.#archivedStored) return;
    this.setFact("archived", String(this.#archived));
    this.#archivedStored = this.#archived;
  }

  /** Deletes entries up to `archived` that fell out of the window, a bounded number at a time. */
  prune(now: number, archived = this.#archived): void {
    const oldest = prune(this.#sql, { head: this.#head, archived, now });
    if (oldest !== null) this.#refs.prune(oldest);
  }

  fact(name: string): string | null {
    return this.#facts.get(name);
  }

  setFact(name: string, value: string): void {
    this.#facts.set(name, value);
  }

  /** Empties an author's entries. They keep their positions, so that no client sees a gap. */
  erase(author: number): void {
    this.#sql.exec(
      `UPDATE entries SET kind = ?1, body = '{}', ref = NULL, author = 0
       WHERE author = ?2 OR (author = 0 AND body ->> 'author' = ?2)`,
      ERASED,
      author,
    );
    this.#recent.drop();
  }

  /** Empties the system entries whose `about` is one of these. Their refs stay, so that a repeated one is not stored again. */
  emptyAbout(things: readonly string[]): void {
    this.#sql.exec(
      `UPDATE entries SET kind = ?, body = '{}'
       WHERE author = 0 AND body ->> 'about' IN (SELECT value FROM json_each(?))`,
      ERASED,
      JSON.stringify(things),
    );
    this.#recent.drop();
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
    const seq = this.#refs.find(author, ref);
    if (seq === undefined) return undefined;
    const [found] = this.#read(`SELECT ${COLUMNS} FROM entries WHERE seq = ?`, seq);
    if (found?.author === author && found.ref === ref) return found;
    // Another ref has the same hash, or the entry was pruned or erased.
    return this.#read(`SELECT ${COLUMNS} FROM entries WHERE author = ? AND ref = ?`, author, ref)[0];
  }

  #readEnds(): void {
    const [last] = this.#sql.exec<{ seq: number; at: number; archived: number | null }>(
      "SELECT seq, at, archived FROM entries ORDER BY seq DESC LIMIT 1",
    );
    this.#head = last?.seq ?? 0;
    this.#headAt = last?.at ?? 0;
    this.#archivedStored = Math.max(Number(this.fact("archived") ?? 0), last?.archived ?? 0);
    this.#archived = Math.max(this.#archived, this.#archivedStored);
  }

  #read(query: string, ...bindings: unknown[]): Entry[] {
    return this.#rows(query, ...bindings).map(toEntry);
  }

  #rows(query: string, ...bindings: unknown[]): Row[] {
    return [...this.#sql.exec<Row>(query, ...bindings)];
  }

  #begin(epoch = crypto.randomUUID().slice(0, 8)): string {
    this.setFact("epoch", epoch);
    return epoch;
  }
}
