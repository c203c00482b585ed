/** Copies a room's journal to D1 in batches, and decides when the next batch is due. */
import { log } from "../../../log.ts";
import type { RoomHandler } from "../../handler.ts";
import type { Journal } from "../journal/journal.ts";

/**
 * Rows and characters per batch, and the pause between two batches of one room in ms, which a handler may set. A batch is
 * one bound parameter, for which D1 allows 2 MB: https://developers.cloudflare.com/d1/platform/limits/
 */
export const ARCHIVE = { rows: 100, characters: 500_000, pause: 1000, longestPause: 60_000 } as const;

/** An alarm this much later goes on with what is under way, should the object die meanwhile. Milliseconds. */
export const NET = 60_000;

/** What the schedule depends on. Lost with the object on purpose: a new one may archive at once. */
export interface ArchiveState {
  /** End of the last batch, epoch ms; 0 when this object has made none. */
  readonly lastAt: number;
  /** Number of failed batches in a row. */
  readonly failures: number;
}

/**
 * When the next batch may run: a pause after the last one, so that a single entry after a quiet time is in D1 at once; the
 * pause doubles with each failure, up to a minute or what the handler asks for.
 */
export function archiveDue(state: ArchiveState, now: number, pause: number = ARCHIVE.pause): number {
  const grown = Math.max(pause, Math.min(ARCHIVE.longestPause, pause * 2 ** state.failures));
  return Math.max(now, state.lastAt + grown);
}

/** What a batch needs of its room. */
export interface ArchivedRoom {
  readonly name: string;
  /** Of now: the room may be retired, and its storage deleted, meanwhile. */
  readonly journal: () => Journal;
  readonly present: () => ReadonlySet<number>;
}

/**
 * A batch runs when an entry is stored and none has run for a pause, directly, without an alarm: setting one costs a row.
 * Otherwise the next entry runs it, and an alarm twice a pause later, or as the handler says, does when there is none. An alarm a minute later is
 * the net under a batch whose object dies. So an alarm is set in storage whenever an entry that was stored may not be in
 * D1, and an object that wakes need not look.
 */
export class Archiver {
  readonly #handler: Pick<RoomHandler, "archive" | "archivePause" | "archiveWithin">;
  readonly #clock: () => number;
  #state: ArchiveState = { lastAt: 0, failures: 0 };
  #running = false;
  /** Whether the last batch left entries for the next one. */
  #more = false;
  /** Since when the oldest entry waits for a batch, and that of the running batch, epoch ms; null for none. */
  #waitingSince: number | null = null;
  #runningSince: number | null = null;

  constructor(handler: Pick<RoomHandler, "archive" | "archivePause" | "archiveWithin">, clock: () => number) {
    this.#handler = handler;
    this.#clock = clock;
  }

  /** An entry was stored. */
  stored(): void {
    if (this.#handler.archive) this.#waitingSince ??= this.#clock();
  }

  /** Finds the entries that an earlier object may have left. */
  resume(journal: Journal): void {
    if (this.archived(journal) < journal.head && !this.#running) this.stored();
  }

  /** Whether a batch should run now. */
  isDue(now: number): boolean {
    return this.#waitingSince !== null && !this.#running && this.#nextAt(now) <= now;
  }

  /** When an alarm has to see to the archive, epoch ms; null when nothing waits. `isStarting`: a batch is about to run. */
  alarmAt(now: number, isStarting: boolean): number | null {
    const since = this.#waitingSince;
    if (this.#runningSince !== null || (isStarting && since !== null)) return now + NET;
    if (since === null) return null;
    const within = this.#handler.archiveWithin ?? 2 * this.#pause;
    const latest = this.#state.failures > 0 || this.#more ? now : since + within;
    return Math.max(this.#nextAt(now), latest);
  }

  /** Everything up to here is in D1, or needs not be. */
  archived(journal: Journal): number {
    return this.#handler.archive ? journal.archived : journal.head;
  }

  /** Copies one batch if it is due. */
  async run(room: ArchivedRoom): Promise<void> {
    if (this.isDue(this.#clock())) await this.#batch(room);
  }

  /** Copies everything now, batch after batch. False when D1 refused. */
  async flush(room: ArchivedRoom): Promise<boolean> {
    while (this.#running) await scheduler.wait(5);
    const { failures } = this.#state;
    const isDone = () => this.archived(room.journal()) >= room.journal().head;
    while (!isDone() && this.#state.failures === failures) await this.#batch(room);
    return isDone();
  }

  get #pause(): number {
    // What fills whole batches does not wait for more.
    const pause = this.#handler.archivePause ?? ARCHIVE.pause;
    return this.#more ? Math.min(pause, ARCHIVE.pause) : pause;
  }

  #nextAt(now: number): number {
    return archiveDue(this.#state, now, this.#pause);
  }

  async #batch({ name, journal, present }: ArchivedRoom): Promise<void> {
    const { epoch, head } = journal();
    const entries = journal().unarchived(ARCHIVE.rows, ARCHIVE.characters);
    this.#runningSince = this.#waitingSince;
    this.#waitingSince = null;
    const last = entries.at(-1);
    if (!last || !this.#handler.archive) {
      this.#runningSince = null;
      return;
    }
    this.#running = true;
    try {
      await this.#handler.archive(name, epoch, entries, present());
      // A room that was retired meanwhile has a new epoch, with other positions.
      if (journal().epoch === epoch) journal().markArchived(last.seq);
      this.#state = { lastAt: this.#clock(), failures: 0 };
      this.#more = last.seq < head;
      if (this.#more) this.stored();
    } catch (error) {
      this.#waitingSince = this.#runningSince ?? this.#clock();
      this.#state = { lastAt: this.#clock(), failures: this.#state.failures + 1 };
      log("warn", "room.archive", { room: name, failures: this.#state.failures }, error);
    } finally {
      this.#running = false;
      this.#runningSince = null;
    }
  }
}
