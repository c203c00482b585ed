/** People, their friends and their places. Named paths come before numbered ones. */
import type { Route } from "../../platform/http/route.ts";
import { directoryRoutes } from "./directory/routes.ts";
import { requestRoutes } from "./friends/request-routes.ts";
import { placeRoutes } from "./places/routes.ts";
import { peopleRoutes } from "./profiles/people-routes.ts";

export const socialRoutes: readonly Route[] = [
  ...placeRoutes,
  ...peopleRoutes,
  ...requestRoutes,
  ...directoryRoutes,
];
