/** Public API of the identity module: accounts, sessions, verification and recovery. */

export { cleanAvatars, storeAvatar, sweepAvatars } from "./accounts/avatars.ts";
export {
  type AccountChange,
  accountErased,
  changeAccount,
  deleteAccount,
  type TakenIdentifier,
} from "./accounts/commands.ts";
export { purgeFormerContacts } from "./accounts/contacts.ts";
export { isOffDuty, setDuty } from "./accounts/duty.ts";
export { exportAccount, exportRoute } from "./accounts/export.ts";
export {
  aboutPeople,
  aliasedId,
  aliasOf,
  displayName,
  displayNameSql,
  isAboutPeople,
  isNamedBy,
  type NameLists,
  nameLists,
  personWords,
  staffTitleSql,
  type Viewer,
  visibleName,
  visibleNameSql,
} from "./accounts/names.ts";
export { splitPhones, typedPhone } from "./accounts/phone-search.ts";
export { isFullStaff, mayOperateSql, powersOf } from "./accounts/powers.ts";
export { findByPhone, findProfile, findUser, type Person, type User } from "./accounts/queries.ts";
export { type Registered, register } from "./accounts/registration.ts";
export { accountRoutes } from "./accounts/routes.ts";
export { loadSampleAccount, type SampleLogin } from "./accounts/samples.ts";
export {
  findPeople,
  fromPeople,
  packedPeople,
  peopleById,
  toUserWire,
  type Visibility,
  visibilityOf,
} from "./accounts/visibility.ts";
export { purgeApiKeys } from "./api-keys/purge.ts";
export { apiKeyRoutes } from "./api-keys/routes.ts";
export { passkeyRoutes } from "./factors/passkeys/routes.ts";
export { purgePendingSecrets, purgeProofs } from "./factors/purge.ts";
export { factorRoutes } from "./factors/routes.ts";
export { findFriendRegistration, findFriendRoutes } from "./find-friend/routes.ts";
export { identityMails } from "./mail/templates.ts";
export { messages as identityMessages } from "./messages.ts";
export { linkRoutes } from "./pages/mail-links.tsx";
export { purgeCodes } from "./recovery/codes.ts";
export { checkResetLink, requestResetLink, resetPassword } from "./recovery/password-reset.ts";
export { phoneResetRoutes } from "./recovery/phone-reset-routes.ts";
export { confirmEmail, resendVerification } from "./recovery/verification.ts";
export { requireStrong, signInFault, takenRefusal } from "./refusals.ts";
export { identityResources } from "./resources.ts";
export { trackOwner, trackRoom } from "./room-names.ts";
export {
  birthdayFault,
  DEFAULT_POLICY,
  foldEmail,
  foldUsername,
  isEmail,
  maskedEmail,
  normalizePhone,
  type PasswordPolicy,
  weaknesses,
} from "./rules.ts";
export {
  Account,
  Detail,
  idParam,
  localeField,
  optionalEmail,
  otpField,
  personFields,
  phone as phoneField,
  TokenPair,
  username,
} from "./schemas.ts";
export { authenticate } from "./sessions/authentication.ts";
export { purgeDevices } from "./sessions/devices.ts";
export { sessionRoutes, tokenRefresh } from "./sessions/routes.ts";
export {
  type Credentials,
  clientProfiles,
  dropSessions,
  endSessions,
  enforce,
  isOpen,
  purgeSessions,
  revokeEffect,
  sessionsRevoked,
} from "./sessions/sessions.ts";
export { signIn, verifyOwnPassword } from "./sessions/sign-in.ts";
export { signedCaller } from "./sessions/signed-caller.ts";
export { socketTokenRefresh } from "./sessions/socket-token-refresh.ts";
/** For foreign keys and joins. Only identity writes to these tables. */
export { profiles, users } from "./tables.ts";
