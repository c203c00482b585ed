/** Where a truck was on its way to D1, and whoever follows it told of the newest place. */
import { sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import type { Place } from "../../../platform/geo.ts";
import type { Entry } from "../../../platform/realtime/log/journal.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { FilteredPoint } from "../../tracking/index.ts";
import { moveTruck, positionsForOrders, type Transitioned } from "../fleet/trucks/position.ts";
import { type Position, toPosition } from "./frames.ts";
import { OPS_ROOM } from "./ops.room.ts";

/** A place that is believed, and where the journal has it. */
export interface Fix extends Place {
  readonly seq: number;
  readonly nth: number;
  /** Epoch ms. */
  readonly at: number;
  /** Metres a second, and degrees; null where the receiver does not say. */
  readonly speed: number | null;
  readonly heading: number | null;
}

/**
 * What an entry tells of: a batch from the driver's socket, or one place that came by REST. Nobody stands anywhere later
 * than the word of it arrives: a clock that runs ahead is corrected by the time of arrival.
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

/** One transaction; then the operators' overview, and the orders of a truck that streams. Stands being repeated. */
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
    moveTruck(ctx, sql`${truckId}`, newest, newest.at),
  ]);
  const [truck] = results[1] as Transitioned[];
  // A later place is known, and was told.
  if (truck?.at !== newest.at) return;
  const ref = `truck:${truckId}:${epoch}:${last.seq}`;
  const overview = {
    kind: "position",
    ref,
    body: { ...toPosition(truckId, truck, truck.at), status: truck.status },
  };
  await ctx.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, overview);
  // Orders of a truck that reports by REST were told with the report.
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
