/** What one action costs beside its rows, and which budget bounds its rows. Counted by `npm test -- test/budgets`, which prints it. */
import type { Action as Budget } from "../../test/budgets/limits.ts";

/** Costs of one action. */
export interface Cost {
  readonly rows: number;
  readonly read: number;
  /** Transactions and reads in the database. */
  readonly trips: number;
  /** Calls of objects, alarms included. */
  readonly calls: number;
  readonly frames: number;
  readonly queued: number;
  /** Requests to the Worker, and its CPU. */
  readonly requests: number;
  readonly cpu: number;
  /** Seconds during which an object is active. */
  readonly seconds: number;
}

/** The databases of the plan in `docs/scale.md`: which one an action writes to. */
export type Domain = "accounts" | "chat" | "events" | "tracking" | "dispatch" | "ledger";

export interface Action {
  readonly domain: Domain;
  /** The budget in `test/budgets/limits.ts` whose upper bound are the action's rows; none: it writes no row. */
  readonly budget?: Budget;
  /** What was counted on 2026-11-28, before the budgets. */
  readonly before: Partial<Cost>;
  readonly now: Partial<Cost>;
}

const ACTIONS_ = {
  messageToBoth: {
    domain: "chat",
    budget: "A chat message that both receive",
    before: { rows: 10, read: 24, trips: 1, calls: 1, frames: 1, seconds: 0.4 },
    now: { read: 27, trips: 0.79, calls: 0.58, frames: 1, seconds: 0.05 },
  },
  messageToAway: {
    domain: "chat",
    budget: "A chat message whose receiver is away",
    before: { rows: 22.5, read: 36, trips: 2, calls: 3, frames: 1, seconds: 0.75 },
    now: { read: 49, trips: 0.83, calls: 0.63, frames: 1, seconds: 0.05 },
  },
  readMark: {
    domain: "chat",
    budget: "A read mark in a chat",
    before: { rows: 5.3, read: 4, trips: 1, calls: 1, frames: 1, seconds: 0.09 },
    now: { read: 10, trips: 0.5, calls: 0.5, frames: 1, seconds: 0.03 },
  },
  point: {
    domain: "tracking",
    budget: "A point by socket, one a second over ten minutes,",
    before: { rows: 13, read: 15, trips: 1, calls: 1, frames: 1, seconds: 1.35 },
    now: { read: 1.7, trips: 0.21, calls: 0.11, frames: 1, seconds: 0.02 },
  },
  frameOf50: {
    domain: "tracking",
    budget: "A batch of 50 points by socket",
    before: { rows: 257, read: 245, trips: 1, calls: 1, frames: 1, seconds: 33 },
    now: { read: 62, trips: 2, calls: 1, frames: 1, seconds: 0.05 },
  },
  position: {
    domain: "dispatch",
    budget: "A driver's position by REST, one a second with an active order and two listeners,",
    before: { rows: 20, read: 19, trips: 2.1, calls: 6, seconds: 2.35 },
    now: { read: 3.4, trips: 1.06, calls: 1.05, requests: 1, cpu: 1, seconds: 0.03 },
  },
  order: {
    domain: "dispatch",
    budget: "An order from its placement to its completion",
    before: { rows: 297, read: 430, trips: 48, calls: 47, queued: 12, seconds: 10 },
    now: { read: 535, trips: 28, calls: 12, requests: 5, cpu: 20, seconds: 1 },
  },
  event: {
    domain: "events",
    budget: "An event with three participants",
    before: { rows: 68, read: 104, trips: 8, calls: 3, queued: 4, seconds: 0.4 },
    now: { read: 113, trips: 5, queued: 3, requests: 1, cpu: 4, seconds: 0.1 },
  },
  letter: {
    domain: "accounts",
    budget: "The outbox row of a letter, from the commit until it is purged,",
    before: { rows: 8, read: 10, trips: 3, queued: 1 },
    now: { read: 30, trips: 3, queued: 1, requests: 1, cpu: 2 },
  },
  socket: {
    domain: "accounts",
    budget: "A socket opened in a cold isolate",
    before: { rows: 4, read: 5, trips: 3, calls: 2, seconds: 1.5 },
    now: { calls: 2, requests: 1, cpu: 2, seconds: 0.03 },
  },
  list: {
    domain: "accounts",
    before: { read: 404, trips: 2 },
    now: { read: 404, trips: 2, requests: 1, cpu: 4 },
  },
  /** A calculation, and for it also a car post or a document: a row with its indexes. */
  record: {
    domain: "ledger",
    budget: "An entry of the earnings calculator",
    before: { rows: 5, read: 5, trips: 2 },
    now: { read: 15, trips: 1.5, requests: 1, cpu: 2 },
  },
} satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS_;
export const ACTIONS: Readonly<Record<ActionName, Action>> = ACTIONS_;
