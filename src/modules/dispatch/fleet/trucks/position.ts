/** What a new position of a truck changes in its row, and the frames for the rooms of its orders. The same by REST and by the truck's socket. */
import { type SQL, sql } from "drizzle-orm";
import type { Place } from "../../../../platform/geo.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { orderRoom } from "../../room-names.ts";
import { type Position, toPosition, wayLeft } from "./frames.ts";
import { positionColumns } from "./status.ts";

/** A truck after a position was stored. */
export interface LocatedTruck extends Place {
  readonly id: number;
  readonly status: string;
  /** Epoch ms. */
  readonly at: number;
  /** Its open orders, as JSON of `OrderTarget`. */
  readonly orders: string;
}

/** An order and the truck's next stop for it. `coming`: the truck has the job; otherwise it is only reserved for later. */
interface OrderTarget extends Place {
  readonly id: string;
  readonly coming: 0 | 1;
}

/** One statement; answers the row after it. A position that is older than the stored one changes nothing. */
export function storePosition(ctx: RequestContext, truck: SQL, place: Place, at: number) {
  return ctx.db.all<LocatedTruck>(sql`
    UPDATE tow_trucks SET ${positionColumns(ctx.now(), place, at)} WHERE id = ${truck}
    RETURNING id, status, latitude, longitude, located_at AS at,
      (SELECT json_group_array(json_object('id', orders.id,
        'coming', orders.status IN ('ASSIGNED', 'IN_PROGRESS'),
        'latitude', iif(orders.status = 'IN_PROGRESS', delivery_latitude, pickup_latitude),
        'longitude', iif(orders.status = 'IN_PROGRESS', delivery_longitude, pickup_longitude)))
      FROM orders WHERE tow_truck_id = tow_trucks.id
        AND orders.status IN ('PENDING', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS')) AS orders`);
}

/** The position frames for the rooms of the truck's orders. A reserved truck is busy elsewhere: no distance, no time. */
export function positionsForOrders(
  ctx: RequestContext,
  truck: LocatedTruck,
): { readonly room: string; readonly body: Position & Record<string, unknown> }[] {
  const position = toPosition(truck.id, truck, truck.at);
  return (JSON.parse(truck.orders) as OrderTarget[]).map(({ id, coming, ...target }) => ({
    room: orderRoom(id),
    body: { ...position, order_id: id, ...(coming ? wayLeft(truck, target, ctx.now()) : {}) },
  }));
}
