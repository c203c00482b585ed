/** The typed client of Caravan: REST, uploads, and rooms that reconnect, resume and acknowledge. */
export {
  type Account,
  Caravan,
  type CaravanOptions,
  createCaravan,
  type SignIn,
  type SignUp,
  type StartedUpload,
} from "./caravan.ts";
export * from "./live/index.ts";
export type { NativePush, Push, PushDevice, WebPushRegistration, WebPushSubscription } from "./push.ts";
export type { Api, ApiMethod, DataOf, InitOf, PathOf } from "./rest/api.ts";
export type { components, operations, paths } from "./rest/generated/schema.ts";
export type { ItemOf, ListPath, Page } from "./rest/pages.ts";
export type { Session, SessionKey, TokenPair, Tokens } from "./rest/session.ts";
export type { Progress, UploadOptions } from "./rest/upload.ts";
