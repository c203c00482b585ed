/** Public API of the documents module. */

export { documentMails } from "./mails.ts";
export { exportDocuments } from "./queries.ts";
export { sendExpiryReminders } from "./reminders.ts";
export { documentResources } from "./resources.ts";
export { documentRoutes } from "./routes.ts";
