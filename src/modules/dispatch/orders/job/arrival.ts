/** Marks the truck as arrived and notifies the client, once for each truck. */
import { sql } from "drizzle-orm";
import { commit } from "../../../../platform/db/outbox.ts";
import { invalid } from "../../../../platform/http/errors.ts";
import { fill } from "../../../../platform/http/messages.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { noticeEffects, noticeRows } from "../../../notifications/index.ts";
import { texts } from "../messages.ts";
import { arrivedNotice } from "../notices.ts";
import type { Order } from "../queries.ts";
import { archiveUpdate, orderUpdate } from "../room-updates.ts";

export async function arrive(ctx: RequestContext, order: Order): Promise<void> {
  const { id, clientId, towTruckId, status } = order;
  const notReady = invalid({ status: fill(texts.arrival, { from: status }) });
  if (status !== "ASSIGNED" || towTruckId === null) throw notReady;
  const notices = [arrivedNotice(id, clientId, towTruckId)];
  const update = {
    orderId: id,
    kind: "arrived",
    ref: `arrived:${towTruckId}`,
    body: { order: id, tow_truck: towTruckId },
  } as const;
  // Changes nothing; it only guards the notification: no row, no notification, when the order has moved on.
  const guard = ctx.db.run(sql`UPDATE orders SET updated_at = updated_at
    WHERE id = ${id} AND status = 'ASSIGNED' AND tow_truck_id = ${towTruckId}
    RETURNING room_waits AS roomWaits`);
  const effects = [orderUpdate(update), ...noticeEffects(notices)];
  if (
    !(await commit(ctx, guard, effects, [
      noticeRows(ctx, notices),
      ...(order.roomWaits ? [archiveUpdate(ctx, update)] : []),
    ]))
  )
    throw notReady;
}
