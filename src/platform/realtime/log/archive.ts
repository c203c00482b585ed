/** Copies a room's journal to D1 in batches, and decides when the next batch is due. */
import { log } from "../../log.ts";
import type { RoomHandler } from "../handler.ts";
import type { Journal } from "./journal.ts";

/**
 * Rows and characters per batch, and the pause between two batches of one room in ms. A batch is one bound parameter, for
 * which D1 allows 2 MB: https://developers.cloudflare.com/d1/platform/limits/
 */
export const ARCHIVE = { rows: 100, characters: 500_000, pause: 1000, longestPause: 60_000 } as const;

/** What the schedule depends on. Lost with the object on purpose: a new one may archive at once. */
export interface ArchiveState {
  /** End of the last batch, epoch ms; 0 when this object has made none. */
  readonly lastAt: number;
  /** Number of failed batches in a row. */
  readonly failures: number;
}

/**
 * When the next batch may run: a pause after the last one, so that a single entry after a quiet time is in D1 at once; the
 * pause doubles with each failure.
 */
export function archiveDue(state: ArchiveState, now: number, pause: number = ARCHIVE.pause): number {
  const grown = Math.min(ARCHIVE.longestPause, pause * 2 ** state.failures);
  return Math.max(now, state.lastAt + grown);
}

export class Archiver {
  readonly #handler: Pick<RoomHandler, "archive" | "archivePause">;
  readonly #clock: () => number;
  #state: ArchiveState = { lastAt: 0, failures: 0 };
  #running = false;

  constructor(handler: Pick<RoomHandler, "archive" | "archivePause">, clock: () => number) {
    this.#handler = handler;
    this.#clock = clock;
  }

  /** When the next batch is due; null while one is running (the alarm is set when it ends) or nothing is left. */
  due(journal: Journal, now: number): number | null {
    return this.#waits(journal) && !this.#running ? this.#nextAt(now) : null;
  }

  /** Copies one batch if it is due. `epoch` returns the current epoch: the room may be retired meanwhile. */
  async run(
    journal: Journal,
    room: string,
    epoch: () => string,
    present: ReadonlySet<number>,
  ): Promise<void> {
    if (this.#running || this.#nextAt(this.#clock()) > this.#clock()) return;
    await this.#batch(journal, room, epoch, present);
  }

  /** Copies everything now, batch after batch. False when D1 refused. */
  async flush(
    journal: Journal,
    room: string,
    epoch: () => string,
    present: ReadonlySet<number>,
  ): Promise<boolean> {
    while (this.#running) await scheduler.wait(5);
    const { failures } = this.#state;
    while (this.#waits(journal) && this.#state.failures === failures)
      await this.#batch(journal, room, epoch, present);
    return !this.#waits(journal);
  }

  /** Whether an entry is not in D1 yet. */
  #waits(journal: Journal): boolean {
    return this.#handler.archive !== undefined && journal.archived < journal.head;
  }

  #nextAt(now: number): number {
    return archiveDue(this.#state, now, this.#handler.archivePause);
  }

  async #batch(
    journal: Journal,
    room: string,
    epoch: () => string,
    present: ReadonlySet<number>,
  ): Promise<void> {
    const entries = journal.unarchived(ARCHIVE.rows, ARCHIVE.characters);
    const last = entries.at(-1);
    if (!last || !this.#handler.archive) return;
    this.#running = true;
    const begun = journal.epoch;
    try {
      await this.#handler.archive(room, begun, entries, present);
      // A room that was retired meanwhile has a new epoch, with other positions.
      if (epoch() === begun) journal.markArchived(last.seq);
      this.#state = { lastAt: this.#clock(), failures: 0 };
    } catch (error) {
      this.#state = { lastAt: this.#clock(), failures: this.#state.failures + 1 };
      log("warn", "room.archive", { room, failures: this.#state.failures }, error);
    } finally {
      this.#running = false;
    }
  }
}
