/** Telling an order's room what happened to it, and the operators' overview of its steps. Repeatable: rooms know each entry by its ref. */
import { declareEffect, defineEffect } from "../../../platform/db/effects.ts";
import { noteRoom } from "../../../platform/realtime/log/sweep.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { OPS_ROOM } from "../live/ops.room.ts";
import { AFTER_END } from "../sharing/commands.ts";
import { isOver, type OrderStatus } from "./rules.ts";

export interface OrderNotice {
  readonly orderId: string;
  readonly kind: "status" | "arrived" | "offer" | "payment";
  readonly ref: string;
  readonly body: Record<string, unknown>;
  /** Who is no part of the order any more, and since when (epoch ms): their sockets close. */
  readonly leaves?: { readonly userId: number; readonly at: number } | null;
}

/** Tells the order's room, and the operators of a step; who left the order is sent away. */
export const orderNotice = defineEffect<OrderNotice>("order_notice", {
  address: ({ orderId }) => `order:${orderId}`,
  run: tellOrder,
});

async function tellOrder(ctx: RequestContext, notice: OrderNotice): Promise<void> {
  const name = `order:${notice.orderId}`;
  const room = ctx.runtime.room(name);
  if (!room) return;
  noteRoom(ctx, name);
  const { kind, ref, body, leaves } = notice;
  await room.publish(name, { kind, ref, body });
  if (kind === "status" && isOver(body.status as OrderStatus))
    await room.schedule(name, ctx.now() + AFTER_END);
  if (kind === "status") {
    const change = { id: notice.orderId, status: body.status, tow_truck_id: body.tow_truck };
    await ctx.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, { kind: "order", ref, body: change });
  }
  if (leaves)
    await room.revoke({ userId: leaves.userId, rightsBefore: leaves.at }, 4003, "no longer on this order");
}

/** Calls for trucks: what a confirmation asks for, and `offers.ts` carries out. */
export const orderDispatch = declareEffect<{ readonly orderId: string }>(
  "order_dispatch",
  ({ orderId }) => `order:${orderId}`,
);

/** What an order's deletion left behind (a trigger writes the row): its room closes for everybody and forgets. */
export const orderGone = defineEffect<object>("order_gone", {
  address: () => "",
  run: async (ctx, _none, room) =>
    void (await ctx.runtime.room(room)?.retire(room, { kind: "gone", ref: "gone", body: {} })),
});
