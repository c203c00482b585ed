/** Effects that tell rooms about a changed truck: the operators' room its state, the truck's own room that its driver left. Safe to repeat. */
import { eq } from "drizzle-orm";
import { atPrimary } from "../../../../platform/db/client.ts";
import { defineEffect } from "../../../../platform/db/effects.ts";
import { log } from "../../../../platform/log.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { OPS_ROOM, truckRoom } from "../../room-names.ts";
import { towTrucks } from "../tables.ts";
import type { TruckStateBody } from "./entries.ts";
import { toPosition } from "./frames.ts";

export interface TruckUpdate {
  readonly truckId: number;
  readonly ref: string;
  /** The former driver, and when they lost the truck (epoch ms): their sockets close. */
  readonly leaves: { readonly userId: number; readonly at: number } | null;
}

/**
 * The update for a change of a truck.
 * @param before the truck before the change
 * @param driverId the driver after it; undefined when the driver does not change
 */
export function truckUpdate(
  ctx: RequestContext,
  before: { readonly id: number; readonly driverId: number | null },
  driverId: number | null | undefined,
): TruckUpdate {
  const former = driverId === undefined || driverId === before.driverId ? null : before.driverId;
  return {
    truckId: before.id,
    ref: `truck:${before.id}:${crypto.randomUUID()}`,
    leaves: former === null ? null : { userId: former, at: ctx.now() },
  };
}

/** Tells the operators' room and closes the former driver's sockets. The room of a deleted truck closes for everybody. */
export const truckUpdated = defineEffect<TruckUpdate>("truck_notice", {
  address: ({ truckId }) => truckRoom(truckId),
  run: publishUpdate,
});

async function publishUpdate(ctx: RequestContext, { truckId, ref, leaves }: TruckUpdate): Promise<void> {
  const name = truckRoom(truckId);
  const room = ctx.runtime.room(name);
  const [truck] = await atPrimary(ctx.runtime.database)
    .select({ ...STATE, driverId: towTrucks.driverId })
    .from(towTrucks)
    .where(eq(towTrucks.id, truckId));
  if (!truck) return room?.retire(name, { kind: "gone", ref, body: {} });
  // Up to now: a handshake may have read the former driver after `at`, before the change was committed.
  if (leaves && truck.driverId !== leaves.userId)
    await room?.revoke(
      { userId: leaves.userId, rightsBefore: Math.max(leaves.at, ctx.now()) },
      4003,
      "no longer this truck's driver",
    );
  await publishState(ctx, truck, ref);
}

/** What a truck's room is shown when the truck got or lost an order, or its way has changed: it reads its orders again. */
export const ORDERS_CHANGED = "orders_changed";

/** Tells trucks' rooms at once. A failure is only logged: they read their orders every few minutes anyway. */
export async function tellOrdersChanged(
  ctx: RequestContext,
  trucks: readonly (number | null)[],
): Promise<void> {
  const rooms = [...new Set(trucks)].flatMap((id) => (id === null ? [] : truckRoom(id)));
  const value = { kind: ORDERS_CHANGED, key: null, body: {} };
  for (const told of await Promise.allSettled(rooms.map((name) => ctx.runtime.room(name)?.show(name, value))))
    if (told.status === "rejected") log("warn", "truck.orders", {}, told.reason);
}

/** The columns that the operators' room shows. */
export const STATE = {
  id: towTrucks.id,
  status: towTrucks.status,
  latitude: towTrucks.latitude,
  longitude: towTrucks.longitude,
  locatedAt: towTrucks.locatedAt,
};

export type TruckState = Pick<typeof towTrucks.$inferSelect, keyof typeof STATE>;

/** Publishes a truck's position and status in the operators' room; nothing while it has no position. */
export async function publishState(ctx: RequestContext, truck: TruckState, ref: string): Promise<void> {
  const { id, status, latitude, longitude, locatedAt } = truck;
  if (latitude === null || longitude === null || locatedAt === null) return;
  const body: TruckStateBody = { ...toPosition(id, { latitude, longitude }, locatedAt), status };
  await ctx.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, { kind: "position", ref, body });
}
