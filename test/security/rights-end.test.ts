/**
 * Everything that can end a right × every kind of socket that depends on it: each is closed with 4003, or unsubscribed,
 * within a second, receives nothing after that, and does not come back by a right that was held since before.
 */
import { describe, expect, test } from "vitest";
import { newPerson } from "../authorization/world.ts";
import { chatters } from "../chat/friends.ts";
import { move, orderIn, scene, truckRow } from "../dispatch/scene.ts";
import { type Answer, del, type Person, patch, post, put, rows, staffMember } from "../harness/api.ts";
import { accessOf, cold } from "../harness/cold.ts";
import { connect, connectNative, dial } from "../harness/socket.ts";
import { block, ME } from "../social/social.ts";
import { allow, report } from "../tracking/visibility/relations.ts";
import {
  closed,
  fellows,
  friends,
  header,
  type Listener,
  type Pair,
  subscribed,
  watching,
  within,
} from "./watchers.ts";

const staffOf = async (): Promise<Person> => staffMember();
const asStaff = ({ token }: Person) => ({ token, headers: { "if-match": "*" } });
const form = (fields: Record<string, string>) => new URLSearchParams(fields);

const pairId = ({ owner, watcher }: Pair) =>
  `${Math.min(owner.id, watcher.id)}:${Math.max(owner.id, watcher.id)}`;

type Act = (pair: Pair) => Promise<Pick<Answer, "status">>;

/** Causes that end every right to watch: consent, blocks and accounts. */
const ANY_RIGHT: Readonly<Record<string, Act>> = {
  "the owner takes their consent back": ({ owner }) => allow(owner, false),
  "the owner takes it back by a PUT": ({ owner }) =>
    put(
      ME,
      { email: owner.email, first_name: "Иван", last_name: "Петров", is_geoip_allowed: false },
      { key: owner.key },
    ),
  "the owner leaves the box out of a form": ({ owner }) =>
    put(ME, form({ email: owner.email, first_name: "Иван", last_name: "Петров" }), { key: owner.key }),
  "staff takes the consent back": async ({ owner }) =>
    patch(`/api/admin/profiles/${owner.id}/`, { is_geoip_allowed: false }, asStaff(await staffOf())),
  "staff deletes the profile": async ({ owner }) =>
    del(`/api/admin/profiles/${owner.id}/`, undefined, asStaff(await staffOf())),
  "the owner blocks the watcher": ({ owner, watcher }) => block(owner, watcher),
  "the watcher blocks the owner": ({ owner, watcher }) => block(watcher, owner),
  "staff writes the block": async ({ owner, watcher }) =>
    post("/api/admin/blocks/", { user: owner.id, blocked_user: watcher.id }, asStaff(await staffOf())),
  "the owner deletes their account": ({ owner }) => del(ME, undefined, { key: owner.key }),
  "staff deletes the owner's account": async ({ owner }) =>
    del(`/api/admin/users/${owner.id}/`, undefined, asStaff(await staffOf())),
  "staff closes the owner's account": async ({ owner }) =>
    patch(`/api/admin/users/${owner.id}/`, { is_active: false }, asStaff(await staffOf())),
};

const FRIENDSHIP: Readonly<Record<string, Act>> = {
  "the owner unfriends": ({ owner }) => patch(ME, { friends: [] }, { key: owner.key }),
  "the watcher unfriends": ({ watcher }) => patch(ME, { friends: [] }, { key: watcher.key }),
  "staff ends the friendship": async (pair) =>
    del(`/api/admin/friendships/${pairId(pair)}/`, undefined, asStaff(await staffOf())),
};

const inOneHour = () => new Date(Date.now() + 3600_000).toISOString();

const FELLOWSHIP: Readonly<Record<string, Act>> = {
  "the event's time comes to its end": async ({ event }) => {
    // Only time passes; nothing is announced.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const [row] = await rows<{ over: number }>(
      "SELECT ends_at <= ? AS over FROM events WHERE id = ?",
      Date.now(),
      event,
    );
    return { status: row?.over === 1 ? 200 : 500 };
  },
  "its creator deletes the event": ({ owner, event }) =>
    del(`/api/v1/events/${event}/`, undefined, { key: owner.key }),
  "staff deletes the event": async ({ event }) =>
    del(`/api/admin/events/${event}/`, undefined, asStaff(await staffOf())),
  "its creator moves the event to later": ({ owner, event }) =>
    patch(
      `/api/v1/events/${event}/`,
      { start_date: inOneHour(), end_date: "2031-05-01T12:00:00Z" },
      { key: owner.key },
    ),
  "staff moves the event to later": async ({ event }) =>
    patch(
      `/api/admin/events/${event}/`,
      { starts_at: inOneHour(), ends_at: "2031-05-01T12:00:00Z" },
      asStaff(await staffOf()),
    ),
  "the watcher leaves": ({ watcher, event }) =>
    post(`/api/v1/events/${event}/leave/`, undefined, { key: watcher.key }),
  "the owner leaves": ({ owner, event }) =>
    post(`/api/v1/events/${event}/leave/`, undefined, { key: owner.key }),
  "the watcher takes their request back": async ({ watcher, event }) => {
    const [request] = await rows<{ id: number }>(
      `INSERT INTO participation_requests (event_id, user_id, status, created_at, updated_at)
       VALUES (?, ?, 'Accepted', 0, 0) RETURNING id`,
      event,
      watcher.id,
    );
    return del(`/api/v1/participation/${request?.id}/`, undefined, { key: watcher.key });
  },
  "its creator takes the watcher out": ({ owner, event }) =>
    patch(`/api/v1/events/${event}/`, { members: [{ id: owner.id }] }, { key: owner.key }),
  "staff takes the watcher out": async ({ watcher, event }) =>
    del(`/api/admin/event-members/${event}:${watcher.id}/`, undefined, asStaff(await staffOf())),
};

