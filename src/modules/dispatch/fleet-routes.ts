/** Tariffs, trucks, clients' cars, prices and the weather: one list for the app. */
import type { Route } from "../../platform/http/route.ts";
import { truckTrack } from "./truck-track.ts";
import { truckRoutes } from "./trucks-routes.ts";
import { vehicleTypeRoutes } from "./vehicle-types-routes.ts";
import { vehicleRoutes } from "./vehicles-routes.ts";
import { weatherRoutes } from "./weather-routes.ts";

export const fleetRoutes: readonly Route[] = [
  ...vehicleTypeRoutes,
  ...truckRoutes,
  truckTrack,
  ...vehicleRoutes,
  ...weatherRoutes,
];
