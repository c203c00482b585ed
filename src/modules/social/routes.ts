/** People, their friends and their places. What has a name stands before what has a number. */
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
