/** What one daily user of each app does in a day: assumptions, stated here only. */
import type { ActionName, Domain } from "./actions.ts";

export type Use = Readonly<Partial<Record<ActionName, number>>>;

/** The clients' two ways of sending points. */
export type Pace = "1 Hz" | "batched";

/** How much busier the busiest hour is than the average. */
export const PEAK = 3;
export const DAYS = 30;

/** A tracker is under way for half an hour a day. */
const POINTS: Readonly<Record<Pace, Use>> = { "1 Hz": { point: 1800 }, batched: { frameOf50: 36 } };

/** Half an hour under way; thirty messages that both receive and ten to an absent person; and so on. */
export const APPS: Readonly<Record<string, (pace: Pace) => Use>> = {
  "Find Friend": () => ({ messageToBoth: 30, messageToAway: 10, readMark: 30, socket: 4, list: 20 }),
  Eurorace: (pace) => ({ ...POINTS[pace], socket: 4, list: 10 }),
  /** One user in ten is a driver with 2,000 positions a day; four in ten place an order. */
  "Tow Truck": () => ({ position: 200, order: 0.4, socket: 4, list: 20 }),
  "AlphaBet Events": () => ({ event: 0.5, letter: 1, socket: 4, list: 20 }),
  "Rideshare Copilot": () => ({ record: 4, socket: 2, list: 20 }),
};

/**
 * Databases of each domain at a million daily users, as `docs/scale.md` plans: one for each domain, divided by person where
 * trips or size ask for it.
 */
export const DATABASES_AT_MILLION: Readonly<Record<Domain, number>> = {
  accounts: 6,
  chat: 60,
  dispatch: 20,
  events: 48,
  ledger: 26,
  tracking: 20,
};
