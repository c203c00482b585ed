/** Public API of the social module. */
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
  sharedPlaceOf,
} from "./places/shared-place.ts";
export { changeProfile } from "./profiles/commands.ts";
export { personFacts, socialResources } from "./resources.ts";
export { socialRoutes } from "./routes.ts";
export { ageOn } from "./rules.ts";
