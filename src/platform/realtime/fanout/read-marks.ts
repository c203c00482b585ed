/** The position up to which each person has read: kept in the room, and copied to D1. */
import { log } from "../../log.ts";
import type { ReadMark, RoomHandler } from "../handler.ts";
import type { JournalStorage } from "../log/journal.ts";

/** A room that is not social has none. */
export class ReadMarks {
  readonly #sql: JournalStorage;
  readonly #handler: Pick<RoomHandler, "social" | "archiveReads">;
  #ready = false;
  /** Whether a mark is not in D1 yet; undefined until it was computed. */
  #news: boolean | undefined;

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
    this.#news = true;
    return true;
  }

  /** Whether a mark is not in D1 yet. */
  get hasNews(): boolean {
    if (!this.#handler.social || !this.#handler.archiveReads) return false;
    this.#news ??= this.#unarchived().length > 0;
    return this.#news;
  }

  /** Copies marks to D1. A failure is retried with the next alarm. */
  async archive(room: string): Promise<void> {
    if (!this.hasNews) return;
    const reads = this.#unarchived();
    try {
      if (reads.length > 0) await this.#handler.archiveReads?.(room, reads);
    } catch (error) {
      return log("warn", "room.archiveReads", { room }, error);
    }
    for (const { userId, seq } of reads)
      this.#sql.exec("UPDATE reads SET archived = 1 WHERE user = ? AND seq = ?", userId, seq);
    this.#news = undefined;
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
  }

  /** Drops what was read from storage: it was just deleted. */
  forgetAll(): void {
    this.#ready = false;
    this.#news = undefined;
  }

  #unarchived(): ReadMark[] {
    return this.#marks("SELECT user, seq FROM reads WHERE archived = 0");
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
