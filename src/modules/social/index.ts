/** Social: what other rooms of the house may use. */
import type { Route } from "../../platform/http/route.ts";
import { directoryRoutes } from "./directory-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { placeRoutes } from "./place-routes.ts";
import { requestRoutes } from "./request-routes.ts";

export { exportSocial } from "./export.ts";
export { type Parting, part } from "./parting.ts";
export { changeProfile } from "./profiles.ts";
export { type Relation, relation } from "./relations.ts";
export { sendRequest } from "./requests.ts";
export { personFacts, socialResources } from "./resources.ts";
export { ageOn } from "./rules.ts";
export { type City, findCity, whereaboutsOf } from "./whereabouts.ts";

/** What has a name stands before what has a number. */
export const socialRoutes: readonly Route[] = [
  ...placeRoutes,
  ...peopleRoutes,
  ...requestRoutes,
  ...directoryRoutes,
];
