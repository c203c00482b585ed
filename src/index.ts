/** The Worker: requests, queue, clock, and the Durable Objects under the names of their bindings. */
import { appFor, gates } from "./app.ts";
import { runtimeOf } from "./env.ts";
import { consume, tick } from "./jobs.ts";
import { chatTenant } from "./modules/chat/index.ts";
import { opsTenant, orderTenant, truckTenant } from "./modules/dispatch/index.ts";
import { eventTenant } from "./modules/events/index.ts";
import { inboxTenant } from "./modules/notifications/index.ts";
import { ticketTenant } from "./modules/support/index.ts";
import { trackTenant } from "./modules/tracking/index.ts";
import { enterOrFault } from "./platform/realtime/handshake.ts";
import { roomObject } from "./platform/realtime/object.ts";
import type { JobMessage } from "./platform/runtime.ts";

export { Hasher } from "./platform/crypto/hasher.ts";
export { Counter } from "./platform/http/counter.ts";
export { Roster } from "./platform/realtime/roster.ts";

const inboxTenantFor = inboxTenant((...asked) => enterOrFault(gates, ...asked));

export class EventRoom extends roomObject(runtimeOf, eventTenant) {}
export class ChatRoom extends roomObject(runtimeOf, chatTenant) {}
export class InboxRoom extends roomObject(runtimeOf, inboxTenantFor) {}
export class UserRoom extends roomObject(runtimeOf, trackTenant) {}
export class TruckRoom extends roomObject(runtimeOf, truckTenant) {}
export class OrderRoom extends roomObject(runtimeOf, orderTenant) {}
export class TicketRoom extends roomObject(runtimeOf, ticketTenant) {}
export class OpsRoom extends roomObject(runtimeOf, opsTenant) {}

export default {
  fetch: (request, env, context) => appFor(runtimeOf(env)).fetch(request, env, context),
  queue: (batch, env, context) => consume(runtimeOf(env), batch, context),
  scheduled: (controller, env, context) => tick(runtimeOf(env), controller, context),
} satisfies ExportedHandler<Cloudflare.Env, JobMessage>;
