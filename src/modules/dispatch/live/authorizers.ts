/** Who may open the sockets of orders, trucks and public links, and the truck's position at that moment. */
import { sql } from "drizzle-orm";
import { sha256 } from "../../../platform/crypto/digest.ts";
import { atPrimary } from "../../../platform/db/client.ts";
import { admitted, mayOperate } from "../../../platform/http/caller.ts";
import { forbidden, notFound } from "../../../platform/http/errors.ts";
import { numberIn, uuidIn } from "../../../platform/ids.ts";
import { type RoomAuthorizer, requireCaller } from "../../../platform/realtime/handshake/authorizer.ts";
import { toPosition } from "../fleet/trucks/frames.ts";
import { drives, isOver, type OrderStatus, sideOf } from "../orders/rules.ts";
import { orderRoom, truckRoom } from "../room-names.ts";
import { opsAuthorizer } from "./ops.room.ts";
import type { OrderOpening } from "./order.room.ts";
import { READ_ORDERS, READ_TRUCKS } from "./rights.ts";
import type { TruckOpening } from "./truck.room.ts";

/** A truck's id, as a number or as the uuid that holds it: the older client's field asks for a uuid. */
function parseTruckId(id: string): number | null {
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

/** Operators, staff, the order's client and its truck's driver may read; nobody may write. */
const orderAuthorizer: RoomAuthorizer = {
  kind: "order",
  path: "/ws/orders/:id/location",
  async authorize(ctx, who, id) {
    const caller = requireCaller(who);
    const orderId = uuidIn(id);
    const [row] = orderId
      ? await atPrimary(ctx.runtime.database).all<
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
    const side = sideOf(mayOperate(caller, READ_ORDERS) ? admitted(caller) : caller, row);
    if (!side) throw forbidden();
    // The truck's position after the order is private.
    const location = isOver(row.status) ? null : locationOf(row.truckId, row);
    const opening: OrderOpening = location && { orderId, location };
    // A truck that has done the job may get another driver, of which the order's room is not told.
    return { room: orderRoom(orderId), opening, ...(side === "driver" ? { isUntold: true } : {}) };
  },
};

/** Operators and staff read; the truck's driver reports positions. */
const truckAuthorizer: RoomAuthorizer = {
  kind: "truck",
  path: "/ws/tow-trucks/:id/location",
  async authorize(ctx, who, id) {
    const caller = requireCaller(who);
    const truckId = parseTruckId(id);
    const [row] =
      truckId === null
        ? []
        : await atPrimary(ctx.runtime.database).all<Located & { driverId: number | null }>(sql`
            SELECT driver_id AS driverId, latitude, longitude, located_at AS locatedAt FROM tow_trucks WHERE id = ${truckId}`);
    if (truckId === null || !row) throw notFound();
    const reports = drives(caller, row.driverId);
    if (!reports && !mayOperate(caller, READ_TRUCKS)) throw forbidden();
    const location = locationOf(truckId, row);
    const opening: TruckOpening = location && { location };
    return { room: truckRoom(truckId), readOnly: !reports, opening };
  },
};

/** The public page's socket: anonymous, read-only, statuses and positions only. It closes when the link expires. */
const sharedAuthorizer: RoomAuthorizer = {
  kind: "track",
  path: "/ws/track/:id",
  anonymous: true,
  async authorize(ctx, _caller, token) {
    const [row] = await atPrimary(ctx.runtime.database).all<{
      orderId: string;
      expiresAt: number;
      createdAt: number;
    }>(sql`
      SELECT order_id AS orderId, expires_at AS expiresAt, created_at AS createdAt FROM order_shares
      WHERE token_hash = ${await sha256(token)} AND expires_at > ${ctx.now()}`);
    if (!row) throw notFound();
    const { orderId, expiresAt: until, createdAt: visibleFrom } = row;
    return { room: orderRoom(orderId), readOnly: true, until, visibleFrom };
  },
};

export const dispatchAuthorizers: readonly RoomAuthorizer[] = [
  orderAuthorizer,
  sharedAuthorizer,
  truckAuthorizer,
  opsAuthorizer,
];
