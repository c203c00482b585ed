/** The price of a tow. Pure and exact: integers in, kopecks out. */
import { roundHalfUp } from "../../../platform/decimal.ts";

export interface PriceFacts {
  /** Kopecks. */
  readonly basePrice: number;
  /** Kopecks a kilometre. */
  readonly perKmRate: number;
  /** Hundredths of a kilometre. */
  readonly distance: number;
  /** The weather's multiplier in hundredths: 115 is 1.15. */
  readonly multiplier: number;
}

export interface Price {
  /** Kopecks. */
  readonly price: number;
  /** The distance's part before the multiplier, kopecks; rounded for display only. */
  readonly distanceComponent: number;
}

/** `(base + rate × distance) × multiplier`, rounded half up once, at the end. */
export function priceOf({ basePrice, perKmRate, distance, multiplier }: PriceFacts): Price {
  const distancePart = BigInt(perKmRate) * BigInt(distance);
  const whole = (BigInt(basePrice) * 100n + distancePart) * BigInt(multiplier);
  return {
    price: Number(roundHalfUp(whole, 10_000n)),
    distanceComponent: Number(roundHalfUp(distancePart, 100n)),
  };
}
