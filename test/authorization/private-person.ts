/** A person with private data who appears in every kind of resource, and the viewers who look at them. */

import { at, carOf, newOrder, ORDERS, tariffRow, truckRow } from "../dispatch/scene.ts";
import { post, rows, unique } from "../harness/api.ts";
import { CAR_POST as CAR } from "../harness/car-post.ts";
import { connectNative } from "../harness/socket.ts";
import { taskRow, warsaw } from "../tracking/fixtures.ts";
import { newPerson, type Person } from "./world.ts";

/** The private values as they would appear in a response. */
export interface Secrets {
  /** Generated from a former phone. */
  readonly username: string;
  readonly phone: string;
  readonly email: string;
  readonly birthday: string;
}
export type Secret = keyof Secrets;

export const VIEWERS = [
  "anonymous",
  "stranger",
  "fellow",
  "friend",
  "client",
  "driver",
  "operator",
  "staff",
  "self",
] as const;
export type Viewer = (typeof VIEWERS)[number];

export interface PrivatePerson {
  readonly person: Person;
  readonly secrets: Secrets;
  readonly viewers: Readonly<Record<Viewer, Person | null>>;
  /** `METHOD /path` of the matrix → the path of a thing that shows the person. */
  readonly places: Readonly<Record<string, string>>;
  readonly eventUuid: string;
}

const digits = (count: number) =>
  Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join("");

