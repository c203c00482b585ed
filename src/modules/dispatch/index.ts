/** Dispatch: what other rooms of the house may use. */
export { fleetRoutes } from "./fleet-routes.ts";
