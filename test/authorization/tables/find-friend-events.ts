/** The matrix of Find Friend's events: everybody reads them, organizers change them and decide who takes part. */
import { get, post } from "../../harness/api.ts";
import { everybody, members, newPerson, ownerOnly, ownerOrStaff, type Person, type Table } from "../world.ts";

const EVENTS = "/api/v1/events/";
const PARTICIPATION = "/api/v1/participation/";

const eventDetails = { name: "Поход", description: "В горы", event_type: "Туризм", start_date: "2031-05-01" };
const placed = { ...eventDetails, latitude: 55.75, longitude: 37.61 };

const eventDetailsOf = async ({ token }: Person, body: object = eventDetails): Promise<number> =>
  (await post(EVENTS, body, { token })).body.id;

/** A stranger's request to take part in an event of the owner. */
async function requestOf(applicant: Person, host: Person): Promise<number> {
  const event = await eventDetailsOf(host);
  return (await post(PARTICIPATION, { event }, { token: applicant.token })).body.id;
}

const one = async (owner: Person) => `${EVENTS}${await eventDetailsOf(owner)}/`;
const ownRequest = async (owner: Person) =>
  `${PARTICIPATION}${await requestOf(owner, await newPerson("stranger"))}/`;
const askedOf = async (owner: Person) =>
  `${PARTICIPATION}${await requestOf(await newPerson("stranger"), owner)}/`;

export const findFriendEvents: Table = {
  "GET /api/v1/events": { responses: everybody(200) },
  "POST /api/v1/events": { responses: members(201), ask: () => ({ body: eventDetails }) },
  "GET /api/v1/events/distances": { responses: members(200) },
  "GET /api/v1/events/:id": {
    responses: everybody(200),
    ask: async (owner) => ({ path: await one(owner) }),
  },
  "GET /api/v1/events/:id/geolocation": {
    responses: members(200),
    ask: async (owner) => ({ path: `${EVENTS}${await eventDetailsOf(owner, placed)}/geolocation/` }),
  },
  // Nobody of them lets themselves be located.
  "GET /api/v1/events/:id/distance": {
    responses: members(404),
    ask: async (owner) => ({ path: `${EVENTS}${await eventDetailsOf(owner, placed)}/distance/` }),
  },
  "GET /api/v1/events/calendar": { responses: members(200) },
  // Opened by the signature in its address, for every role.
  "GET /api/v1/events/calendar.ics": {
    responses: everybody(200),
    ask: async ({ token }) => {
      const { url } = (await get(`${EVENTS}calendar/`, { token })).body;
      return { path: url.replace("http://caravan.test", "") };
    },
  },
  "GET /api/v1/events/:id/calendar.ics": {
    responses: everybody(200),
    ask: async (owner) => ({ path: `${await one(owner)}calendar.ics` }),
  },
  "PUT /api/v1/events/:id": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ path: await one(owner), body: eventDetails }),
  },
  "PATCH /api/v1/events/:id": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ path: await one(owner), body: { name: "Сплав" } }),
  },
  "DELETE /api/v1/events/:id": {
    responses: ownerOrStaff(204),
    ask: async (owner) => ({ path: await one(owner) }),
  },
  // The maker of an event is its first member.
  "POST /api/v1/events/:id/accept": {
    responses: ownerOnly(204),
    ask: async (owner) => ({ path: `${await one(owner)}accept/` }),
  },
  "POST /api/v1/events/:id/leave": {
    responses: ownerOnly(204),
    ask: async (owner) => ({ path: `${await one(owner)}leave/` }),
  },
  "GET /api/v1/participation": { responses: members(200) },
  // The event is the owner's, who can't ask to take part in it.
  "POST /api/v1/participation": {
    responses: [401, 201, 400, 201, 201, 201],
    ask: async (owner) => ({ body: { event: await eventDetailsOf(owner) } }),
  },
  "GET /api/v1/participation/:id": {
    responses: ownerOnly(200),
    ask: async (owner) => ({ path: await ownRequest(owner) }),
  },
  "DELETE /api/v1/participation/:id": {
    responses: ownerOnly(204),
    ask: async (owner) => ({ path: await ownRequest(owner) }),
  },
  "POST /api/v1/participation/:id/accept": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ path: `${await askedOf(owner)}accept/` }),
  },
  "POST /api/v1/participation/:id/decline": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ path: `${await askedOf(owner)}decline/` }),
  },
};
