/** Dispatch: what other rooms of the house may use. */
export { uuidField } from "./fields.ts";
export { fleetRoutes } from "./fleet-routes.ts";
