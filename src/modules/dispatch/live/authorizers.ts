/** Who may open the sockets of orders and trucks, and where the truck stood when they came. */
import { sql } from "drizzle-orm";
import { isOperator } from "../../../platform/http/caller.ts";
import { forbidden, notFound } from "../../../platform/http/errors.ts";
import { numberIn, uuidIn } from "../../../platform/ids.ts";
import { known, type RoomAuthorizer } from "../../../platform/realtime/socket/handshake.ts";
import { drives, isOver, type OrderStatus, sideOf } from "../orders/rules.ts";
import { sharedAuthorizer } from "../sharing/page.tsx";
import { toPosition } from "./frames.ts";
import { opsAuthorizer } from "./ops.room.ts";
import { type OrderOpening, orderSocket } from "./order.room.ts";
import { type TruckOpening, truckSocket } from "./truck.room.ts";

/** A truck's number, as it is or as the uuid that holds it: what the older client's field asks for. */
function truckNumber(id: string): number | null {
  const hex = uuidIn(id)?.replaceAll("-", "") ?? "";
  return numberIn(id) ?? (/^0{20}[0-9a-f]{12}$/.test(hex) ? Number.parseInt(hex, 16) || null : null);
}

interface Located {
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly locatedAt: number | null;
}

const locationOf = (truckId: number | null, { latitude, longitude, locatedAt }: Located) =>
  truckId === null || latitude === null || longitude === null || locatedAt === null
    ? null
    : toPosition(truckId, { latitude, longitude }, locatedAt);

/** Operators and staff, the order's client, and the driver of its truck. Nobody says anything here. */
const orderGate: RoomAuthorizer = {
  kind: "order",
  path: "/ws/orders/:id/location",
  document: orderSocket,
  async authorize(ctx, who, id) {
    const caller = known(who);
    const orderId = uuidIn(id);
    const [row] = orderId
      ? await ctx.db.all<
          Located & {
            status: OrderStatus;
            clientId: number;
            truckId: number | null;
            driverId: number | null;
          }
        >(sql`
          SELECT o.status, o.client_id AS clientId, t.id AS truckId, t.driver_id AS driverId, t.latitude, t.longitude,
            t.located_at AS locatedAt
          FROM orders o LEFT JOIN tow_trucks t ON t.id = o.tow_truck_id WHERE o.id = ${orderId}`)
      : [];
    if (!orderId || !row) throw notFound();
    if (!sideOf(caller, row)) throw forbidden();
    // Where its truck goes afterwards is no concern of an order.
    const location = isOver(row.status) ? null : locationOf(row.truckId, row);
    const opening: OrderOpening = location && { orderId, location };
    return { room: `order:${orderId}`, opening };
  },
};

/** Operators and staff watch, the truck's driver reports. */
const truckGate: RoomAuthorizer = {
  kind: "truck",
  path: "/ws/tow-trucks/:id/location",
  document: truckSocket,
  async authorize(ctx, who, id) {
    const caller = known(who);
    const truckId = truckNumber(id);
    const [row] =
      truckId === null
        ? []
        : await ctx.db.all<Located & { driverId: number | null }>(sql`
            SELECT driver_id AS driverId, latitude, longitude, located_at AS locatedAt FROM tow_trucks WHERE id = ${truckId}`);
    if (!row) throw notFound();
    const reports = drives(caller, row.driverId);
    if (!reports && !isOperator(caller)) throw forbidden();
    const location = locationOf(truckId, row);
    const opening: TruckOpening = location && { location };
    return { room: `truck:${truckId}`, readOnly: !reports, opening };
  },
};

export const dispatchAuthorizers: readonly RoomAuthorizer[] = [
  orderGate,
  sharedAuthorizer,
  truckGate,
  opsAuthorizer,
];
