/** Public API of the dispatch module: fleet, prices, orders, offers, shared maps and their rooms. */

export { callerRoutes } from "./console/caller-routes.ts";
export { type CandidateTruck, trucksAround } from "./console/candidates.ts";
export {
  liveMap,
  type OrderOnMap,
  type OrdersOverview,
  ordersOverview,
  type TruckOnMap,
} from "./console/overview.ts";
export { dispatchResources } from "./console/resources.ts";
export { exportFleet } from "./fleet/export.ts";
export { uuidField } from "./fleet/fields.ts";
export { loadFleet } from "./fleet/samples.ts";
export { idleTrucks } from "./fleet/trucks/commands.ts";
export { truckUpdated } from "./fleet/trucks/room-updates.ts";
export { dispatchAuthorizers } from "./live/authorizers.ts";
export { opsRoomHandler, tellOpsOfTicket } from "./live/ops.room.ts";
export { orderRoomHandler } from "./live/order.room.ts";
export { purgeTrails } from "./live/trails.ts";
export { truckRoomHandler } from "./live/truck.room.ts";
export { orderDispatched, runOffers, sweepOffers } from "./offers/commands.ts";
export { isOffered } from "./offers/queries.ts";
export { exportOrders } from "./orders/export.ts";
export { orderExists } from "./orders/queries.ts";
export { orderDeleted, orderUpdated } from "./orders/room-updates.ts";
export { loadSampleOrder } from "./orders/samples.ts";
export { dispatchRoutes } from "./routes.ts";
export { purgeShares } from "./sharing/commands.ts";
export { sharedPages } from "./sharing/page.tsx";
