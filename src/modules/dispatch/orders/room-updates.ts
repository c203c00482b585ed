/** Effects that tell the order's room and the operators' room about a change. Safe to repeat: a room recognises an entry by its ref. */
import { eq, sql } from "drizzle-orm";
import { atPrimary } from "../../../platform/db/client.ts";
import { declareEffect, defineEffect } from "../../../platform/db/effects.ts";
import { type FixedStatement, fixedText } from "../../../platform/db/fixed-text.ts";
import type { Effect } from "../../../platform/db/outbox.ts";
import { epochBefore } from "../../../platform/realtime/log/beginning.ts";
import { noteRoom } from "../../../platform/realtime/log/sweep.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { OPS_ROOM, orderRoom } from "../room-names.ts";
import type { OrderBodies, OrderChangeBody } from "./entries.ts";
import { isOver, LINKS_OUTLIVE } from "./rules.ts";
import { orders } from "./tables.ts";

export type OrderUpdate = {
  [Kind in keyof OrderBodies]: {
    readonly orderId: string;
    readonly kind: Kind;
    readonly ref: string;
    readonly body: OrderBodies[Kind];
    /** A user who lost access to the order, and when (epoch ms): their sockets close. */
    readonly leaves?: { readonly userId: number; readonly at: number } | null;
  };
}[keyof OrderBodies];

/** Publishes the update in the order's room, and a status also to the operators; closes the sockets of `leaves`. */
export const orderUpdated = defineEffect<OrderUpdate>("order_notice", {
  address: ({ orderId }) => orderRoom(orderId),
  async run(ctx, update) {
    const [order] = await ctx.db
      .select({ roomWaits: orders.roomWaits })
      .from(orders)
      .where(eq(orders.id, update.orderId));
    if (order) await publishUpdate(ctx, update, order.roomWaits);
  },
});

/** The update as a direct effect of a change that returns the order's `roomWaits`; otherwise it costs a read more. */
export function orderUpdate(update: OrderUpdate): Effect {
  return orderUpdated.now(update, (ctx, changed) => {
    const rows = Array.isArray(changed) ? changed : (Object(changed) as { results?: unknown[] }).results;
    const { roomWaits } = Object(rows?.[0]) as { roomWaits?: boolean | number };
    return roomWaits === undefined
      ? orderUpdated.run(ctx, update)
      : publishUpdate(ctx, update, Boolean(roomWaits));
  });
}

/** For the batch of the change, after it: while nobody has entered an order's room, its archive is told. Repeats add none. */
export function archiveUpdate(
  ctx: RequestContext,
  { orderId, kind, ref, body }: OrderUpdate,
): FixedStatement<unknown> {
  return toArchive({ orderId, now: ctx.now(), ref, kind, body: JSON.stringify(body) });
}

const toArchive = fixedText<
  { orderId: string; now: number; ref: string; kind: string; body: string },
  unknown
>((db, value) => {
  const before = sql`FROM order_entries WHERE order_id = o.id`;
  return db.run(sql`
    INSERT INTO order_entries (order_id, epoch, seq, at, ref, kind, body)
    SELECT o.id, ${epochBefore(sql`o.id`)}, 1 + coalesce((SELECT max(seq) ${before}), 0),
      max(${value("now")}, coalesce((SELECT max(at) ${before}), 0)), ${value("ref")}, ${value("kind")}, ${value("body")}
    FROM orders o WHERE o.id = ${value("orderId")} AND o.room_waits
      AND NOT EXISTS (SELECT 1 ${before} AND ref = ${value("ref")})`);
});

async function publishUpdate(ctx: RequestContext, update: OrderUpdate, roomWaits: boolean): Promise<void> {
  const name = orderRoom(update.orderId);
  const room = ctx.runtime.room(name);
  if (!room) return;
  const { kind, ref, body, leaves } = update;
  if (!roomWaits) {
    noteRoom(ctx, name);
    await room.publish(name, { kind, ref, body });
    if (kind === "status" && isOver(body.status) && (await hasLinks(ctx, update.orderId)))
      await room.schedule(name, ctx.now() + LINKS_OUTLIVE);
  }
  if (kind === "status") {
    const { status, tow_truck: tow_truck_id } = body;
    const change: OrderChangeBody = { id: update.orderId, status, tow_truck_id };
    await ctx.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, { kind: "order", ref, body: change });
  }
  // Also where nobody has entered: a handshake may be under way.
  if (leaves && !(await isDriver(ctx, update.orderId, leaves.userId))) {
    // Up to now: it may have read the former driver after `at`, before the change was committed.
    const rightsBefore = Math.max(leaves.at, ctx.now());
    await room.revoke({ userId: leaves.userId, rightsBefore }, 4003, "no longer on this order");
  }
}

/** Whether a former driver has the order again, before the room was told that they left. */
async function isDriver(ctx: RequestContext, orderId: string, userId: number): Promise<boolean> {
  const found = await atPrimary(ctx.runtime.database).all(sql`
    SELECT 1 FROM orders o JOIN tow_trucks t ON t.id = o.tow_truck_id
    WHERE o.id = ${orderId} AND t.driver_id = ${userId}`);
  return found.length > 0;
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
