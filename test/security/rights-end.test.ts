/**
 * Whatever can end a right × every kind of socket that stands on it: all of them are closed with 4003, or unsubscribed,
 * within a second, and hear nothing of what comes after.
 */
import { describe, expect, test } from "vitest";
import { mint } from "../authorization/world.ts";
import { chatters } from "../chat/friends.ts";
import { USERS } from "../dialects/find-friend/people.ts";
import { move, orderIn, scene, truckRow } from "../dispatch/scene.ts";
import { type Answer, call, del, type Person, patch, post, put, rows, staffMember } from "../harness/api.ts";
import { connect, connectNative, type Socket } from "../harness/socket.ts";
import { befriend, block, ME, type Member, member } from "../social/social.ts";
import { allow, eventOf, eventOnNow, report } from "../tracking/relations.ts";

interface Pair {
  readonly owner: Member;
  readonly watcher: Member;
  /** An event that is on and that both take part in by their own act; 0 where friendship is what binds them. */
  readonly event: number;
}

const SECOND = 1000;
const within = <T>(work: Promise<T>, patience = SECOND): Promise<T | "late"> =>
  Promise.race([work, new Promise<"late">((resolve) => setTimeout(() => resolve("late"), patience))]);

/** How a socket that listens in a room hears that it may no longer. */
interface Listener {
  readonly socket: Socket;
  readonly ended: () => Promise<unknown>;
}

const closed = (socket: Socket): Listener => ({ socket, ended: async () => (await socket.closed).code });

async function subscribed(who: { readonly key: string }, room: string): Promise<Listener> {
  const socket = await connectNative("/ws/me/", who.key);
  socket.send({ t: "subscribe", room });
  await socket.next(({ t }) => t === "subscribed");
  return {
    socket,
    ended: async () => {
      const { room: left, code } = await socket.next(({ t }) => t === "unsubscribed");
      return left === room ? code : `${left} ${code}`;
    },
  };
}

const header = ({ key }: Member) => ({ headers: { Authorization: `Token ${key}` } });

/** Kinds of sockets in somebody's track room. */
const watching = async ({ owner, watcher }: Pair): Promise<Listener[]> => {
  const path = `/ws/users/${owner.id}/location/`;
  const native = await connectNative(path, watcher.key);
  await native.next();
  // A token that is renewed renews no right.
  native.send({ t: "auth", token: watcher.key });
  return [
    closed(native),
    closed(await connect(path, header(watcher))),
    await subscribed(watcher, `user:${owner.id}`),
  ];
};

const staffOf = async (): Promise<Person> => staffMember();
const asStaff = ({ token }: Person) => ({ token, headers: { "if-match": "*" } });
const form = (fields: Record<string, string>) => new URLSearchParams(fields);
const pairId = ({ owner, watcher }: Pair) =>
  `${Math.min(owner.id, watcher.id)}:${Math.max(owner.id, watcher.id)}`;

type Act = (pair: Pair) => Promise<Pick<Answer, "status">>;

/** What ends whatever lets somebody watch: consent and account. */
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
    // As time does: nobody is told of it.
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

async function friends(): Promise<Pair> {
  const [owner, watcher] = await Promise.all([member(), member()]);
  await befriend(owner, watcher);
  await allow(owner);
  return { owner, watcher, event: 0 };
}

async function fellows(endsIn?: number): Promise<Pair> {
  const [owner, watcher] = await Promise.all([member(), member()]);
  await allow(owner);
  const times = eventOnNow();
  const seen = { id: watcher.id, credential: { key: watcher.key } };
  const endsAt = endsIn === undefined ? times.endsAt : Date.now() + endsIn;
  return { owner, watcher, event: await eventOf(owner, seen, { ...times, endsAt }) };
}

/** Does it, and looks what became of the listeners and whether they hear of anything that comes after. */
async function expectEnd(pair: Pair, listeners: readonly Listener[], act: Act): Promise<void> {
  const ends = listeners.map(({ ended }) => ended());
  const { status } = await act(pair);
  expect(status, "the act itself").toBeLessThan(300);
  const found = await Promise.all(ends.map((end) => within(end)));
  expect(found).toEqual(listeners.map(() => 4003));
  await report(pair.owner).catch(() => {});
  for (const { socket } of listeners)
    expect(await socket.silent(({ t, kind }) => t === "entry" && kind === "points", 50)).toBe(true);
}

describe("a friend who watches is out at once when", () => {
  test.each(Object.entries({ ...ANY_RIGHT, ...FRIENDSHIP }))(
    "A watcher's socket or subscription is closed at once when %s.",
    async (_, act) => {
      const pair = await friends();
      await expectEnd(pair, await watching(pair), act);
    },
  );
});

