/**
 * Group commit: what arrives while one transaction is being made durable waits and becomes the next one. A single frame
 * on its own does not wait.
 */
import type { Appended, Draft, Entry } from "./entry.ts";

export interface Pending {
  readonly draft: Draft;
  /** The socket that sent it and hears the ack; null when it came another way. */
  readonly from: WebSocket | null;
  /** The inbox that gets the entry with the result of its call. */
  readonly inbox?: string | undefined;
}

type Append = (pending: readonly Pending[]) => readonly Appended[];

export class GroupCommit {
  readonly #storage: Pick<DurableObjectStorage, "sync">;
  #waiting: { readonly pending: Pending; readonly done: (entry: Entry | null) => void }[] = [];
  #busy = false;

  constructor(storage: Pick<DurableObjectStorage, "sync">) {
    this.#storage = storage;
  }

  /**
   * Stores what waits with `append`, in one transaction. Ends with the stored entry; with null when it was dropped, or
   * another one in the same transaction failed.
   */
  async add(pending: Pending, append: Append): Promise<Entry | null> {
    const stored = new Promise<Entry | null>((done) => this.#waiting.push({ pending, done }));
    if (!this.#busy) await this.#run(append);
    return stored;
  }

  /** Drops what waits: it will not be stored. */
  drop(): void {
    for (const { done } of this.#waiting.splice(0)) done(null);
  }

  async #run(append: Append): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.splice(0);
        let appended: readonly Appended[] = [];
        try {
          appended = append(batch.map(({ pending }) => pending));
        } finally {
          for (const [index, { done }] of batch.entries()) done(appended[index]?.entry ?? null);
        }
        await this.#storage.sync();
      }
    } finally {
      this.#busy = false;
    }
  }
}
