/** Writes the positions of many trucks: each truck's row at most every five seconds, all that are due in one transaction. */
import { Pacer, type PacerClock, REAL_CLOCK } from "../../../platform/pacer.ts";
import type { TruckFix } from "../fleet/trucks/position.ts";
import { type Batch, joined } from "./batch.ts";

/** A truck's row is written at most this often; its first position after a pause is written with the next transaction. Milliseconds. */
const WRITE_EVERY = 5_000;
/** Between two transactions, and after one that failed. Milliseconds. */
const PAUSE = 1_000;
const RETRY = 5_000;

interface PositionWriterOptions {
  readonly store: (fixes: readonly TruckFix[]) => Promise<void>;
  /** A batch could not be stored; it is tried again. */
  readonly failed: (error: unknown) => void;
  readonly clock?: PacerClock;
}

/** What waits is lost when the object dies: the truck's next position, or its own archive, replaces it. */
export class PositionWriter {
  readonly #options: PositionWriterOptions;
  readonly #clock: PacerClock;
  readonly #pacer: Pacer<Batch>;
  /** The position that each truck's row has, and when it was written, epoch ms; the longest ago first. */
  readonly #rows = new Map<number, { readonly fixAt: number; readonly writtenAt: number }>();

  constructor(options: PositionWriterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#pacer = new Pacer({ send: (batch) => this.#write(batch), merge: joined, clock: this.#clock });
  }

  put(fix: TruckFix): void {
    void this.#pacer.put(new Map([[fix.id, fix]]));
  }

  /** The truck's row was just written, here or elsewhere. */
  written({ id, at }: TruckFix): void {
    this.#rows.delete(id);
    this.#rows.set(id, { fixAt: at, writtenAt: this.#clock.now() });
  }

  async #write(batch: Batch): Promise<number> {
    this.#forgetOld();
    const news = [...batch.values()].filter(({ id, at }) => (this.#rows.get(id)?.fixAt ?? 0) < at);
    const [due, rest] = [
      news.filter(({ id }) => !this.#rows.has(id)),
      news.filter(({ id }) => this.#rows.has(id)),
    ];
    const isStored = await this.#store(due);
    if (!isStored) rest.push(...due);
    if (rest.length > 0) void this.#pacer.put(new Map(rest.map((fix) => [fix.id, fix])));
    return isStored ? PAUSE : RETRY;
  }

  async #store(due: readonly TruckFix[]): Promise<boolean> {
    if (due.length === 0) return true;
    try {
      await this.#options.store(due);
      for (const fix of due) this.written(fix);
      return true;
    } catch (error) {
      this.#options.failed(error);
      return false;
    }
  }

  #forgetOld(): void {
    const before = this.#clock.now() - WRITE_EVERY;
    for (const [id, { writtenAt }] of this.#rows) {
      if (writtenAt > before) return;
      this.#rows.delete(id);
    }
  }
}
