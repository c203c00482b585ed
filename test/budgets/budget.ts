/** What one line of the table of budgets is, and how its rows are counted. */
import { type Clock, withClock } from "../harness/clock.ts";
import { type Cost, costs, quiet, startCounting } from "./cost.ts";
import type { Action } from "./limits.ts";

export interface Budget {
  /** What it may cost is in `limits.ts`. */
  readonly action: Action;
  /** Prepares, then counts with `perAction`. */
  readonly measure: (clock: Clock) => Promise<Measured>;
}

/** Costs divided by the number of actions. */
export interface Measured {
  readonly rows: number;
  readonly trips: number;
  readonly objectCalls: number;
  readonly queueMessages: number;
  readonly d1Read: number;
  /** The whole cost, undivided. */
  readonly cost: Cost;
}

/** Counts what `times` actions cost until the last consequence has happened, and divides by `times`. */
export async function perAction(clock: Clock, times: number, act: () => Promise<unknown>): Promise<Measured> {
  await settle(clock);
  startCounting();
  await act();
  await settle(clock);
  const cost = costs();
  return {
    rows: cost.rows / times,
    trips: cost.trips / times,
    objectCalls: cost.objectCalls.length / times,
    queueMessages: cost.queueMessages / times,
    d1Read: cost.d1Read / times,
    cost,
  };
}

/** Lets everything happen that is due within some seconds: archives, notices, the queue's deliveries. */
export async function settle(clock: Clock): Promise<void> {
  // The queue waits for a second of real time before it delivers.
  for (let round = 0; round < 3; round++) {
    await quiet(round === 0 ? 1200 : 100);
    await clock.advance(5_000);
  }
}

/** Runs a budget's measurement with a clock of its own. */
export const measured = (budget: Budget): Promise<Measured> => withClock((clock) => budget.measure(clock));

/** Where the rows were written, for the message of a budget that was exceeded. */
export const explain = ({ cost }: Measured): string => JSON.stringify(cost, null, 1);
