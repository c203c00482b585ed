/** Telling an order's room what happened to it, and the operators' overview of its steps. Repeatable: rooms know each entry by its ref. */
import type { Effect } from "../../platform/db/outbox.ts";
import { log } from "../../platform/log.ts";
import { noteRoom } from "../../platform/realtime/sweep.ts";
import type { Scope } from "../../platform/runtime.ts";
import { OPS_ROOM } from "./ops.ts";

export interface OrderNotice {
  readonly orderId: string;
  readonly kind: "status" | "arrived" | "offer" | "payment";
  readonly ref: string;
  readonly body: Record<string, unknown>;
  /** Who is no part of the order any more, and since when (epoch ms): their sockets close. */
  readonly leaves?: { readonly userId: number; readonly at: number } | null;
}

export function orderEffect(notice: OrderNotice): Effect {
  return { kind: "order_notice", address: `order:${notice.orderId}`, payload: notice };
}

/** Carries the effect out. */
export async function tellOrder(scope: Scope, notice: OrderNotice): Promise<void> {
  const name = `order:${notice.orderId}`;
  const room = scope.runtime.room(name);
  if (!room) return;
  noteRoom(scope, name);
  const { kind, ref, body, leaves } = notice;
  await room.publish(name, { kind, ref, body });
  if (kind === "status") {
    const change = { id: notice.orderId, status: body.status, tow_truck_id: body.tow_truck };
    await scope.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, { kind: "order", ref, body: change });
  }
  if (leaves)
    await room.revoke({ userId: leaves.userId, rightsBefore: leaves.at }, 4003, "no longer on this order");
}

/** At once, beside the answer; the outbox repeats it anyway. */
export async function tellOrderNow(scope: Scope, notice: OrderNotice): Promise<void> {
  try {
    await tellOrder(scope, notice);
  } catch (error) {
    log("warn", "orders.tell", { order: notice.orderId }, error);
  }
}

/** Carries out what an order's deletion left behind: its room closes for everybody and forgets. Safe to repeat. */
export async function closeOrderRoom(scope: Scope, name: string): Promise<void> {
  await scope.runtime.room(name)?.retire(name, { kind: "gone", ref: "gone", body: {} });
}
