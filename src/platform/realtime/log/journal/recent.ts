/** The newest entries of a journal in memory, so that what is asked for with every frame is not parsed again each time. */
import type { Entry } from "../entry.ts";

/** The most that is kept: entries, and characters of their bodies. */
const KEPT = { entries: 32, characters: 128_000 } as const;

interface Kept {
  readonly entry: Entry;
  readonly size: number;
}

export class Recent {
  /** Oldest first, without a gap up to the head; null until the first time that they are asked for. */
  #kept: Kept[] | null = null;
  #size = 0;
  /** Whether the journal has nothing older. */
  #whole = false;

  /** Adds an entry that was just stored; `size` is the length of its body as JSON. */
  add(entry: Entry, size: number): void {
    if (!this.#kept) return;
    this.#kept.push({ entry, size });
    this.#size += size;
    while (this.#kept.length > KEPT.entries || this.#size > KEPT.characters) {
      this.#size -= this.#kept.shift()?.size ?? 0;
      this.#whole = false;
    }
  }

  /**
   * The newest entries, newest first; null when not all of them are kept. `read` returns that many from storage, with
   * their sizes, newest first.
   */
  latest(limit: number, read: (limit: number) => readonly Kept[]): Entry[] | null {
    if (limit > KEPT.entries) return null;
    if (!this.#kept) this.#fill(read(KEPT.entries));
    const kept = this.#kept ?? [];
    if (kept.length < limit && !this.#whole) return null;
    return kept
      .slice(Math.max(0, kept.length - limit))
      .reverse()
      .map(({ entry }) => entry);
  }

  /** Forgets what is kept: it changed in storage, or a transaction was rolled back. */
  drop(): void {
    this.#kept = null;
    this.#size = 0;
    this.#whole = false;
  }

  #fill(newest: readonly Kept[]): void {
    this.drop();
    this.#kept = [];
    this.#whole = newest.length < KEPT.entries;
    for (const { entry, size } of newest.toReversed()) this.add(entry, size);
  }
}
