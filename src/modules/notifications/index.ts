/** Notifications of all apps over one table: what other rooms of the house may use. */
export { type Notice, noticeEffects, noticeRows, pushNotice, pushNotices } from "./service.ts";
