// A Worker that does nothing, with as many objects as the product.
import { DurableObject } from "cloudflare:workers";

class Empty extends DurableObject {}

export class EventRoom extends Empty {}
export class ChatRoom extends Empty {}
export class InboxRoom extends Empty {}
export class UserRoom extends Empty {}
export class TruckRoom extends Empty {}
export class OrderRoom extends Empty {}
export class TicketRoom extends Empty {}
export class OpsRoom extends Empty {}
export class Roster extends Empty {}
export class Counter extends Empty {}
export class Hasher extends Empty {}
export class Relay extends Empty {}
export class Archivist extends Empty {}
export class WebhookSender extends Empty {}

export default {
  fetch: () => Response.json({ detail: "Not found." }, { status: 404 }),
  queue() {},
  scheduled() {},
};
