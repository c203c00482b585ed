/** The rule for earnings. Pure. */
import { roundHalfUp } from "../../platform/decimal.ts";

export interface EarningsInput {
  /** Minor units. */
  readonly appIncome: number;
  /** Hundredths of a percent. */
  readonly commission: number | null;
  /** Minor units. */
  readonly expenses: number | null;
}

/** Income − income × commission % − expenses, in minor units; rounded once, at the end, half away from zero. */
export function earningsOf({ appIncome, commission, expenses }: EarningsInput): number {
  const kept = BigInt(appIncome) * (10_000n - BigInt(commission ?? 0));
  return Number(roundHalfUp(kept - BigInt(expenses ?? 0) * 10_000n, 10_000n));
}

/** The periods that a chart may ask for, in days. */
export const RECENT_DAYS = [7, 30, 90] as const;
export type RecentDays = (typeof RECENT_DAYS)[number];
