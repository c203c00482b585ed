/** The sockets of orders, trucks and operators in the AsyncAPI document. No part of the Worker. */
import * as v from "valibot";
import type { Body, Channel, Described } from "../../platform/realtime/documents/channel.ts";
import { GONE, HIDDEN } from "../../platform/realtime/documents/common-entries.ts";
import { pointsSaid, pointsStored } from "../tracking/channels.ts";
import { OrderPositionBody, PositionBody, TruckStateBody } from "./fleet/trucks/entries.ts";
import { PositionsBody, TicketChangeBody } from "./live/entries.ts";
import { ArrivedBody, OfferBody, OrderChangeBody, PaymentBody, StatusBody } from "./orders/entries.ts";

const order = "0b4a4c1e-7b62-4f0a-93b5-3d1c5f1a9e77";
const position = {
  tow_truck_id: "4",
  latitude: 55.7512,
  longitude: 37.6184,
  updated_at: "2026-05-04T09:30:00.000+00:00",
};

/** A frame of the documented dialect: the position, and what it belongs to. */
function located(type: "initial" | "update", owner: "order_id" | "tow_truck_id", summary: string): Described {
  const [id, text] =
    owner === "order_id" ? [order, "The order's uuid."] : ["4", "The truck's number, as a string."];
  return {
    schema: v.object({ type: v.literal(type), location: PositionBody, [owner]: v.string() }),
    summary,
    example: { type, location: position, [owner]: id },
    fields: { location: "Where the truck is.", [owner]: text },
  };
}

const status: Body = {
  schema: StatusBody,
  summary: "The order has a new status or a new truck.",
  example: { order, status: "ASSIGNED", old_status: "CONFIRMED", tow_truck: 4 },
};
const arrived: Body = {
  schema: ArrivedBody,
  summary: "The truck is at the pickup.",
  example: { order, tow_truck: 4 },
};
const shownPosition: Body = {
  schema: OrderPositionBody,
  summary: "Where the order's truck is, at most once a second.",
  example: { ...position, order_id: order, distance_m: 1840, eta_seconds: 266 },
};
/** Older versions stored positions in the order's journal. */
const storedPosition: Body = {
  ...shownPosition,
  summary: "Where the truck was. Only old orders have such entries: now positions are `latest` frames.",
};
const orderDocumented = {
  description:
    "as Tow Truck documents it, the server sends positions only. Frames of the client are ignored.",
  fromClient: {},
  fromServer: {
    initial: located("initial", "order_id", "The first frame, when the truck's position is known."),
    update: located("update", "order_id", "The truck has moved."),
  },
};

const orderChannel: Channel = {
  name: "order",
  title: "Order",
  address: "/ws/orders/{id}/location/",
  id: "The order's uuid.",
  room: "order:<uuid>",
  description: "An order from the call to its end: statuses, offers, payments, and where its truck is.",
  access:
    "the order's client, its driver, operators and staff. Nobody writes here: orders are changed through REST. Clients and drivers get offers as `hidden`, drivers payments, too. Operators and staff are shown which of them have the order open (`presence`); clients and drivers are not.",
  credential: "required",
  says: {},
  entries: {
    status,
    arrived,
    offer: {
      schema: OfferBody,
      summary: "A truck is offered the order, or none is left to ask. For operators only.",
      example: { order, state: "open", tow_truck: 4, expires_at: "2026-05-04T09:30:20.000Z" },
    },
    payment: {
      schema: PaymentBody,
      summary: "A payment was declared or settled. For the client and operators.",
      example: { order, payment: 31, status: "COMPLETED", amount: "4500.00" },
    },
    position: storedPosition,
    hidden: HIDDEN,
    gone: GONE,
  },
  latest: { position: shownPosition },
  showsPresence: true,
  documented: orderDocumented,
};

const sharedChannel: Channel = {
  name: "shared",
  title: "Shared order",
  address: "/ws/track/{id}/",
  id: "The token of the order's public link.",
  room: null,
  description:
    "An order as the public sees it: its statuses since the link was made, and its truck while it has the job.",
  access:
    "anybody with the link, without a credential. The socket closes when the link ends, at the latest an hour after the order is over. Offers, payments and arrivals are `hidden`.",
  credential: "none",
  says: {},
  entries: { status, position: storedPosition, hidden: HIDDEN, gone: GONE },
  latest: { position: shownPosition },
  documented: orderDocumented,
};

const truckChannel: Channel = {
  name: "truck",
  title: "Truck",
  address: "/ws/tow-trucks/{id}/location/",
  id: "The truck's number, or a uuid that holds it.",
  room: "truck:4",
  description: "Where a truck is. Its driver reports, operators follow.",
  access: "the truck's driver, who writes; operators and staff, who read.",
  credential: "required",
  says: { points: pointsSaid },
  entries: {
    points: {
      ...pointsStored,
      schema: v.object({
        tow_truck_id: v.pipe(v.string(), v.description("The truck's number, as a string.")),
        ...pointsStored.schema.entries,
      }),
      summary: "Positions that the driver's app reported, as they are stored.",
      example: { tow_truck_id: "4", ...pointsStored.example },
    },
    position: { schema: PositionBody, summary: "A position that came by REST.", example: position },
    gone: GONE,
  },
  documented: {
    description:
      "as Tow Truck documents it, the server sends positions only. Frames of the client are ignored.",
    fromClient: {},
    fromServer: {
      initial: located("initial", "tow_truck_id", "The first frame, when the truck's position is known."),
      update: located("update", "tow_truck_id", "The truck has moved."),
    },
  },
};

const opsChannel: Channel = {
  name: "ops",
  title: "Operations",
  address: "/ws/ops/",
  room: "ops:all",
  description: "For operators: what happens to all trucks, orders and tickets.",
  access: "operators and staff. Nobody writes here.",
  credential: "required",
  says: {},
  entries: {
    position: {
      schema: TruckStateBody,
      summary: "A truck has a new status.",
      example: { ...position, status: "BUSY" },
    },
    order: {
      schema: OrderChangeBody,
      summary: "An order has a new status or a new truck.",
      example: { id: order, status: "ASSIGNED", tow_truck_id: 4 },
    },
    ticket: {
      schema: TicketChangeBody,
      summary: "A support ticket has changed or has a new message. Read it through REST.",
      example: { id: "c0a1f8f4-2f1d-4a57-8d0e-5b2f1c7f9a10" },
    },
  },
  latest: {
    positions: {
      schema: PositionsBody,
      summary: "Trucks that have moved, in one frame a second.",
      example: { trucks: [[4, 55.7512, 37.6184, 1777887000000]] },
    },
  },
  documented: null,
};

export const dispatchChannels: readonly Channel[] = [orderChannel, sharedChannel, truckChannel, opsChannel];
