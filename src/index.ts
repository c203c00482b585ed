/** The Worker: fetch, queue and cron handlers, and the Durable Object classes by their binding names. */
import { appFor, authorizers } from "./app.ts";
import { runtimeOf } from "./env.ts";
import { consumeQueue, runSchedule } from "./jobs.ts";
import { chatRoomHandler } from "./modules/chat/index.ts";
import { opsRoomHandler, orderRoomHandler, truckRoomHandler } from "./modules/dispatch/index.ts";
import { eventRoomHandler } from "./modules/events/index.ts";
import { inboxRoomHandler } from "./modules/notifications/index.ts";
import { ticketRoomHandler } from "./modules/support/index.ts";
import { trackRoomHandler } from "./modules/tracking/index.ts";
import { webhookSender } from "./modules/webhooks/index.ts";
import { authorizeOrFault } from "./platform/realtime/handshake/subscription.ts";
import { roomObject } from "./platform/realtime/object.ts";
import { relayObject } from "./platform/realtime/relay/object.ts";
import type { JobMessage } from "./platform/runtime.ts";

export { Hasher } from "./platform/crypto/hasher.ts";
export { Counter } from "./platform/http/limits/counter.ts";
export { ConnectionRegistry as Roster } from "./platform/realtime/handshake/connection-registry.ts";
export { Archivist } from "./platform/realtime/log/archive/archivist.ts";

const inboxHandlerFor = inboxRoomHandler((...asked) => authorizeOrFault(authorizers, ...asked));

export class EventRoom extends roomObject(runtimeOf, eventRoomHandler) {}
export class ChatRoom extends roomObject(runtimeOf, chatRoomHandler) {}
export class InboxRoom extends roomObject(runtimeOf, inboxHandlerFor) {}
export class UserRoom extends roomObject(runtimeOf, trackRoomHandler) {}
export class TruckRoom extends roomObject(runtimeOf, truckRoomHandler) {}
export class OrderRoom extends roomObject(runtimeOf, orderRoomHandler) {}
export class TicketRoom extends roomObject(runtimeOf, ticketRoomHandler) {}
export class OpsRoom extends roomObject(runtimeOf, opsRoomHandler) {}
export class WebhookSender extends webhookSender(runtimeOf) {}
export class Relay extends relayObject(runtimeOf, { event: eventRoomHandler, ops: opsRoomHandler }) {}

export default {
  fetch: (request, env, context) => appFor(runtimeOf(env)).fetch(request, env, context),
  queue: (batch, env, context) => consumeQueue(runtimeOf(env), batch, context),
  scheduled: (controller, env, context) => runSchedule(runtimeOf(env), controller, context),
} satisfies ExportedHandler<Cloudflare.Env, JobMessage>;
