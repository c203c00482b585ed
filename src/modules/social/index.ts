/** Social: what other rooms of the house may use. */
export { exportSocial } from "./export.ts";
export { areFriends, blockedWith, friendsSince, isBlocked, relation } from "./friends/relations.ts";
export { sendRequest } from "./friends/requests.ts";
export { chatRights } from "./friends/shared-access.ts";
export {
  type City,
  cityName,
  consentSince,
  findCity,
  homeCityName,
  whereaboutsOf,
} from "./places/whereabouts.ts";
export { changeProfile } from "./profiles/commands.ts";
export { personFacts, socialResources } from "./resources.ts";
export { socialRoutes } from "./routes.ts";
export { ageOn } from "./rules.ts";
