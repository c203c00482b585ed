/**
 * A clock that a test moves: what takes ten minutes is counted in a second. `Date.now` runs an hour ahead meanwhile, so
 * that the platform fires no alarm by itself; `advance` fires those that are due.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { TtlCache } from "../../src/platform/cache.ts";
import { shift } from "./counting/shifted-now.ts";
import { dueBy, nextAlarm, runDueAlarms } from "./counting/watched-objects.ts";

const AHEAD = 3600_000;

export interface Clock {
  /** Moves the time forward, and fires every alarm on the way. */
  advance(ms: number): Promise<void>;
  /** Caches of this isolate hold nothing while `work` runs, as in an isolate that has just started. */
  cold<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Objects that tests share: evicted first, so that they too are watched and run by this clock. */
const SHARED: readonly (() => DurableObjectStub)[] = [
  () => env.OPS_ROOMS.getByName("ops:all") as unknown as DurableObjectStub,
];

/** Runs `work` with a clock of its own. Create people, rooms and sockets within it. */
export async function withClock<Result>(work: (clock: Clock) => Promise<Result>): Promise<Result> {
  for (const shared of SHARED) {
    // Only a running object can be evicted.
    await runInDurableObject(shared(), () => {});
    await evictDurableObject(shared());
  }
  shift.ms = AHEAD;
  try {
    return await work({ advance, cold });
  } finally {
    shift.ms = 0;
  }
}

/** An object that sets its alarm to the same time again and again never lets the clock go on. */
const MOST_ALARMS = 20_000;

async function advance(ms: number): Promise<void> {
  const end = Date.now() + ms;
  for (let fired = 0; nextAlarm() <= end; fired++) {
    if (fired > MOST_ALARMS) throw new Error(`an alarm is due again and again: ${dueBy(end)}`);
    const at = nextAlarm();
    if (at > Date.now()) shift.ms += at - Date.now();
    await runDueAlarms(Date.now());
  }
  if (end > Date.now()) shift.ms += end - Date.now();
}

async function cold<Result>(work: () => Promise<Result>): Promise<Result> {
  const { get } = TtlCache.prototype;
  TtlCache.prototype.get = () => undefined;
  try {
    return await work();
  } finally {
    TtlCache.prototype.get = get;
  }
}
