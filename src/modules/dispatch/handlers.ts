/** What carries dispatch's effects out, by their kind. */
import type { Handlers } from "../../platform/db/delivery.ts";
import { dispatchConfirmed } from "./offers.ts";
import { closeOrderRoom, type OrderNotice, tellOrder } from "./order-room.ts";
import { type TruckNotice, tellTruck } from "./truck-notices.ts";

export const dispatchHandlers: Handlers = {
  order_notice: (scope, row) => tellOrder(scope, row.payload as OrderNotice),
  order_gone: (scope, row) => closeOrderRoom(scope, row.address),
  order_dispatch: (scope, row) => dispatchConfirmed(scope, (row.payload as { orderId: string }).orderId),
  truck_notice: (scope, row) => tellTruck(scope, row.payload as TruckNotice),
};