describe("a fellow participant who watches is out at once when", () => {
  test.each(Object.entries({ ...ANY_RIGHT, ...FELLOWSHIP }))(
    "A watcher's socket or subscription is closed at once when %s.",
    async (name, act) => {
      const pair = await fellows(name.includes("its end") ? 1800 : undefined);
      await expectEnd(pair, await watching(pair), act);
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
    await expectEnd({ owner, watcher, event: 0 }, listeners, act);
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
    const heir = await mint("driver");
    const spare = await truckRow({ tariff: there.tariff, driver: heir.id });
    const listeners = await sockets(`/ws/orders/${id}/location/`, `order:${id}`, there.driver);
    const ends = listeners.map(({ ended }) => ended());
    expect((await move(there.operator, id, { tow_truck: spare })).status).toBe(200);
    expect(await Promise.all(ends.map((end) => within(end)))).toEqual([4003, 4003, 4003]);
  });

  test.each(["/api/v1/tow-trucks/", "/api/admin/tow-trucks/"])(
    "A driver loses access at once to a truck that is given to another driver by %s.",
    async (door) => {
      const there = await scene();
      const heir = await mint("driver");
      const room = `truck:${there.truck}`;
      const listeners = await sockets(`/ws/tow-trucks/${there.truck}/location/`, room, there.driver);
      const ends = listeners.map(({ ended }) => ended());
      const options = { token: there.operator.token, headers: { "if-match": "*" } };
      const { status } = await patch(`${door}${there.truck}/`, { driver: heir.id }, options);
      expect(status).toBe(200);
      expect(await Promise.all(ends.map((end) => within(end)))).toEqual([4003, 4003, 4003]);
    },
  );
});

describe("a right that stays", () => {
  test("A friend keeps watching when a shared event is over.", async () => {
    const pair = await fellows(1200);
    await befriend(pair.owner, pair.watcher);
    const [native] = await watching(pair);
    if (!native) throw new Error("no socket");
    expect(await within(native.ended(), 2000)).toBe("late");
    const latitude = await report(pair.owner);
    const entry = await native.socket.next(({ t }) => t === "entry");
    expect(entry.body.points[0]).toMatchObject({ latitude });
  });

  test("A right that replaces one that ends keeps the socket open.", async () => {
    const pair = await fellows(1500);
    const listeners = await watching(pair);
    await befriend(pair.owner, pair.watcher);
    for (const { ended } of listeners) expect(await within(ended(), 2000)).toBe("late");
    const latitude = await report(pair.owner);
    for (const { socket } of listeners.filter((_, index) => index !== 1)) {
      const entry = await socket.next(({ t, kind }) => t === "entry" && kind === "points");
      expect(entry.body.points[0]).toMatchObject({ latitude });
    }
  });

  test("Staff, the owner and other friends keep their access when a friendship ends.", async () => {
    const pair = await friends();
    const other = await member();
    await befriend(pair.owner, other);
    const staff = await staffMember();
    const path = `/ws/users/${pair.owner.id}/location/`;
    const sockets = await Promise.all([
      connectNative(path, staff.token),
      connectNative(path, other.key),
      connectNative("/ws/location/", pair.owner.key),
    ]);
    await block(pair.owner, pair.watcher);
    const latitude = await report(pair.owner);
    for (const socket of sockets) {
      const entry = await socket.next(({ t }) => t === "entry");
      expect(entry.body.points[0]).toMatchObject({ latitude });
    }
  });
});

describe("a right that begins anew", () => {
  test("A right that is granted again opens the socket at once and shows nothing from before.", async () => {
    const pair = await friends();
    const [native] = await watching(pair);
    const early = await report(pair.owner);
    await native?.socket.next(({ t }) => t === "entry");
    await allow(pair.owner, false);
    expect(await native?.ended()).toBe(4003);
    await allow(pair.owner);
    const again = await connectNative(`/ws/users/${pair.owner.id}/location/?since=0`, pair.watcher.key);
    await again.next(({ t }) => t === "welcome");
    const late = await report(pair.owner);
    const first = await again.next(({ t }) => t === "entry");
    const second = await again.next(({ t }) => t === "entry");
    expect([first, second]).toMatchObject([
      { seq: 1, kind: "hidden", by: null, body: {} },
      { seq: 2, kind: "points", body: { points: [{ latitude: late }] } },
    ]);
    expect(JSON.stringify([first, second])).not.toContain(String(early));
  });

  test("A right that is granted again shows only the newer points of a late batch.", async () => {
    const pair = await friends();
    const [native] = await watching(pair);
    const points = [
      { latitude: 1.25, longitude: 1, at: Date.now() - 3600_000 },
      { latitude: 2.5, longitude: 1, at: Date.now() },
    ];
    await call("POST", "/api/v1/location-reports/batch/", { body: { points }, key: pair.owner.key });
    const entry = await native?.socket.next(({ t }) => t === "entry");
    expect(entry.body.points.map(({ latitude }: { latitude: number }) => latitude)).toEqual([2.5]);
    const { status, body } = await call("GET", `/api/v1/location-reports/user-track/${pair.owner.id}/`, {
      key: pair.watcher.key,
    });
    expect(status).toBe(200);
    expect(body.coordinates.map(({ latitude }: { latitude: number }) => latitude)).toEqual([2.5]);
  });
});

test("Find Friend's routes show the profile's place and never a track's.", async () => {
  const [owner, stranger] = await Promise.all([
    member({}, { is_geoip_allowed: true }),
    member({}, { is_geoip_allowed: true }),
  ]);
  for (const { key } of [owner, stranger])
    await put(`${USERS}me/geolocation/`, { latitude: 10, longitude: 10 }, { key });
  await report(owner);
  const place = await call("GET", `${USERS}${owner.id}/geolocation/`, { key: stranger.key });
  expect(place.body).toEqual({ latitude: 10, longitude: 10 });
  const distance = await call("GET", `${USERS}${owner.id}/distance/`, { key: stranger.key });
  expect(distance.body).toEqual({ distance: 0 });
  await block(owner, stranger);
  for (const path of ["geolocation", "distance"])
    expect((await call("GET", `${USERS}${owner.id}/${path}/`, { key: stranger.key })).status).toBe(404);
});
