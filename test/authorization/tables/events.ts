/** The matrix of events and of tickets to their rooms: everybody signed in may read and create them, the creator may change them. */
import { event, eventOf, members, ownerOrStaff, type Person, type Table } from "../world.ts";

const named = async (owner: Person) => `/api/event/${await eventOf(owner)}/`;

export const events: Table = {
  "GET /api/events": {
    responses: members(200),
    ask: async (owner) => {
      await eventOf(owner);
      return {};
    },
  },
  "POST /api/events": { responses: members(201), ask: () => ({ body: event() }) },
  "GET /api/event/:id": { responses: members(200), ask: async (owner) => ({ path: await named(owner) }) },
  "PUT /api/event/:id": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ path: await named(owner), body: { name: "Changed" } }),
  },
  "DELETE /api/event/:id": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ path: await named(owner) }),
  },
  "GET /api/search_event/:location": {
    responses: members(200),
    ask: () => ({ path: "/api/search_event/bridge/" }),
  },
  "POST /api/batch_events": { responses: members(201), ask: () => ({ body: [event()] }) },
  "PUT /api/batch_events": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ body: [{ id: await eventOf(owner), name: "Changed" }] }),
  },
  "DELETE /api/batch_events": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ body: [await eventOf(owner)] }),
  },
  "POST /api/v1/realtime/ticket": {
    responses: members(201),
    ask: async (owner) => ({ body: { room: `event:${await eventOf(owner)}` } }),
  },
};
