/** Writes a truck's positions from its room to D1, and forwards the newest to the operators and to the rooms of its orders. */
import { sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import type { Place } from "../../../platform/geo.ts";
import type { Entry } from "../../../platform/realtime/log/entry.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { FilteredPoint } from "../../tracking/index.ts";
import { type Position, toPosition } from "../fleet/trucks/frames.ts";
import { type LocatedTruck, positionsForOrders, storePosition } from "../fleet/trucks/position.ts";
import { OPS_ROOM } from "../room-names.ts";

/** An accepted position and its place in the journal. */
export interface Fix extends Place {
  readonly seq: number;
  readonly nth: number;
  /** Epoch ms. */
  readonly at: number;
  /** Metres a second, and degrees; null when the receiver does not report them. */
  readonly speed: number | null;
  readonly heading: number | null;
}

/**
 * The accepted positions in an entry: a batch from the driver's socket, or one position that came by REST. A device clock
 * that runs ahead is corrected to the time of arrival.
 */
export function fixesOf({ seq, at: arrived, kind, body }: Entry): Fix[] {
  if (kind === "position") {
    const { latitude, longitude, updated_at } = body as unknown as Position;
    return [{ seq, nth: 0, at: Date.parse(updated_at), latitude, longitude, speed: null, heading: null }];
  }
  const points = (body.points ?? []) as FilteredPoint[];
  return points.flatMap(({ at, latitude, longitude, speed, heading, flag }, nth) =>
    flag === null || flag === "future"
      ? { seq, nth, at: Math.min(at, arrived), latitude, longitude, speed, heading }
      : [],
  );
}

export function newestOf(fixes: readonly Fix[]): Fix | undefined {
  return fixes.reduce<Fix | undefined>((best, fix) => (best && best.at > fix.at ? best : fix), undefined);
}

/** Stores positions in one transaction, then tells the operators' room and the rooms of the truck's orders. Safe to repeat. */
export async function archiveFixes(
  ctx: RequestContext,
  truckId: number,
  epoch: string,
  entries: readonly Entry[],
): Promise<void> {
  const last = entries.at(-1);
  const fixes = entries.flatMap(fixesOf);
  const newest = newestOf(fixes);
  if (!last || !newest) return;
  const results = await runBatch(ctx.db, [
    keepPoints(ctx, truckId, epoch, fixes),
    storePosition(ctx, sql`${truckId}`, newest, newest.at),
  ]);
  const [truck] = results[1] as LocatedTruck[];
  // A later position is already stored and was published.
  if (truck?.at !== newest.at) return;
  const ref = `truck:${truckId}:${epoch}:${last.seq}`;
  const overview = {
    kind: "position",
    ref,
    body: { ...toPosition(truckId, truck, truck.at), status: truck.status },
  };
  await ctx.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, overview);
  // A position that came by REST was published to the order rooms by the route.
  if (entries.every(({ kind }) => kind !== "points")) return;
  await Promise.all(
    positionsForOrders(ctx, truck).map(({ room, body }) =>
      ctx.runtime.room(room)?.publish(room, { kind: "position", ref, body }),
    ),
  );
}

function keepPoints(ctx: RequestContext, truckId: number, epoch: string, fixes: readonly Fix[]) {
  return ctx.db.run(sql`
    INSERT OR IGNORE INTO truck_points (truck_id, epoch, seq, nth, at, latitude, longitude, speed, heading)
    SELECT t.id, ${epoch}, f.value ->> 'seq', f.value ->> 'nth', f.value ->> 'at', f.value ->> 'latitude',
      f.value ->> 'longitude', f.value ->> 'speed', f.value ->> 'heading'
    FROM json_each(${JSON.stringify(fixes)}) AS f JOIN tow_trucks t ON t.id = ${truckId}`);
}
