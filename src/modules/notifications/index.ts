/** Notifications of all apps over one table: what other rooms of the house may use. */
export { exportNotifications } from "./inbox.ts";
export { noticesRead, pushRead, type ReadNotice } from "./reading.ts";
export { notificationResources } from "./resources.ts";
export { type Enter, inboxTenant, meGate } from "./room.ts";
export { notificationRoutes } from "./routes.ts";
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
} from "./service.ts";
