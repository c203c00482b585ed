/** A room's journal on its way to D1: when the next batch is due, and the batch itself. */
import { log } from "../../log.ts";
import type { RoomHandler } from "../handler.ts";
import type { Journal } from "./journal.ts";

/**
 * Rows and characters a batch, and the quiet time between two batches of one room in ms. A batch is one bound
 * parameter, of which D1 takes 2 MB: https://developers.cloudflare.com/d1/platform/limits/
 */
export const ARCHIVE = { rows: 100, characters: 500_000, pause: 1000, longestPause: 60_000 } as const;

/** What the schedule depends on. Lost with the object on purpose: a fresh one may archive at once. */
export interface ArchiveState {
  /** End of the last batch, epoch ms; 0 for none in this life. */
  readonly lastAt: number;
  /** Batches that failed in a row. */
  readonly failures: number;
}

/**
 * When the next batch may run: at once after a quiet second, so that a single entry is in D1 immediately;
 * else a second after the last one; longer and longer while D1 refuses.
 */
export function archiveDue(state: ArchiveState, now: number): number {
  const pause = Math.min(ARCHIVE.longestPause, ARCHIVE.pause * 2 ** state.failures);
  return Math.max(now, state.lastAt + pause);
}

export class Archiver {
  readonly #handler: Pick<RoomHandler, "archive">;
  readonly #clock: () => number;
  #state: ArchiveState = { lastAt: 0, failures: 0 };
  #running = false;

  constructor(handler: Pick<RoomHandler, "archive">, clock: () => number) {
    this.#handler = handler;
    this.#clock = clock;
  }

  /** When the next batch is due; null while one is under way (it asks again when it ends) or nothing is left. */
  due(journal: Journal, now: number): number | null {
    return journal.archived < journal.head && !this.#running ? archiveDue(this.#state, now) : null;
  }

  /** Copies one batch, if it is time. A failure is remembered and waits longer. `epoch` tells the journal of now. */
  async run(
    journal: Journal,
    room: string,
    epoch: () => string,
    present: ReadonlySet<number>,
  ): Promise<void> {
    if (this.#running || archiveDue(this.#state, this.#clock()) > this.#clock()) return;
    await this.#batch(journal, room, epoch, present);
  }

  /** Copies all of it, batch after batch, whatever time it is. False when D1 refused. */
  async flush(
    journal: Journal,
    room: string,
    epoch: () => string,
    present: ReadonlySet<number>,
  ): Promise<boolean> {
    while (this.#running) await scheduler.wait(5);
    const { failures } = this.#state;
    while (journal.archived < journal.head && this.#state.failures === failures)
      await this.#batch(journal, room, epoch, present);
    return journal.archived >= journal.head;
  }

  async #batch(
    journal: Journal,
    room: string,
    epoch: () => string,
    present: ReadonlySet<number>,
  ): Promise<void> {
    const entries = journal.unarchived(ARCHIVE.rows, ARCHIVE.characters);
    const last = entries.at(-1);
    if (!last) return;
    this.#running = true;
    const begun = journal.epoch;
    try {
      await this.#handler.archive(room, begun, entries, present);
      // A room that was retired meanwhile has begun anew: its positions are not these.
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
