/** Public API of the webhooks module. What happened is written by triggers: no module calls this one to tell of it. */

export { webhookMails } from "./delivery/mails.ts";
export { type Sender, webhookSender } from "./delivery/sender.ts";
export { eraseWebhooks, purgeWebhooks, sweepWebhooks, wakeSenders } from "./delivery/upkeep.ts";
export { dueEndpoints, exportWebhooks } from "./endpoints/queries.ts";
export { webhookResources } from "./endpoints/resources.ts";
export { webhookRoutes } from "./endpoints/routes.ts";
