/** All event routes under `/api/v1`. Routes with literal segments stand before those with `:id`. */
import type { Route } from "../../platform/http/route.ts";
import { attendanceRoutes } from "./attendance/routes.ts";
import { calendarRoutes } from "./calendar/routes.ts";
import { eventDetailRoutes } from "./details/routes.ts";
import { distanceRoutes } from "./geo/routes.ts";
import { participationRoutes } from "./participation/routes.ts";

export const eventRoutes: readonly Route[] = [
  ...calendarRoutes,
  ...distanceRoutes,
  ...eventDetailRoutes,
  ...participationRoutes,
  ...attendanceRoutes,
];
