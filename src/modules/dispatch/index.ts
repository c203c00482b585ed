/** Dispatch: what other rooms of the house may use. */
export { uuidField } from "./fields.ts";
export { exportFleet } from "./fleet-export.ts";
export { loadFleet } from "./fleet-samples.ts";
export { dispatchGates } from "./live-gates.ts";
export { orderTenant } from "./live-order.ts";
export { orderDispatched, runOffers, sweepOffers } from "./offers.ts";
export { opsTenant, tellOpsOfTicket } from "./ops.ts";
export { orderExists } from "./order-queries.ts";
export { orderGone, orderNotice } from "./order-room.ts";
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
export { dispatchRoutes } from "./routes.ts";
export { sharedPages } from "./shared-page.tsx";
export { findShared, purgeShares } from "./shares.ts";
export { truckChanged } from "./truck-notices.ts";
export { truckTenant } from "./truck-room.ts";
export { idleTrucks } from "./trucks.ts";
