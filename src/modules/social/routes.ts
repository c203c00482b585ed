/** People, their friends and their places. What has a name stands before what has a number. */
import type { Route } from "../../platform/http/route.ts";
import { directoryRoutes } from "./directory-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { placeRoutes } from "./place-routes.ts";
import { requestRoutes } from "./request-routes.ts";

export const socialRoutes: readonly Route[] = [
  ...placeRoutes,
  ...peopleRoutes,
  ...requestRoutes,
  ...directoryRoutes,
];
