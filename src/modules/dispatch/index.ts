/** Dispatch: what other rooms of the house may use. */
export { uuidField } from "./fields.ts";
export { exportFleet } from "./fleet-export.ts";
export { fleetRoutes } from "./fleet-routes.ts";
export { idleTrucks } from "./trucks.ts";
