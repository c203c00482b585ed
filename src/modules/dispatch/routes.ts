/** Routes of dispatch, in the order in which they are mounted and documented. */
import type { Route } from "../../platform/http/route.ts";
import { statsRoute } from "./console/stats.ts";
import { dutyRoutes } from "./fleet/duty/routes.ts";
import { locationRoute } from "./fleet/location/routes.ts";
import { vehicleTypeRoutes } from "./fleet/tariffs/routes.ts";
import { truckRoutes } from "./fleet/trucks/routes.ts";
import { vehicleRoutes } from "./fleet/vehicles/routes.ts";
import { truckTrack } from "./live/routes.ts";
import { offerRoutes } from "./offers/routes.ts";
import { jobRoutes } from "./orders/job/routes.ts";
import { paymentRoutes } from "./orders/payments/routes.ts";
import { ratingRoutes } from "./orders/ratings/routes.ts";
import { orderRoutes } from "./orders/routes.ts";
import { weatherRoutes } from "./pricing/routes.ts";
import { sharedRoutes, shareRoutes } from "./sharing/routes.ts";

export const dispatchRoutes: readonly Route[] = [
  ...vehicleTypeRoutes,
  ...truckRoutes,
  truckTrack,
  ...vehicleRoutes,
  ...weatherRoutes,
  ...dutyRoutes,
  ...sharedRoutes,
  ...orderRoutes,
  ...jobRoutes,
  ...paymentRoutes,
  ...ratingRoutes,
  ...offerRoutes,
  ...shareRoutes,
  statsRoute,
  locationRoute,
];
