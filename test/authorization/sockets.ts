/** The matrix of sockets: 101 is a native socket with its welcome, 4xxx the code it was closed with, else the refusal. */
import { rows } from "../harness/api.ts";
import { chatOf } from "./tables/chats.ts";
import { truckPath } from "./tables/fleet.ts";
import { order } from "./tables/orders.ts";
import { ticketOf } from "./tables/support.ts";
import { eventOf, type Person, type Table } from "./world.ts";

const members = [401, 101, 101, 101, 101, 101] as const;

const at = (path: (owner: Person) => Promise<string> | string) => async (owner: Person) => ({
  path: await path(owner),
});

async function eventNumber(owner: Person): Promise<number> {
  const [event] = await rows<{ id: number }>("SELECT id FROM events WHERE uuid = ?", await eventOf(owner));
  return event?.id ?? 0;
}

export const sockets: Table = {
  // By its number for signed-in people; by its uuid for anybody, as AlphaBet documents it.
  "/ws/events/:id": {
    responses: members,
    ask: at(async (owner) => `/ws/events/${await eventNumber(owner)}/`),
  },
  "/ws/events/:id uuid": {
    responses: [101, 101, 101, 101, 101, 101],
    ask: at(async (owner) => `/ws/events/${await eventOf(owner)}/`),
  },
  "/ws/chat/:id": {
    responses: [403, 403, 101, 403, 403, 101],
    ask: at(async (owner) => `/ws/chat/${await chatOf(owner)}/`),
  },
  "/ws/me": { responses: members, ask: at(() => "/ws/me/") },
  "/ws/location": {
    responses: [4003, 101, 101, 101, 101, 101],
    signedOut: 4003,
    ask: at(() => "/ws/location/"),
  },
  "/ws/users/:id/location": {
    responses: [401, 404, 101, 404, 404, 101],
    ask: at(({ id }) => `/ws/users/${id}/location/`),
  },
  "/ws/orders/:id/location": {
    responses: [401, 403, 101, 403, 101, 101],
    ask: at(async (owner) => `/ws/orders/${await order(owner)}/location/`),
  },
  "/ws/track/:id": {
    responses: [404, 404, 404, 404, 404, 404],
    signedOut: 404,
    ask: at(() => "/ws/track/nothing/"),
  },
  "/ws/tow-trucks/:id/location": {
    responses: [401, 403, 403, 403, 101, 101],
    ask: at(async () => `/ws/tow-trucks/${(await truckPath()).split("/").at(-2)}/location/`),
  },
  "/ws/ops": { responses: [401, 403, 403, 403, 101, 101], ask: at(() => "/ws/ops/") },
  "/ws/support/tickets/:id": {
    responses: [401, 404, 101, 404, 101, 101],
    ask: at(async (owner) => `/ws/support/tickets/${await ticketOf(owner)}/`),
  },
};
