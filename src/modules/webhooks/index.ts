/** Public API of the webhooks module. What happened is written by triggers: no module calls this one to tell of it. */

export { webhookMails } from "./mails.ts";
export { dueEndpoints, exportWebhooks } from "./queries.ts";
export { webhookResources } from "./resources.ts";
export { webhookRoutes } from "./routes.ts";
export { type Sender, webhookSender } from "./sender.ts";
export { eraseWebhooks, purgeWebhooks, sweepWebhooks, wakeSenders } from "./upkeep.ts";
