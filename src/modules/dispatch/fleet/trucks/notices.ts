/** Telling rooms what became of a truck: the operators' overview its state, its own room who drives it no more. Repeatable. */
import { eq } from "drizzle-orm";
import { defineEffect } from "../../../../platform/db/effects.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { toPosition } from "../../live/frames.ts";
import { OPS_ROOM } from "../../live/ops.room.ts";
import { towTrucks } from "../../tables.ts";

export interface TruckNotice {
  readonly truckId: number;
  readonly ref: string;
  /** Who drives it no more, and since when (epoch ms): their sockets close. */
  readonly leaves: { readonly userId: number; readonly at: number } | null;
}

/** Of a truck as it was, and who drives it now; undefined for no change. Whoever drove it and does not any more leaves. */
export function truckNotice(
  ctx: RequestContext,
  before: { readonly id: number; readonly driverId: number | null },
  driverId: number | null | undefined,
): TruckNotice {
  const left = driverId === undefined || driverId === before.driverId ? null : before.driverId;
  return {
    truckId: before.id,
    ref: `truck:${before.id}:${crypto.randomUUID()}`,
    leaves: left === null ? null : { userId: left, at: ctx.now() },
  };
}

/** Tells the overview and sends away who drives it no more. The room of a truck that is gone closes for everybody. */
export const truckChanged = defineEffect<TruckNotice>("truck_notice", {
  address: ({ truckId }) => `truck:${truckId}`,
  run: tellTruck,
});

async function tellTruck(ctx: RequestContext, { truckId, ref, leaves }: TruckNotice): Promise<void> {
  const name = `truck:${truckId}`;
  const room = ctx.runtime.room(name);
  const [truck] = await ctx.db.select(STATE).from(towTrucks).where(eq(towTrucks.id, truckId));
  if (!truck) return room?.retire(name, { kind: "gone", ref, body: {} });
  if (leaves)
    await room?.revoke(
      { userId: leaves.userId, rightsBefore: leaves.at },
      4003,
      "no longer this truck's driver",
    );
  await tellState(ctx, truck, ref);
}

/** What the overview knows of a truck. */
export const STATE = {
  id: towTrucks.id,
  status: towTrucks.status,
  latitude: towTrucks.latitude,
  longitude: towTrucks.longitude,
  locatedAt: towTrucks.locatedAt,
};

/** Tells the overview where a truck is and what it does; nothing of one that was never located. */
export async function tellState(
  ctx: RequestContext,
  truck: Pick<typeof towTrucks.$inferSelect, keyof typeof STATE>,
  ref: string,
): Promise<void> {
  const { id, status, latitude, longitude, locatedAt } = truck;
  if (latitude === null || longitude === null || locatedAt === null) return;
  const body = { ...toPosition(id, { latitude, longitude }, locatedAt), status };
  await ctx.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, { kind: "position", ref, body });
}
