/** A clock that a test advances: timers run in the order of their times, each with everything that follows from it. */
import type { PacerClock } from "../../src/platform/pacer.ts";

export interface VirtualTime {
  readonly clock: PacerClock;
  advance(milliseconds: number): Promise<void>;
}

export function virtualClock(start = 0): VirtualTime {
  let now = start;
  /** What runs at each time. */
  const due = new Map<number, (() => void)[]>();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    clock: {
      now: () => now,
      after(milliseconds, run) {
        const at = now + Math.max(0, Math.ceil(milliseconds));
        const there = due.get(at);
        if (there) there.push(run);
        else due.set(at, [run]);
      },
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (;;) {
        let next = Number.POSITIVE_INFINITY;
        for (const at of due.keys()) next = Math.min(next, at);
        if (next > end) break;
        now = Math.max(now, next);
        const runs = due.get(next) ?? [];
        due.delete(next);
        for (const run of runs) run();
        await settle();
      }
      now = end;
    },
  };
}