/** Who may come back to which socket, with the token that they hold since before. */
interface Return {
  readonly path: string;
  readonly token: string;
}

/** By now the registry holds the right, and an isolate that knows nothing is not to let anybody in by it. */
async function expectNoReturn(returns: readonly Return[]): Promise<void> {
  for (const { path, token } of returns) {
    for (const options of [
      { protocols: ["caravan.v1", `auth.${token}`] },
      { protocols: ["Bearer", token] },
    ]) {
      const result = await cold(() => dial(path, options));
      expect([401, 403, 404], path).toContain("refusal" in result ? result.refusal.status : 101);
    }
  }
}

const returnOf = async (path: string, { id }: { id: number }): Promise<Return> => ({
  path,
  token: await accessOf(id),
});

/** Performs the act, and expects that every listener ends with 4003, receives nothing after that, and does not come back. */
async function expectEnd(
  pair: Pair,
  listeners: readonly Listener[],
  act: Act,
  returns: readonly Return[],
): Promise<void> {
  const ends = listeners.map(({ ended }) => ended());
  const { status } = await act(pair);
  expect(status, "the act itself").toBeLessThan(300);
  const found = await Promise.all(ends.map((end) => within(end)));
  expect(found).toEqual(listeners.map(() => 4003));
  await report(pair.owner).catch(() => {});
  for (const { socket } of listeners)
    expect(await socket.silent(({ t, kind }) => t === "entry" && kind === "points", 50)).toBe(true);
  await expectNoReturn(returns);
}

describe("a friend who watches is out at once when", () => {
  test.each(Object.entries({ ...ANY_RIGHT, ...FRIENDSHIP }))(
    "A watcher's socket or subscription is closed at once when %s.",
    async (_, act) => {
      const pair = await friends();
      const path = `/ws/users/${pair.owner.id}/location/`;
      await expectEnd(pair, await watching(pair), act, [await returnOf(path, pair.watcher)]);
    },
  );
});

describe("a fellow participant who watches is out at once when", () => {
  test.each(Object.entries({ ...ANY_RIGHT, ...FELLOWSHIP }))(
    "A watcher's socket or subscription is closed at once when %s.",
    async (name, act) => {
      const pair = await fellows(name.includes("its end") ? 1800 : undefined);
      const path = `/ws/users/${pair.owner.id}/location/`;
      await expectEnd(pair, await watching(pair), act, [await returnOf(path, pair.watcher)]);
    },
  );
});

describe("both sides of a chat are out at once when", () => {
  const causes = Object.entries({ ...ANY_RIGHT, ...FRIENDSHIP }).filter(([name]) =>
    /block|unfriend|friendship/.test(name),
  );
  test.each(causes)("A watcher's socket or subscription is closed at once when %s.", async (_, act) => {
    const { one: owner, other: watcher, chat } = await chatters();
    const path = `/ws/chat/${chat}/`;
    const listeners = await Promise.all(
      [owner, watcher].flatMap((who) => [
        connectNative(path, who.key).then(closed),
        connect(path, header(who)).then(closed),
        subscribed(who, `chat:${chat}`),
      ]),
    );
    const returns = [await returnOf(path, owner), await returnOf(path, watcher)];
    await expectEnd({ owner, watcher, event: 0 }, listeners, act, returns);
  });
});

describe("a driver is out at once of", () => {
  const sockets = async (path: string, room: string, { token }: { token: string }) => [
    closed(await connectNative(path, token)),
    closed(await connect(`${path}?token=${token}`)),
    await subscribed({ key: token }, room),
  ];

  test("A driver loses access at once to an order that is assigned to another truck.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const heir = await newPerson("driver");
    const spare = await truckRow({ tariff: there.tariff, driver: heir.id });
    const listeners = await sockets(`/ws/orders/${id}/location/`, `order:${id}`, there.driver);
    const ends = listeners.map(({ ended }) => ended());
    expect((await move(there.operator, id, { tow_truck: spare })).status).toBe(200);
    expect(await Promise.all(ends.map((end) => within(end)))).toEqual([4003, 4003, 4003]);
    await expectNoReturn([{ path: `/ws/orders/${id}/location/`, token: there.driver.token }]);
  });

  test.each(["/api/v1/tow-trucks/", "/api/admin/tow-trucks/"])(
    "A driver loses access at once to a truck that is given to another driver by %s.",
    async (path) => {
      const there = await scene();
      const heir = await newPerson("driver");
      const room = `truck:${there.truck}`;
      const listeners = await sockets(`/ws/tow-trucks/${there.truck}/location/`, room, there.driver);
      const ends = listeners.map(({ ended }) => ended());
      const options = { token: there.operator.token, headers: { "if-match": "*" } };
      const { status } = await patch(`${path}${there.truck}/`, { driver: heir.id }, options);
      expect(status).toBe(200);
      expect(await Promise.all(ends.map((end) => within(end)))).toEqual([4003, 4003, 4003]);
      await expectNoReturn([{ path: `/ws/tow-trucks/${there.truck}/location/`, token: there.driver.token }]);
    },
  );
});
