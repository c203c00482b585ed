/** Notifications of all apps over one table: what other rooms of the house may use. */

export {
  eraseNotices,
  eraseNoticesAbout,
  latestNotice,
  type Notice,
  noticeEffects,
  noticePush,
  noticeRows,
  pushNotices,
  unreadNotices,
} from "./notices.ts";
export { exportNotifications } from "./queries.ts";
export { noticesRead, pushRead, type ReadNotice } from "./reading.ts";
export { notificationResources } from "./resources.ts";
export { type Authorize, inboxRoomHandler, meAuthorizer } from "./room.ts";
export { notificationRoutes } from "./routes.ts";
