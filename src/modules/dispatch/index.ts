/** Dispatch: what other rooms of the house may use. */
export { uuidField } from "./fields.ts";
export { exportFleet } from "./fleet-export.ts";
export { fleetRoutes } from "./fleet-routes.ts";
export { loadFleet } from "./fleet-samples.ts";
export { orderGate, truckGate } from "./live-gates.ts";
export { orderTenant } from "./live-order.ts";
export { dispatchConfirmed, offersDue, runOffers, sweepOffers } from "./offers.ts";
export { opsGate, opsTenant, tellOpsOfTicket } from "./ops.ts";
export { closeOrderRoom, type OrderNotice, tellOrder } from "./order-room.ts";
export { orderRoutes } from "./order-routes.ts";
export { exportOrders } from "./orders.ts";
export { loadSampleOrder } from "./orders-sample.ts";
export {
  liveMap,
  type OrderOnMap,
  type OrdersOverview,
  ordersOverview,
  type TruckOnMap,
} from "./overview.ts";
export { dispatchResources } from "./resources.ts";
export { sharedGate, sharedPages, sharedRoutes } from "./shared-page.tsx";
export { endShares, findShared, purgeShares, type SharedOrder, shareOrder } from "./shares.ts";
export { type TruckNotice, tellTruck } from "./truck-notices.ts";
export { truckTenant } from "./truck-room.ts";
export { idleTrucks } from "./trucks.ts";
