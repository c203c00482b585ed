/** The position up to which each person has read: kept in the room, and copied to D1. */
import { log } from "../../log.ts";
import type { ReadMark, RoomHandler } from "../handler.ts";
import type { JournalStorage } from "../log/journal/rows.ts";

/** A room that is not social has none. */
export class ReadMarks {
  readonly #sql: JournalStorage;
  readonly #handler: Pick<RoomHandler, "social" | "archiveReads">;
  #ready = false;
  /** Whether a mark moved in this life of the object and is not in D1 yet. */
  #news = false;
  /** What was copied to D1 and is not stored as such yet: positions by user. */
  readonly #copied = new Map<number, number>();

  constructor(sql: JournalStorage, handler: Pick<RoomHandler, "social" | "archiveReads">) {
    this.#sql = sql;
    this.#handler = handler;
  }

  all(): ReadMark[] {
    return this.#handler.social ? this.#marks("SELECT user, seq FROM reads ORDER BY user") : [];
  }

  /** Moves a mark forward, never back. False: it was there or further already. */
  move(userId: number, seq: number): boolean {
    this.#prepare();
    const moved = [
      ...this.#sql.exec(
        `INSERT INTO reads (user, seq, archived) VALUES (?, ?, 0)
        ON CONFLICT (user) DO UPDATE SET seq = excluded.seq, archived = 0 WHERE excluded.seq > seq RETURNING user`,
        userId,
        seq,
      ),
    ];
    if (moved.length === 0) return false;
    this.#news = this.#isArchived;
    return true;
  }

  /** Whether a mark that moved in this life of the object is not in D1 yet. */
  get hasNews(): boolean {
    return this.#news;
  }

  /** Finds the marks that an earlier object may have left. */
  resume(): void {
    this.#news = this.#isArchived && this.#unarchived().length > 0;
  }

  /** Copies marks to D1. A failure is retried with the next alarm. */
  async archive(room: string): Promise<void> {
    if (!this.#news) return;
    this.#news = false;
    const reads = this.#unarchived();
    try {
      if (reads.length > 0) await this.#handler.archiveReads?.(room, reads);
    } catch (error) {
      this.#news = true;
      return log("warn", "room.archiveReads", { room }, error);
    }
    for (const { userId, seq } of reads) this.#copied.set(userId, seq);
  }

  /** Stores which marks are in D1, so that they are not copied again after a restart. */
  checkpoint(): void {
    for (const [userId, seq] of this.#copied)
      this.#sql.exec("UPDATE reads SET archived = 1 WHERE user = ? AND seq = ?", userId, seq);
    this.#copied.clear();
  }

  forget(userId: number): void {
    if (!this.#handler.social) return;
    this.#prepare();
    this.#sql.exec("DELETE FROM reads WHERE user = ?", userId);
  }

  /** Deletes all marks: the room is retired. */
  clear(): void {
    if (!this.#handler.social) return;
    this.#prepare();
    this.#sql.exec("DELETE FROM reads");
    this.#news = false;
    this.#copied.clear();
  }

  /** Drops what was read from storage: it was just deleted. */
  forgetAll(): void {
    this.#ready = false;
    this.#news = false;
    this.#copied.clear();
  }

  get #isArchived(): boolean {
    return this.#handler.social === true && this.#handler.archiveReads !== undefined;
  }

  #unarchived(): ReadMark[] {
    return this.#marks("SELECT user, seq FROM reads WHERE archived = 0").filter(
      ({ userId, seq }) => this.#copied.get(userId) !== seq,
    );
  }

  #marks(query: string): ReadMark[] {
    this.#prepare();
    const rows = this.#sql.exec<{ user: number; seq: number }>(query);
    return [...rows].map(({ user, seq }) => ({ userId: user, seq }));
  }

  #prepare(): void {
    if (this.#ready) return;
    this.#ready = true;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS reads (user INTEGER PRIMARY KEY, seq INTEGER NOT NULL, archived INTEGER NOT NULL)",
    );
  }
}
