/** What new positions change in the rows of trucks, whatever they came by, and what the rooms of a truck's orders are shown. */
import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { cellOf } from "../../../../platform/cells.ts";
import { runBatch } from "../../../../platform/db/client.ts";
import { followUp } from "../../../../platform/db/outbox.ts";
import type { Place } from "../../../../platform/geo.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { orderRoom } from "../../room-names.ts";
import type { OrderPositionBody } from "./entries.ts";
import { toPosition, wayLeft } from "./frames.ts";
import { publishState, type TruckState } from "./room-updates.ts";
import { returnFromIdle } from "./status.ts";

/** Where a truck was. */
export interface TruckFix extends Place {
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
}

/** A truck's row after a position, and its open orders. */
export interface LocatedTruck {
  readonly id: number;
  /** Epoch ms of the stored position. */
  readonly at: number;
  readonly orders: readonly OrderTarget[];
}

/** An order and the truck's next stop for it. `coming`: the truck has the job; otherwise it is only reserved for later. */
export interface OrderTarget extends Place {
  readonly id: string;
  readonly coming: 0 | 1;
}

/**
 * Stores positions of any number of trucks in one transaction, which `write` runs. Those that are older than the stored ones
 * change nothing.
 */
export async function storePositions(
  ctx: RequestContext,
  fixes: readonly TruckFix[],
  write = (statements: readonly BatchItem<"sqlite">[]) => runBatch(ctx.db, statements),
): Promise<void> {
  const [written, , returned] = await write(await positionStatements(ctx, fixes));
  const [first] = (written as Partial<D1Result<{ answer: string | null }>>).results ?? [];
  followUp(ctx, first?.answer);
  await publishReturns(ctx, returned as TruckState[]);
}

/** Stores a truck's position and reads its open orders, in one transaction; null when there is no such truck. */
export async function locateTruck(ctx: RequestContext, fix: TruckFix): Promise<LocatedTruck | null> {
  const [, , returned, found] = await runBatch(ctx.db, [
    ...(await positionStatements(ctx, [fix])),
    ctx.db.all<{ id: number; at: number; orders: string }>(sql`
      SELECT id, located_at AS at, (SELECT json_group_array(json_object('id', orders.id,
          'coming', orders.status IN ('ASSIGNED', 'IN_PROGRESS'),
          'latitude', iif(orders.status = 'IN_PROGRESS', delivery_latitude, pickup_latitude),
          'longitude', iif(orders.status = 'IN_PROGRESS', delivery_longitude, pickup_longitude)))
        FROM orders WHERE tow_truck_id = tow_trucks.id
          AND orders.status IN ('PENDING', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS')) AS orders, ${ctx.runtime.afterCommit.asks} AS answer
      FROM tow_trucks WHERE id = ${fix.id}`),
  ]);
  const [row] = found as { id: number; at: number; orders: string; answer: string | null }[];
  followUp(ctx, row?.answer);
  await publishReturns(ctx, returned as TruckState[]);
  return row ? { ...row, orders: JSON.parse(row.orders) as OrderTarget[] } : null;
}

/**
 * The columns that an index holds are written only when they change: a position costs one row. What is returned is asked
 * before the triggers of this statement run: it answers for the positions before.
 */
async function positionStatements(ctx: RequestContext, fixes: readonly TruckFix[]) {
  const rows = await Promise.all(
    fixes.map(async (fix) => [fix.id, fix.latitude, fix.longitude, fix.at, await cellOf(fix)]),
  );
  const given = sql`(SELECT CAST(value ->> 0 AS INTEGER) AS id, value ->> 1 AS latitude, value ->> 2 AS longitude,
    value ->> 3 AS at, value ->> 4 AS cell FROM json_each(${JSON.stringify(rows)}))`;
  return [
    ctx.db.run(sql`UPDATE tow_trucks SET latitude = fix.latitude, longitude = fix.longitude, located_at = fix.at,
        updated_at = ${ctx.now()} FROM ${given} AS fix
      WHERE tow_trucks.id = fix.id AND (coalesce(located_at, 0) < fix.at OR located_at = fix.at
        AND (tow_trucks.latitude <> fix.latitude OR tow_trucks.longitude <> fix.longitude))
      RETURNING ${ctx.runtime.afterCommit.asks} AS answer`),
    ctx.db.run(sql`UPDATE tow_trucks SET cell = fix.cell FROM ${given} AS fix
      WHERE tow_trucks.id = fix.id AND located_at = fix.at AND tow_trucks.cell IS NOT fix.cell`),
    returnFromIdle(ctx, given),
  ] as const;
}

async function publishReturns(ctx: RequestContext, trucks: readonly TruckState[]): Promise<void> {
  await Promise.all(
    trucks.map((truck) => publishState(ctx, truck, `truck:${truck.id}:back:${truck.locatedAt}`)),
  );
}

/** What the room of an order is shown of its truck. A reserved truck is busy elsewhere: no distance, no time. */
export function positionForOrder(fix: TruckFix, { id, coming, ...target }: OrderTarget, now: number) {
  const body: OrderPositionBody = {
    ...toPosition(fix.id, fix, fix.at),
    order_id: id,
    ...(coming ? wayLeft(fix, target, now) : {}),
  };
  return { room: orderRoom(id), latest: { kind: "position", key: `truck:${fix.id}`, body } };
}
