/** Effects that tell the order's room and the operators' room about a change. Safe to repeat: a room recognises an entry by its ref. */
import { sql } from "drizzle-orm";
import { declareEffect, defineEffect } from "../../../platform/db/effects.ts";
import { noteRoom } from "../../../platform/realtime/log/sweep.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { OPS_ROOM, orderRoom } from "../room-names.ts";
import { isOver, LINKS_OUTLIVE, type OrderStatus } from "./rules.ts";

export interface OrderUpdate {
  readonly orderId: string;
  readonly kind: "status" | "arrived" | "offer" | "payment";
  readonly ref: string;
  readonly body: Record<string, unknown>;
  /** A user who lost access to the order, and when (epoch ms): their sockets close. */
  readonly leaves?: { readonly userId: number; readonly at: number } | null;
}

/** Publishes the update in the order's room, and a status also to the operators; closes the sockets of `leaves`. */
export const orderUpdated = defineEffect<OrderUpdate>("order_notice", {
  address: ({ orderId }) => orderRoom(orderId),
  run: publishUpdate,
});

async function publishUpdate(ctx: RequestContext, update: OrderUpdate): Promise<void> {
  const name = orderRoom(update.orderId);
  const room = ctx.runtime.room(name);
  if (!room) return;
  noteRoom(ctx, name);
  const { kind, ref, body, leaves } = update;
  await room.publish(name, { kind, ref, body });
  if (kind === "status" && isOver(body.status as OrderStatus) && (await hasLinks(ctx, update.orderId)))
    await room.schedule(name, ctx.now() + LINKS_OUTLIVE);
  if (kind === "status") {
    const change = { id: update.orderId, status: body.status, tow_truck_id: body.tow_truck };
    await ctx.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, { kind: "order", ref, body: change });
  }
  if (leaves)
    await room.revoke({ userId: leaves.userId, rightsBefore: leaves.at }, 4003, "no longer on this order");
}

/** Without a public link the order's room need not wake an hour after the end. None is made after it. */
async function hasLinks(ctx: RequestContext, orderId: string): Promise<boolean> {
  const links = await ctx.db.all(sql`SELECT 1 FROM order_shares WHERE order_id = ${orderId} LIMIT 1`);
  return links.length > 0;
}

/** Starts the search for a truck after a confirmation. `offers/commands.ts` implements it. */
export const orderDispatch = declareEffect<{ readonly orderId: string }>("order_dispatch", ({ orderId }) =>
  orderRoom(orderId),
);

/** An order was deleted (a database trigger writes the row): its room closes for everybody and clears its journal. */
export const orderDeleted = defineEffect<object>("order_gone", {
  address: () => "",
  run: async (ctx, _payload, room) =>
    void (await ctx.runtime.room(room)?.retire(room, { kind: "gone", ref: "gone", body: {} })),
});
