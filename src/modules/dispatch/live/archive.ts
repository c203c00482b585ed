/** Writes a truck's positions from its room to D1. */
import { archiveTogether } from "../../../platform/realtime/log/archive/archivist.ts";
import type { Entry } from "../../../platform/realtime/log/entry.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { FilteredPoint } from "../../tracking/index.ts";
import type { Position } from "../fleet/trucks/frames.ts";
import { storePositions } from "../fleet/trucks/position.ts";
import { truckRoom } from "../room-names.ts";
import { packTrail, type TrailPoint } from "./trail-codec.ts";
import { keepTrail } from "./trails.ts";

/**
 * The accepted positions in an entry: a batch from the driver's socket, or one position that came by REST. A device clock
 * that runs ahead is corrected to the time of arrival.
 */
export function fixesOf({ at: arrived, kind, body }: Entry): TrailPoint[] {
  if (kind === "position") {
    const { latitude, longitude, updated_at } = body as unknown as Position;
    return [{ at: Date.parse(updated_at), latitude, longitude, speed: null, heading: null }];
  }
  const points = (body.points ?? []) as FilteredPoint[];
  return points.flatMap(({ at, latitude, longitude, speed, heading, flag }) =>
    flag === null || flag === "future"
      ? { at: Math.min(at, arrived), latitude, longitude, speed, heading }
      : [],
  );
}

export function newestOf(fixes: readonly TrailPoint[]): TrailPoint | undefined {
  return fixes.reduce<TrailPoint | undefined>(
    (best, fix) => (best && best.at > fix.at ? best : fix),
    undefined,
  );
}

/**
 * Stores positions, and the newest one as the truck's own, in case that what was to write it was lost; in one transaction,
 * with what other rooms archive. Safe to repeat.
 */
export async function archiveFixes(
  ctx: RequestContext,
  truckId: number,
  epoch: string,
  entries: readonly Entry[],
): Promise<void> {
  const points = entries.flatMap(fixesOf);
  const newest = newestOf(points);
  const [first] = entries;
  if (!newest || !first) return;
  const { latitude, longitude, at } = newest;
  const packed = await packTrail(points);
  const trail = keepTrail(ctx, truckId, { epoch, seq: first.seq, startsAt: first.at, endsAt: at, packed });
  await storePositions(ctx, [{ id: truckId, latitude, longitude, at }], (statements) =>
    archiveTogether(ctx, truckRoom(truckId), [...statements, trail]),
  );
}
