/** Tariffs, trucks, clients' cars, prices and the weather, orders and what belongs to them: one list for the app. */
import type { Route } from "../../platform/http/route.ts";
import { dutyRoutes } from "./duty.ts";
import { orderRoutes } from "./order-routes.ts";
import { sharedRoutes } from "./shared-page.tsx";
import { truckTrack } from "./truck-track.ts";
import { truckRoutes } from "./trucks-routes.ts";
import { vehicleTypeRoutes } from "./vehicle-types-routes.ts";
import { vehicleRoutes } from "./vehicles-routes.ts";
import { weatherRoutes } from "./weather-routes.ts";

export const dispatchRoutes: readonly Route[] = [
  ...vehicleTypeRoutes,
  ...truckRoutes,
  truckTrack,
  ...vehicleRoutes,
  ...weatherRoutes,
  ...dutyRoutes,
  ...sharedRoutes,
  ...orderRoutes,
];
