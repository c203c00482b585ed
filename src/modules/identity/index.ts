/** Identity: accounts, sessions and proof, for every door of the house. */
export { type AccountChange, accountErased, changeAccount, deleteAccount, type Taken } from "./accounts.ts";
export { authenticate } from "./authentication.ts";
export { cleanAvatars, storeAvatar, sweepAvatars } from "./avatars.ts";
export { purgeCodes } from "./codes.ts";
export { purgeFormerContacts } from "./contacts.ts";
export { purgeDevices } from "./devices.ts";
export { requireStrong, takenRefusal } from "./doors.ts";
export { isOffDuty, setDuty } from "./duty.ts";
export { exportAccount, exportRoute } from "./export.ts";
export { identityMails } from "./mails.ts";
export { messages as identityMessages } from "./messages.ts";
export {
  aliasedId,
  aliasOf,
  calledName,
  calledSql,
  isNamedBy,
  type Viewer,
  visibleName,
  visibleNameSql,
} from "./names.ts";
export { linkRoutes } from "./pages.tsx";
export { findProfile, findUser, type Person, type User, userRoom } from "./people.ts";
export {
  checkResetLink,
  confirmEmail,
  requestResetLink,
  resendVerification,
  resetPassword,
} from "./recovery.ts";
export { type Registered, register } from "./registration.ts";
export { renewalIn } from "./renewal.ts";
export { identityResources } from "./resources.ts";
export { accountRoutes, tokenRefresh } from "./routes.ts";
export {
  birthdayFault,
  DEFAULT_POLICY,
  foldEmail,
  foldUsername,
  isEmail,
  maskedEmail,
  type PasswordPolicy,
  weaknesses,
} from "./rules.ts";
export { loadSampleAccount, type SampleLogin } from "./samples.ts";
export {
  Account,
  Detail,
  idParam,
  localeField,
  optionalEmail,
  personFields,
  TokenPair,
  username,
} from "./schemas.ts";
export { type Credentials, doors, endSessions, purgeSessions, sessionsRevoked } from "./sessions.ts";
export { findPeople, type Sight, sightOf, toUserWire } from "./sight.ts";
export { signIn, verifyOwnPassword } from "./sign-in.ts";
/** For foreign keys and joins by id: only identity writes to it. */
export { profiles, users } from "./tables.ts";
export { findFriendRegistration, tokenRoutes } from "./token-routes.ts";
