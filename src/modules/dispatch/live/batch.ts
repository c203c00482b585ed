/** The newest position of each of several trucks. */
import type { TruckFix } from "../fleet/trucks/position.ts";

export type Batch = ReadonlyMap<number, TruckFix>;

/** The newest position of each truck; those that wait longest come first. */
export function joined(one: Batch, other: Batch): Batch {
  const all = new Map(one);
  for (const fix of other.values()) {
    const known = all.get(fix.id);
    if (!known || known.at <= fix.at) all.set(fix.id, fix);
  }
  return all;
}
