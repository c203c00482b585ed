/** A truck's new place: what it does to its row, and who hears of it. The same by REST and by the truck's socket. */
import { type SQL, sql } from "drizzle-orm";
import type { Place } from "../../../../platform/geo.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { type Position, toPosition, wayLeft } from "../../live/frames.ts";
import { positionColumns } from "./status.ts";

/** A truck as it stands after a position came. */
export interface Transitioned extends Place {
  readonly id: number;
  readonly status: string;
  /** Epoch ms. */
  readonly at: number;
  /** The orders that follow it, as JSON of `Following`. */
  readonly orders: string;
}

/** An order and where its truck goes next. `coming`: the truck has the job; otherwise it is only named for later. */
interface Following extends Place {
  readonly id: string;
  readonly coming: 0 | 1;
}

/** One statement: the row after it as `Moved`. A position that is older than the known one changes nothing. */
export function moveTruck(ctx: RequestContext, truck: SQL, place: Place, at: number) {
  return ctx.db.all<Transitioned>(sql`
    UPDATE tow_trucks SET ${positionColumns(ctx.now(), place, at)} WHERE id = ${truck}
    RETURNING id, status, latitude, longitude, located_at AS at,
      (SELECT json_group_array(json_object('id', orders.id,
        'coming', orders.status IN ('ASSIGNED', 'IN_PROGRESS'),
        'latitude', iif(orders.status = 'IN_PROGRESS', delivery_latitude, pickup_latitude),
        'longitude', iif(orders.status = 'IN_PROGRESS', delivery_longitude, pickup_longitude)))
      FROM orders WHERE tow_truck_id = tow_trucks.id
        AND orders.status IN ('PENDING', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS')) AS orders`);
}

/** What the rooms of its orders hear. A truck that is only named for later is on its way to somebody else. */
export function positionsForOrders(
  ctx: RequestContext,
  truck: Transitioned,
): { readonly room: string; readonly body: Position & Record<string, unknown> }[] {
  const position = toPosition(truck.id, truck, truck.at);
  return (JSON.parse(truck.orders) as Following[]).map(({ id, coming, ...target }) => ({
    room: `order:${id}`,
    body: { ...position, order_id: id, ...(coming ? wayLeft(truck, target, ctx.now()) : {}) },
  }));
}
