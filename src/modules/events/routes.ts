/** What Find Friend's clients find of events. `distances` stands before what takes it for a number. */
import type { Route } from "../../platform/http/route.ts";
import { distanceRoutes } from "./distance-routes.ts";
import { gatheringRoutes } from "./gathering-routes.ts";
import { participationRoutes } from "./participation-routes.ts";

export const eventRoutes: readonly Route[] = [...distanceRoutes, ...gatheringRoutes, ...participationRoutes];
