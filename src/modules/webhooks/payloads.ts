/**
 * The shape of each event's `data`, for the API documents and the tests; the Worker does not load it. Thin on purpose: ids,
 * states and what a receiver needs to decide whether to read more through the API.
 */
import { z } from "../../platform/zod.ts";
import { EVENT_TYPES, type EventType, TYPE_NAMES } from "./types.ts";

const id = z.number().int();
const uuid = z.uuid();
const state = z.string();
const instant = z.iso.datetime();
/** Roubles with two decimals, as everywhere in the API. */
const amount = z.string();

const order = {
  id: uuid,
  status: state,
  client: id,
  tow_truck: id.nullable(),
  vehicle_type: id,
  priority: state,
  estimated_price: amount.nullable(),
  final_price: amount.nullable(),
  scheduled_time: instant.nullable(),
};
const offer = {
  id,
  order: uuid,
  tow_truck: id,
  round: id,
  status: state,
  /** Metres from the truck to the pickup. */
  distance: id,
  expires_at: instant,
};
const payment = { id, order: uuid, status: state, payment_method: state, amount };
const event = {
  id,
  uuid,
  name: z.string(),
  creator: id.nullable(),
  audience: state,
  city: id.nullable(),
  max_members: id.nullable(),
  /** IANA name; null for the server's default. */
  time_zone: z.string().nullable(),
  starts_at: instant,
  ends_at: instant.nullable(),
};
const member = { event: id, uuid, user: id };
const ticket = {
  id: uuid,
  author: id,
  status: state,
  priority: state,
  assigned_to: id.nullable(),
  related_order: uuid.nullable(),
};

const DATA: Record<EventType, Readonly<Record<string, z.ZodType>>> = {
  "order.created": order,
  "order.updated": { ...order, previous_status: state },
  "order.deleted": { id: uuid },
  "offer.created": offer,
  "offer.updated": offer,
  "payment.created": payment,
  "payment.updated": { ...payment, previous_status: state },
  "event.created": event,
  "event.updated": event,
  "event.deleted": { id, uuid },
  "event.member_added": { ...member, is_organizer: z.boolean() },
  "event.member_removed": member,
  "ticket.created": ticket,
  "ticket.updated": { ...ticket, previous_status: state },
  "ticket.message_added": { id: uuid, ticket: uuid, author: id, is_internal: z.boolean() },
  "truck.position": { tow_truck: id, latitude: z.number(), longitude: z.number(), located_at: instant },
};

/** The body of a request for an event of this type. */
export function payloadOf(type: EventType): z.ZodObject {
  return z.object({ type: z.literal(type), timestamp: instant, data: z.object(DATA[type]) });
}

/** For the `webhooks` section of the OpenAPI document: name, when it is told, the body. */
export const documentedWebhooks = () =>
  TYPE_NAMES.map((name) => ({ name, summary: EVENT_TYPES[name].en, body: payloadOf(name) }));
