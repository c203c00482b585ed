/** From use, costs and prices to dollars, transactions a second and gigabytes. Pure, but for the budgets it is given. */
import { LIMITS as ALLOWED, type Action as Budget, type Limit } from "../../test/budgets/limits.ts";
import { ACTIONS, type ActionName, type Cost, type Domain } from "./actions.ts";
import { LIMITS, PRICES, SERVERS } from "./prices.ts";
import { GROWTH } from "./storage.ts";
import { APPS, DAYS, type Pace, PEAK, type Use } from "./use.ts";

const NOTHING: Cost = {
  rows: 0,
  read: 0,
  trips: 0,
  calls: 0,
  frames: 0,
  queued: 0,
  requests: 0,
  cpu: 0,
  seconds: 0,
};

/** Which figures of an action count: those before the budgets, or the budgets themselves. */
export type Figures = "before" | Readonly<Record<Budget, Limit>>;

/** The budgets that the tests assert. */
export const budgets: Figures = ALLOWED;

/** What one action costs. */
export function costOf(name: ActionName, figures: Figures): Cost {
  const { before, now, budget } = ACTIONS[name];
  if (figures === "before") return { ...NOTHING, ...before };
  const cost = { ...NOTHING, ...now };
  if (budget === undefined) return cost;
  const { rows, trips } = figures[budget];
  return { ...cost, rows, trips: trips ?? cost.trips };
}

/**
 * Rows of the request log for each request: one in a hundred is noted (`REQUEST_LOG_RATE`), and at worst each in a row of its
 * own, which is written and a day later deleted.
 */
const LOGGED_ROWS = 0.01 * 2;

/** Millionths of a dollar. */
function priceOf(cost: Cost): { rows: number; other: number } {
  return {
    rows: cost.rows * PRICES.rowsWritten,
    other:
      cost.read * PRICES.rowsRead +
      (cost.calls + cost.frames / PRICES.framesToACall) * PRICES.objectCalls +
      cost.seconds * PRICES.objectGigabytes * PRICES.gigabyteSeconds +
      cost.queued * PRICES.operationsToAMessage * PRICES.queueOperations +
      cost.requests * (PRICES.requests + LOGGED_ROWS * PRICES.rowsWritten) +
      cost.cpu * PRICES.cpuMilliseconds,
  };
}

const entries = (use: Use) => Object.entries(use) as [ActionName, number][];

/** Everybody's actions of a day: the same number of users in each app, or all in one. */
function actionsOf(users: number, pace: Pace, app?: string): [ActionName, number][] {
  const chosen = Object.entries(APPS).filter(([name]) => app === undefined || name === app);
  return chosen.flatMap(([, use]) =>
    entries(use(pace)).map(([name, times]): [ActionName, number] => [name, (times * users) / chosen.length]),
  );
}

export interface Bill {
  /** Dollars a month. */
  readonly total: number;
  /** Of these, for rows written. */
  readonly rows: number;
  readonly byAction: Readonly<Record<string, number>>;
}

/** The month's bill of so many daily users; of the even mix without `app`. Storage is a part of its own. */
export function monthlyBill(users: number, pace: Pace, figures: Figures, app?: string): Bill {
  let total = 0;
  let rows = 0;
  const byAction: Record<string, number> = {};
  for (const [name, times] of actionsOf(users, pace, app)) {
    const price = priceOf(costOf(name, figures));
    const dollars = (part: number) => (part * times * DAYS) / 1e6;
    total += dollars(price.rows + price.other);
    rows += dollars(price.rows);
    byAction[name] = (byAction[name] ?? 0) + dollars(price.rows + price.other);
  }
  return { total, rows, byAction };
}

/** Trips to each domain's database a second at the peak, for the even mix. */
export function peakTrips(users: number, pace: Pace, figures: Figures): Map<Domain, number> {
  const found = new Map<Domain, number>();
  for (const [name, times] of actionsOf(users, pace)) {
    const { domain } = ACTIONS[name];
    const trips = (costOf(name, figures).trips * times * PEAK) / 86_400;
    found.set(domain, (found.get(domain) ?? 0) + trips);
  }
  return found;
}

/** Into how many databases a domain must be divided: by trips a second, and by size after a year. */
export const shardsOf = (trips: number, gigabytes: number): number =>
  Math.max(1, Math.ceil(trips / LIMITS.plannedTransactions), Math.ceil(gigabytes / LIMITS.plannedGigabytes));

export interface Stored {
  readonly table: string;
  readonly where: "D1" | "objects" | "R2";
  readonly domain: Domain;
  readonly gigabytes: number;
  readonly bound: string;
}

/** What is stored after a year of so many daily users of the even mix. */
export function storedAfterYear(users: number, pace: Pace): Stored[] {
  const done = new Map<ActionName, number>();
  for (const [name, times] of actionsOf(users, pace)) done.set(name, (done.get(name) ?? 0) + times);
  return GROWTH.map(({ table, where, domain, bound, bytes, days, per }) => {
    const daily = per === "account" ? users * 3 : per.reduce((sum, name) => sum + (done.get(name) ?? 0), 0);
    const kept = per === "account" ? 1 : Math.min(days, 365);
    return { table, where, domain, bound, gigabytes: (daily * kept * bytes) / 1e9 };
  });
}

/** Dollars a month. */
export function storageBill(stored: readonly Stored[]): number {
  const price = { D1: PRICES.d1Gigabyte, objects: PRICES.objectGigabyte, R2: PRICES.r2Gigabyte };
  return stored.reduce((sum, { where, gigabytes }) => sum + price[where] * gigabytes, 0);
}

/** Dollars a month of servers for the same load. */
export const serversBill = (users: number) => Math.max(SERVERS.least, (SERVERS.atMillion * users) / 1e6);

/** Daily users of the even mix at which a limit is reached. */
export function reachedAt(pace: Pace, figures: Figures): Record<string, number> {
  const trips = peakTrips(1, pace, figures);
  const all = [...trips.values()].reduce((sum, each) => sum + each, 0);
  const gigabytes = storedAfterYear(1, pace)
    .filter(({ where }) => where === "D1")
    .reduce((sum, each) => sum + each.gigabytes, 0);
  const { plannedTransactions, plannedGigabytes, databases } = LIMITS;
  return {
    "one database, by trips": plannedTransactions / all,
    "one database, by size after a year": plannedGigabytes / gigabytes,
    ...Object.fromEntries(
      [...trips].map(([domain, each]) => [
        `one database for ${domain}, by trips`,
        plannedTransactions / each,
      ]),
    ),
    "all bindings of a Worker, after a year": (databases * plannedGigabytes) / gigabytes,
  };
}
