/** Public API of the documents module. */

export { exportDocuments } from "./commands.ts";
export { documentMails } from "./mails.ts";
export { sendExpiryReminders } from "./reminders.ts";
export { documentResources } from "./resources.ts";
export { documentRoutes } from "./routes.ts";
