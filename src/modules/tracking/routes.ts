/** All routes of this module. */
import type { Route } from "../../platform/http/route.ts";
import { reportRoutes } from "./reports/routes.ts";
import { taskRoutes } from "./tasks/routes.ts";
import { trackRoutes } from "./tracks/routes.ts";

export const trackingRoutes: readonly Route[] = [...trackRoutes, ...reportRoutes, ...taskRoutes];
