/** Collects places into batches: one frame for what comes within two seconds. */

import type { Point } from "./frames.ts";
import type { After } from "./options.ts";

/** Of a batch: the server takes 100, and so many with all their fields fit into a frame. */
const MOST = 80;
const EVERY = 2_000;

export class PointBatches {
  readonly #after: After;
  readonly #send: (points: readonly Point[]) => PromiseLike<unknown>;
  #points: Point[] = [];
  #cancel: (() => void) | null = null;

  constructor(after: After, send: (points: readonly Point[]) => PromiseLike<unknown>) {
    this.#after = after;
    this.#send = send;
  }

  add(point: Point): void {
    this.#points.push(point);
    if (this.#points.length >= MOST) return void this.#flush();
    this.#cancel ??= this.#after(EVERY, () => this.#flush());
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#points = [];
  }

  split(points: readonly Point[]): Point[][] {
    const batches: Point[][] = [];
    for (let from = 0; from < points.length; from += MOST) batches.push(points.slice(from, from + MOST));
    return batches;
  }

  #flush(): void {
    const points = this.#points;
    this.clear();
    // A refused batch is told by the room's `pending`; nobody awaits it here.
    this.#send(points).then(undefined, () => {});
  }
}
