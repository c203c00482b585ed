/** Where people are and what waits there: one list for the app. */
import type { Route } from "../../platform/http/route.ts";
import { reportRoutes } from "./report-routes.ts";
import { taskRoutes } from "./task-routes.ts";
import { trackRoutes } from "./track-routes.ts";

export const trackingRoutes: readonly Route[] = [...trackRoutes, ...reportRoutes, ...taskRoutes];
