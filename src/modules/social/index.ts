/** Social: what other rooms of the house may use. */
export { exportSocial } from "./export.ts";
export { changeProfile } from "./profiles.ts";
export { areFriends, blockedWith, friendsSince, isBlocked, relation } from "./relations.ts";
export { sendRequest } from "./requests.ts";
export { personFacts, socialResources } from "./resources.ts";
export { socialRoutes } from "./routes.ts";
export { ageOn } from "./rules.ts";
export { chatRights } from "./shared-access.ts";
export { type City, cityName, consentSince, findCity, homeCityName, whereaboutsOf } from "./whereabouts.ts";
