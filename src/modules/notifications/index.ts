/** Public API of the notifications module: notifications of all apps in one table. */

export { type Authorize, inboxRoomHandler, meAuthorizer } from "./inbox/room.ts";
export { unsubscribeUrl } from "./letters/links.ts";
export { letterPages } from "./letters/pages.tsx";
export {
  eraseNotices,
  eraseNoticesAbout,
  type LatestNotice,
  latestNotice,
  type Notice,
  noticeEffects,
  noticePush,
  noticeRows,
  pushLatest,
  pushNotices,
  unreadNotices,
} from "./notices.ts";
export { type Push, pushEffect, pushHandler, pushNow, type Standing } from "./push/effect.ts";
export { takesPushes } from "./push/queries.ts";
export type { PushWords } from "./push/words.ts";
export { exportNotifications } from "./queries.ts";
export { noticesRead, pushRead, type ReadNotice } from "./reading.ts";
export { notificationResources } from "./resources.ts";
export { notificationRoutes } from "./routes.ts";
export { setWanted } from "./settings/commands.ts";
export { type Channel, hasChannel, KINDS, type NotificationKind } from "./settings/kinds.ts";
export { wants, wantsLetters } from "./settings/queries.ts";
