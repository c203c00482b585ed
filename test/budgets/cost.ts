/**
 * Counts what an action costs in this isolate, no matter who causes it: rows of D1 (from its `meta`) and of objects (from
 * each cursor's `rowsWritten`, and storage's own methods), alarms, trips, calls of objects and queue messages. Objects, the
 * queue's consumer and the tests share one isolate, so the platform's prototypes are watched, and the product knows nothing
 * of it. `counted.ts` counts the statements of one request; this counts everything that follows from it, too.
 */
import { env } from "cloudflare:workers";
import { watchDatabase } from "../harness/counting/watched-database.ts";
import { watchObjects } from "../harness/counting/watched-objects.ts";

/** What was counted. */
export interface Cost {
  /** Rows written in all: in D1, in objects, and one for each alarm that was set. */
  readonly rows: number;
  readonly d1Rows: number;
  readonly d1Read: number;
  /** Calls of D1: a batch counts once. */
  readonly trips: number;
  readonly objectRows: number;
  readonly alarms: number;
  /** `CLASS.method` of every call that an object received. */
  readonly objectCalls: readonly string[];
  readonly queueMessages: number;
  /** Who wrote the rows, the most expensive first: for the message of a failing budget. */
  readonly where: Readonly<Record<string, number>>;
}

interface Tally {
  d1Read: number;
  trips: number;
  queueMessages: number;
  readonly objectCalls: string[];
  readonly rows: Map<string, number>;
}

const blank = (): Tally => ({ d1Read: 0, trips: 0, queueMessages: 0, objectCalls: [], rows: new Map() });
let tally = blank();
/** `performance.now()` when something was last counted. */
let lastAt = 0;

const add = (who: string, what: string, rows: number) => {
  lastAt = performance.now();
  const where = `${who} ${what.replaceAll(/\s+/g, " ").replaceAll('"', "").slice(0, 90)}`;
  if (rows > 0) tally.rows.set(where, (tally.rows.get(where) ?? 0) + rows);
};

function watchQueue(): void {
  const prototype = Object.getPrototypeOf(env.JOBS) as Queue;
  const { send, sendBatch } = prototype;
  prototype.send = function (...args) {
    tally.queueMessages += 1;
    return send.apply(this, args);
  };
  prototype.sendBatch = function (messages, options) {
    const all = [...messages];
    tally.queueMessages += all.length;
    return sendBatch.call(this, all, options);
  };
}

watchDatabase((statements) => {
  tally.trips += 1;
  for (const { sql, rowsRead, rowsWritten } of statements) {
    tally.d1Read += rowsRead;
    add("D1", sql, rowsWritten);
  }
});
watchQueue();
watchObjects({
  wrote: ({ name }, what, rows) => add(name, what, rows),
  called(call) {
    lastAt = performance.now();
    tally.objectCalls.push(call);
  },
});

/** Forgets what was counted so far. */
export function startCounting(): void {
  tally = blank();
}

/** What was counted since `startCounting`. */
export function costs(): Cost {
  const where = [...tally.rows].sort(([, one], [, other]) => other - one);
  const sum = (fits: (name: string) => boolean) =>
    where.reduce((total, [name, rows]) => (fits(name) ? total + rows : total), 0);
  const isD1 = (name: string) => name.startsWith("D1 ");
  const isAlarm = (name: string) => name.endsWith(" setAlarm");
  return {
    rows: sum(() => true),
    d1Rows: sum(isD1),
    d1Read: tally.d1Read,
    trips: tally.trips,
    objectRows: sum((name) => !isD1(name) && !isAlarm(name)),
    alarms: sum(isAlarm),
    objectCalls: [...tally.objectCalls],
    queueMessages: tally.queueMessages,
    where: Object.fromEntries(where),
  };
}

/** Waits until nothing was counted for `calm` ms: what others left behind, or what an action caused, is over. */
export async function quiet(calm = 300, patience = 15_000): Promise<void> {
  const end = performance.now() + patience;
  lastAt = performance.now();
  while (performance.now() - lastAt < calm && performance.now() < end)
    await new Promise((next) => setTimeout(next, 20));
}
