/** Find Friend's users, their events, requests and cities, set up through the API. */

import { someone } from "../dialects/find-friend/people.ts";
import { type Answer, type CallOptions, call, get, patch, post, rows, unique } from "../harness/api.ts";

export const EVENTS = "/api/v1/events/";
export const PARTICIPATION = "/api/v1/participation/";

/** A registered user of Find Friend, with the options to call as them. */
export interface Guest {
  readonly id: number;
  readonly email: string;
  readonly with: CallOptions;
}

/** Registers a user. */
export async function guest(changes: Record<string, string> = {}): Promise<Guest> {
  const { email, key } = await someone(changes);
  const [user] = await rows<{ id: number }>("SELECT id FROM users WHERE email = ?", email);
  return { id: user?.id ?? 0, email, with: { key } };
}

/** A valid body for a new event, with changes. */
export const plan = (changes: object = {}) => ({
  name: unique("Поход"),
  description: "В горы и обратно",
  event_type: "Туризм",
  start_date: "2031-05-01T12:00:00+03:00",
  ...changes,
});

/** Posts a new event and returns the answer. */
export const postEvent = (host: Guest, changes: object = {}): Promise<Answer> =>
  post(EVENTS, plan(changes), host.with);

/** Creates an event and returns its number. */
export async function createEvent(host: Guest, changes: object = {}): Promise<number> {
  const { status, body } = await postEvent(host, changes);
  if (status !== 201) throw new Error(`event: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** The path of an event in Find Friend's API. */
export const eventPath = (id: number) => `${EVENTS}${id}/`;
/** Changes an event by PATCH. */
export const change = (who: Guest, id: number, body: object) => patch(eventPath(id), body, who.with);

/** Posts a request to take part and returns the answer. */
export const ask = (who: Guest, event: number) => post(PARTICIPATION, { event }, who.with);

/** Creates a request to take part and returns its number. */
export async function createRequest(who: Guest, event: number): Promise<number> {
  const { status, body } = await ask(who, event);
  if (status !== 201) throw new Error(`participation: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** Accepts or declines a request. */
export const decide = (who: Guest, request: number, verb: "accept" | "decline") =>
  call("POST", `${PARTICIPATION}${request}/${verb}/`, who.with);

/** A request as its applicant reads it. */
export const requestOf = async (who: Guest, request: number) =>
  (await get(`${PARTICIPATION}${request}/`, who.with)).body;

/** The numbers of an event's members. */
export const memberIds = async (event: number): Promise<number[]> =>
  (await get(eventPath(event))).body.members.map(({ id }: { id: number }) => id);

export interface Told {
  readonly type: string;
  readonly message: string;
  readonly about: string | null;
}

/** A user's notifications, in order. */
export const toldOf = ({ id }: Guest) =>
  rows<Told>("SELECT type, message, about FROM notifications WHERE user_id = ? ORDER BY id", id);

/** Inserts a new city at a place. */
export async function city(latitude = 55.7558, longitude = 37.6173): Promise<{ id: number; name: string }> {
  const [made] = await rows<{ id: number; name: string }>(
    "INSERT INTO cities (id, name, latitude, longitude) VALUES (abs(random() % 1000000000) + 10000, ?, ?, ?) RETURNING id, name",
    unique("Город"),
    latitude,
    longitude,
  );
  return made ?? { id: 0, name: "" };
}

/** Sets a user's place and their consent to be located. */
export async function locate({ id }: Guest, latitude: number | null, longitude: number | null, allowed = 1) {
  await rows(
    `INSERT INTO social_profiles (user_id, is_geoip_allowed, latitude, longitude) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET is_geoip_allowed = ?2, latitude = ?3, longitude = ?4`,
    id,
    allowed,
    latitude,
    longitude,
  );
}

/** Sets a user's birthday. */
export const birthday = ({ id }: Guest, day: string) =>
  rows(
    "INSERT INTO profiles (user_id, birthday) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET birthday = ?2",
    id,
    day,
  );
