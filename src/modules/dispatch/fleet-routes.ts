/** Tariffs, trucks, clients' cars, prices and the weather: one list for the app. */
import type { Route } from "../../platform/http/route.ts";
import { vehicleTypeRoutes } from "./vehicle-types-routes.ts";

export const fleetRoutes: readonly Route[] = [...vehicleTypeRoutes];
