/** What a tow costs. Pure and exact: whole numbers in, kopecks out. */
import { roundHalfUp } from "../../../platform/decimal.ts";

export interface PriceFacts {
  /** Kopecks. */
  readonly basePrice: number;
  /** Kopecks a kilometre. */
  readonly perKmRate: number;
  /** Hundredths of a kilometre. */
  readonly distance: number;
  /** What the weather makes of it, in hundredths: 115 is 1.15. */
  readonly multiplier: number;
}

export interface Price {
  /** Kopecks. */
  readonly price: number;
  /** The way's part before the multiplier, kopecks; rounded for the eye only. */
  readonly distanceComponent: number;
}

/** `(base + rate × distance) × multiplier`, rounded half up once, at the end. */
export function priceOf({ basePrice, perKmRate, distance, multiplier }: PriceFacts): Price {
  const way = BigInt(perKmRate) * BigInt(distance);
  const whole = (BigInt(basePrice) * 100n + way) * BigInt(multiplier);
  return { price: Number(roundHalfUp(whole, 10_000n)), distanceComponent: Number(roundHalfUp(way, 100n)) };
}