async function made(path: string, body: object, { token }: Person) {
  const { status, body: answer } = await post(path, body, { token });
  if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

async function friends(one: Person, other: Person): Promise<number> {
  const [low, high] = [Math.min(one.id, other.id), Math.max(one.id, other.id)];
  await rows(
    "INSERT INTO friendships (low_id, high_id, initiator_id, created_at) VALUES (?, ?, ?, 1)",
    low,
    high,
    low,
  );
  const [chat] = await rows<{ id: number }>(
    `INSERT INTO chats (initiator_id, receiver_id, low_id, high_id, started_at, active_at)
     VALUES (?1, ?2, ?1, ?2, 1, 1) RETURNING id`,
    low,
    high,
  );
  return chat?.id ?? 0;
}

/** Creates an order of this client that is assigned to this truck. */
async function activeOrder(client: Person, truck: number, tariff: number): Promise<string> {
  const order = await made(ORDERS, newOrder({ vehicle: await carOf(client), tariff }), client);
  await rows("UPDATE orders SET status = 'ASSIGNED', tow_truck_id = ? WHERE id = ?", truck, order.id);
  await rows("UPDATE tow_trucks SET status = 'BUSY' WHERE id = ?", truck);
  await rows(
    `INSERT INTO order_status_history (order_id, old_status, new_status, changed_by, created_at)
     VALUES (?, 'CONFIRMED', 'ASSIGNED', ?, 1)`,
    order.id,
    client.id,
  );
  return order.id;
}

/** Creates the person with all resources and viewers. `names`: first and last name; empty for a person with a username only. */
export async function privatePerson(names: readonly [string, string]): Promise<PrivatePerson> {
  const person = await newPerson("driver");
  const secrets = {
    username: `7${digits(11)}`,
    phone: `+7${digits(10)}`,
    email: `${unique("zsecret")}@example.com`,
    birthday: "1991-02-03",
  };
  await rows(
    `UPDATE users SET username = ?2, username_key = ?2, username_is_generated = 1, phone = ?3, email = ?4,
       first_name = ?5, last_name = ?6 WHERE id = ?1`,
    person.id,
    secrets.username,
    secrets.phone,
    secrets.email,
    ...names,
  );
  await rows("UPDATE profiles SET birthday = ? WHERE user_id = ?", secrets.birthday, person.id);
  await rows("INSERT INTO social_profiles (user_id, listed_at) VALUES (?, 1)", person.id);
  const viewers = {
    anonymous: null,
    stranger: await newPerson("stranger"),
    fellow: await newPerson("stranger"),
    friend: await newPerson("stranger"),
    client: await newPerson("stranger"),
    driver: await newPerson("driver"),
    operator: await newPerson("operator"),
    staff: await newPerson("staff"),
    self: person,
  };
  const { fellow, friend, client, driver, operator } = viewers;
  const chat = await friends(person, friend);
  const socket = await connectNative(`/ws/chat/${chat}/`, person.token);
  socket.send({ t: "say", ref: "a", kind: "message", body: { text: "слово" } });
  await socket.next(({ t }) => t === "ack");
  socket.close();

  await made("/api/v1/friends/", { to_user: fellow.id }, person);
  await rows(
    "INSERT INTO blocks (user_id, blocked_id, created_at) VALUES (?, ?, 1)",
    viewers.stranger.id,
    person.id,
  );
  const [starting_time, end_time] = ["2031-01-01T10:00Z", "2031-01-01T11:00Z"];
  const event = await made(
    "/api/events/",
    {
      name: "Ride",
      starting_time,
      end_time,
      location: "Bridge",
      participants: [`user-${person.id}`, fellow.username],
    },
    fellow,
  );
  const asked = await made(
    "/api/v1/events/",
    { name: "Поход", description: "В горы", event_type: "Туризм", start_date: "2031-05-01" },
    fellow,
  );
  const request = await made("/api/v1/participation/", { event: asked.id }, person);

  const tariff = await tariffRow();
  const [free, busy, others] = [
    await truckRow({ tariff, driver: person.id }),
    await truckRow({ tariff, driver: person.id }),
    await truckRow({ tariff, driver: driver.id }),
  ];
  const ordered = await activeOrder(person, others, tariff);
  const served = await activeOrder(client, busy, tariff);
  const ticket = await made("/api/v1/support/tickets/", { subject: "A", description: "B" }, person);
  await made(`/api/v1/support/tickets/${ticket.id}/messages/`, { body: "C" }, operator);
  const task = await taskRow();
  await rows("UPDATE tasks SET assigned_to = ? WHERE id = ?", person.id, task);
  const report = await made("/api/location-reports/", { location: warsaw }, person);
  const post1 = await made("/api/v1/carposts/", CAR, person);
  await made("/api/v1/calculator/", { app_income: "1.00" }, person);
  await made("/api/v1/documents/", { name: "A" }, person);

  const users = "/api/v1/users";
  const prefixed = Object.fromEntries(
    ["/api", "/api/v1"].flatMap((prefix) => [
      [`GET ${prefix}/tasks/:id{\\d+}`, `${prefix}/tasks/${task}/`],
      [`GET ${prefix}/location-reports/:id{\\d+}`, `${prefix}/location-reports/${report.id}/`],
      [
        `GET ${prefix}/location-reports/user-track/:id{\\d+}`,
        `${prefix}/location-reports/user-track/${person.id}/`,
      ],
      [`GET ${prefix}/carposts/:id`, `${prefix}/carposts/${post1.id}/`],
    ]),
  );
  const places = {
    ...prefixed,
    "GET /api/user/:id": `/api/user/${person.id}/`,
    "GET /api/event/:id": `/api/event/${event.id}/`,
    "GET /api/search_event/:location": "/api/search_event/Bridge/",
    [`GET ${users}`]: `${users}/?limit=100`,
    [`GET ${users}/:id{\\d+}`]: `${users}/${person.id}/`,
    "GET /api/v1/events/:id": `/api/v1/events/${asked.id}/`,
    "GET /api/v1/participation": `/api/v1/participation/?event=${asked.id}`,
    "GET /api/v1/participation/:id": `/api/v1/participation/${request.id}/`,
    "GET /api/v1/chats/:id": `/api/v1/chats/${chat}/`,
    "GET /api/v1/chats/search": "/api/v1/chats/search/?search=слово",
    "GET /api/v1/orders/:uuid": at(served),
    "GET /api/v1/orders/:uuid (ordered)": at(ordered),
    "GET /api/v1/tow-trucks": `/api/v1/tow-trucks/?vehicle_type=${tariff}`,
    "GET /api/v1/tow-trucks/:id": `/api/v1/tow-trucks/${free}/`,
    "GET /api/v1/support/tickets/:id": `/api/v1/support/tickets/${ticket.id}/`,
    "GET /api/v1/support/tickets/:id/messages": `/api/v1/support/tickets/${ticket.id}/messages/`,
  };
  return { person, secrets, viewers, places, eventUuid: event.id };
}
