/** What Find Friend's clients find of events. What has a name stands before what has a number. */
import type { Route } from "../../platform/http/route.ts";
import { calendarRoutes } from "./calendar/routes.ts";
import { gatheringRoutes } from "./event-routes.ts";
import { distanceRoutes } from "./geo/routes.ts";
import { attendanceRoutes } from "./waitlist/attendance-routes.ts";
import { participationRoutes } from "./waitlist/routes.ts";

export const eventRoutes: readonly Route[] = [
  ...calendarRoutes,
  ...distanceRoutes,
  ...gatheringRoutes,
  ...participationRoutes,
  ...attendanceRoutes,
];
