/** When a delivery is tried again, and when an endpoint is dead. Pure. */
import { waitAsked } from "../../../platform/outbound/retry-after.ts";

/** One attempt as it is logged. `status` is null when there was no answer; then `error` says why. */
export interface Attempt {
  /** Epoch ms. */
  readonly at: number;
  /** Milliseconds until the answer. */
  readonly took: number;
  readonly status: number | null;
  readonly error: string | null;
  /** The beginning of the answer. */
  readonly answer: string;
}

/** What follows from an attempt. `wait`: ms until the next one. */
export type Outcome =
  | { readonly state: "accepted" }
  | { readonly state: "pending"; readonly wait: number }
  | { readonly state: "failed" };

export interface Judged {
  readonly status: number | null;
  /** The `Retry-After` of the answer: seconds, or an HTTP date. */
  readonly retryAfter: string | null;
}

/** Waits before further attempts are stretched by up to a tenth, so that endpoints that come back are not stormed. */
const JITTER = 0.1;
/**
 * Any 2xx accepts. Anything else, redirects too, is tried again after the next wait of the schedule, or later when the
 * answer says so, until the schedule ends. `attempts` counts this one; `chance` is from 0 to 1.
 */
export function outcomeOf(
  { status, retryAfter }: Judged,
  attempts: number,
  schedule: readonly number[],
  now: number,
  chance: number,
): Outcome {
  if (status !== null && status >= 200 && status < 300) return { state: "accepted" };
  const wait = schedule[attempts - 1];
  if (wait === undefined || status === GONE) return { state: "failed" };
  const stretched = Math.round(wait * (1 + JITTER * chance));
  return { state: "pending", wait: Math.max(stretched, waitAsked(retryAfter, now)) };
}

/** The receiver wants no more requests: the endpoint is switched off. */
export const GONE = 410;

export interface Health {
  readonly failingSince: number | null;
  readonly warnedAt: number | null;
}

/** How long the schedule lasts, ms. */
export const lengthOf = (schedule: readonly number[]): number =>
  schedule.reduce((sum, wait) => sum + wait, 0);

/**
 * An endpoint that has accepted nothing for a third of the schedule is reported to its owner; one that has accepted
 * nothing for all of it is switched off, at least a third after the report.
 */
export function verdictOn(
  { failingSince, warnedAt }: Health,
  schedule: readonly number[],
  now: number,
): "warn" | "disable" | null {
  if (failingSince === null) return null;
  const length = lengthOf(schedule);
  if (warnedAt === null) return now - failingSince >= length / 3 ? "warn" : null;
  return now - failingSince >= length && now - warnedAt >= length / 3 ? "disable" : null;
}
