/** Tariffs, trucks, clients' cars, prices and the weather, orders and what belongs to them: one list for the app. */
import type { Route } from "../../platform/http/route.ts";
import { dutyRoutes } from "./fleet/duty.ts";
import { vehicleTypeRoutes } from "./fleet/tariffs/routes.ts";
import { truckRoutes } from "./fleet/trucks/routes.ts";
import { vehicleRoutes } from "./fleet/vehicles/routes.ts";
import { truckTrack } from "./live/track.ts";
import { orderRoutes } from "./orders/routes.ts";
import { weatherRoutes } from "./pricing/routes.ts";
import { sharedRoutes } from "./sharing/page.tsx";

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
