/** Who is shown a truck's position, in which state of the order, by which kind of socket; and how soon everybody else knows it. */

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { collectorRoom } from "../../../src/modules/dispatch/room-names.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { patch, post, rows } from "../../harness/api.ts";
import { connect, connectNative, type Socket } from "../../harness/socket.ts";
import { at, move, orderIn, place, type Scene, scene, truckRow } from "../scene.ts";

const report = async (by: Person, latitude: number) => {
  const { status } = await post(
    "/api/v1/location/update/",
    { latitude, longitude: 37.5 },
    { token: by.token },
  );
  expect(status).toBe(200);
};

/** Whether a frame holds this position, in any dialect. */
const has = (latitude: number) => (frame: unknown) => JSON.stringify(frame).includes(String(latitude));

async function subscribed(room: string, token: string): Promise<Socket> {
  const socket = await connectNative("/ws/me/", token);
  socket.send({ t: "subscribe", room });
  await socket.next(({ t }) => t === "subscribed");
  return socket;
}

/** Every way to follow an order, as each of its people. */
const WAYS = {
  "its client by a native socket": ({ client }: Scene, id: string) =>
    connectNative(`/ws/orders/${id}/location/`, client.token),
  "its client by the documented socket": ({ client }: Scene, id: string) =>
    connect(`/ws/orders/${id}/location/?token=${client.token}`),
  "its client by their own socket": ({ client }: Scene, id: string) =>
    subscribed(`order:${id}`, client.token),
  "an operator by a native socket": ({ operator }: Scene, id: string) =>
    connectNative(`/ws/orders/${id}/location/`, operator.token),
  "an operator by their own socket": ({ operator }: Scene, id: string) =>
    subscribed(`order:${id}`, operator.token),
  "anybody with a link by a native socket": async (there: Scene, id: string) =>
    connectNative(`/ws/track/${await linkTo(there, id)}/`),
  "anybody with a link by the documented socket": async (there: Scene, id: string) =>
    connect(`/ws/track/${await linkTo(there, id)}/`),
} satisfies Record<string, (there: Scene, id: string) => Promise<Socket>>;
type Way = keyof typeof WAYS;
const ALL = Object.keys(WAYS) as Way[];
const isPublic = (way: Way) => way.startsWith("anybody");

async function linkTo({ client }: Scene, id: string): Promise<string> {
  const { body } = await post(at(id, "share/"), {}, { token: client.token });
  return body.url.split("/track/")[1];
}

// Each waits for the second between two positions.
describe.concurrent.each(ALL)("an order that is followed by %s", (way) => {
  test.each(["ASSIGNED", "IN_PROGRESS"] as const)(
    "The position of the truck shows while the order is %s.",
    async (status) => {
      const there = await scene();
      const id = await orderIn(there, status);
      const socket = await WAYS[way](there, id);
      await report(there.driver, 55.31);
      await socket.next(has(55.31));
      await report(there.driver, 55.32);
      // One position a second.
      await socket.next(has(55.32), 3000);
      socket.close();
    },
  );

  test("A truck that is only reserved shows to its people, and not to the public.", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    await move(there.operator, id, { tow_truck: there.truck });
    const socket = await WAYS[way](there, id);
    await report(there.driver, 55.33);
    if (isPublic(way)) expect(await socket.silent(has(55.33))).toBe(true);
    else await socket.next(has(55.33));
    socket.close();
  });

  test("A truck that was replaced shows no more, and the new one does.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const socket = await WAYS[way](there, id);
    await report(there.driver, 55.34);
    await socket.next(has(55.34));
    const heir = await newPerson("driver");
    const other = await truckRow({ tariff: there.tariff, driver: heir.id });
    await move(there.operator, id, { tow_truck: other });
    await report(there.driver, 55.35);
    await report(heir, 55.36);
    await socket.next(has(55.36), 3000);
    expect(await socket.silent(has(55.35), 1200)).toBe(true);
    socket.close();
  });

  test.each(["COMPLETED", "CANCELLED"] as const)(
    "Nothing shows once the order is %s, neither then nor to newcomers.",
    async (end) => {
      const there = await scene();
      const id = await orderIn(there, "IN_PROGRESS");
      const socket = await WAYS[way](there, id);
      await report(there.driver, 55.37);
      await socket.next(has(55.37));
      const late = isPublic(way) ? null : WAYS[way];
      await move(there.operator, id, { status: end });
      await report(there.driver, 55.38);
      const newcomer = await late?.(there, id);
      expect(await socket.silent(has(55.38), 1200)).toBe(true);
      if (newcomer) expect(newcomer.frames.some(has(55.3))).toBe(false);
      socket.close();
      newcomer?.close();
    },
  );
});

describe("a position", () => {
  const journalOf = (id: string) =>
    runInDurableObject(env.ORDER_ROOMS.getByName(`order:${id}`), (_, { storage }) =>
      storage.sql.exec("SELECT seq, kind FROM entries ORDER BY seq").toArray(),
    );

  test("It takes no place in the journals of the order and of the operators.", async () => {
    const there = await scene();
    await report(there.driver, 55.4);
    const id = await orderIn(there, "ASSIGNED");
    const socket = await connectNative(`/ws/orders/${id}/location/`, there.client.token);
    const before = await journalOf(id);
    for (const latitude of [55.41, 55.42]) await report(there.driver, latitude);
    await socket.next(has(55.42), 3000);
    expect(await journalOf(id)).toEqual(before);
    const told = await runInDurableObject(env.OPS_ROOMS.getByName("ops:all"), (_, { storage }) =>
      storage.sql.exec("SELECT body FROM entries WHERE body LIKE '%55.41%' OR body LIKE '%55.42%'").toArray(),
    );
    expect(told).toEqual([]);
  });

  test("The collecting room of its truck stores nothing.", async () => {
    const there = await scene();
    await report(there.driver, 55.48);
    const room = env.OPS_ROOMS.getByName(collectorRoom(there.truck));
    const tables = await runInDurableObject(room, (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  test("Positions that an older version stored in the order's journal are replayed while their truck has the job.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const name = `order:${id}`;
    const body = {
      tow_truck_id: String(there.truck),
      latitude: 55.49,
      longitude: 37.5,
      updated_at: new Date().toISOString(),
      order_id: id,
      distance_m: 5,
    };
    const { seq } = await env.ORDER_ROOMS.getByName(name).publish(name, {
      kind: "position",
      ref: "old",
      body,
    });
    const replay = async () => {
      const socket = await connectNative(`/ws/orders/${id}/location/?since=0`, there.client.token);
      const entry = await socket.next((frame) => frame.t === "entry" && frame.seq === seq);
      socket.close();
      return [entry.kind, entry.body];
    };
    expect(await replay()).toEqual(["position", body]);
    await move(there.operator, id, { status: "CANCELLED" });
    expect(await replay()).toEqual(["hidden", {}]);
  });

  test("A newcomer gets the latest one at once, natively and as documented, also when the database is behind.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    for (const latitude of [55.43, 55.44, 55.45, 55.46, 55.47]) {
      await report(there.driver, latitude);
      await scheduler.wait(300);
    }
    await scheduler.wait(1200);
    await rows(
      "UPDATE tow_trucks SET latitude = 55.4, located_at = located_at - 9000 WHERE id = ?",
      there.truck,
    );
    const native = await connectNative(`/ws/orders/${id}/location/`, there.client.token);
    expect((await native.next(({ t }) => t === "latest")).body.latitude).toBe(55.47);
    const documented = await connect(`/ws/orders/${id}/location/?token=${there.client.token}`);
    expect(await documented.next()).toMatchObject({
      type: "initial",
      location: { latitude: 55.47 },
      order_id: id,
    });
    const own = await subscribed(`order:${id}`, there.client.token);
    expect((await own.next(({ t }) => t === "latest")).room).toBe(`order:${id}`);
    const truck = await connect(`/ws/tow-trucks/${there.truck}/location/?token=${there.operator.token}`);
    expect(await truck.next()).toMatchObject({ type: "initial", location: { latitude: 55.47 } });
    for (const socket of [native, documented, own, truck]) socket.close();
  });

  test("The time of arrival is to the pickup until the work starts, and then to the destination.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const socket = await connectNative(`/ws/orders/${id}/location/`, there.client.token);
    const metres = async () => {
      await post(
        "/api/v1/location/update/",
        { latitude: 55.7522, longitude: 37.6156 },
        { token: there.driver.token },
      );
      return (await socket.next(({ t }) => t === "latest", 3000)).body.distance_m;
    };
    expect(await metres()).toBe(0);
    await move(there.driver, id, { status: "IN_PROGRESS" });
    expect(await metres()).toBeGreaterThan(1000);
    socket.close();
  });

  test("An order whose places were edited shows the new distance at once.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const socket = await connectNative(`/ws/orders/${id}/location/`, there.client.token);
    await report(there.driver, 55.7);
    const first = await socket.next(({ t }) => t === "latest");
    const { status } = await patch(at(id), { pickup_latitude: 56.7 }, { token: there.operator.token });
    expect(status).toBe(200);
    await report(there.driver, 55.7);
    const second = await socket.next(({ t }) => t === "latest", 3000);
    expect(second.body.distance_m).toBeGreaterThan(first.body.distance_m + 50_000);
    socket.close();
  });
});

describe("operators", () => {
  const shows = ({ frames }: Socket, truck: number, latitude: number) =>
    frames.some(
      ({ kind, body }) =>
        kind === "positions" && body.trucks.some(([id, lat]: number[]) => id === truck && lat === latitude),
    );

  test.each([
    ["their room's socket", (token: string) => connectNative("/ws/ops/", token)],
    ["their own socket", (token: string) => subscribed("ops:all", token)],
  ])("Every truck shows to operators on %s, at most one frame a second.", async (_, open) => {
    const there = await scene();
    const socket = await open(there.operator.token);
    const others = await Promise.all([1, 2, 3].map(() => newPerson("driver")));
    const trucks = await Promise.all(others.map(({ id }) => truckRow({ tariff: there.tariff, driver: id })));
    const begun = Date.now();
    for (const [index, by] of others.entries()) await report(by, 55.51 + index / 100);
    await expect
      .poll(() => trucks.every((truck, index) => shows(socket, truck, 55.51 + index / 100)), {
        timeout: 5000,
      })
      .toBe(true);
    const seconds = Math.ceil((Date.now() - begun) / 1000) + 1;
    expect(socket.frames.filter(({ t }) => t === "latest").length).toBeLessThanOrEqual(seconds);
    socket.close();
  });

  test("A truck that comes back from idleness is told as an entry, with its new status.", async () => {
    const there = await scene();
    await rows("UPDATE tow_trucks SET status = 'OFFLINE', idle_at = 1 WHERE id = ?", there.truck);
    const socket = await connectNative("/ws/ops/", there.operator.token);
    await report(there.driver, 55.6);
    const entry = await socket.next(
      ({ t, body }) => t === "entry" && body?.tow_truck_id === String(there.truck),
    );
    expect(entry).toMatchObject({ kind: "position", body: { latitude: 55.6, status: "AVAILABLE" } });
    socket.close();
  });
});

describe("how soon the database knows", () => {
  const latitudeOf = async (truck: number) =>
    (await rows<{ latitude: number | null }>("SELECT latitude FROM tow_trucks WHERE id = ?", truck))[0]
      ?.latitude;

  test("The first positions are known when they are answered; those of a flow within ten seconds.", async () => {
    const there = await scene();
    for (const latitude of [55.61, 55.62, 55.63]) {
      await report(there.driver, latitude);
      expect(await latitudeOf(there.truck)).toBe(latitude);
    }
    for (const latitude of [55.64, 55.65, 55.66]) await report(there.driver, latitude);
    await expect.poll(() => latitudeOf(there.truck), { timeout: 10_000 }).toBe(55.66);
  }, 20_000);

  test("A position by socket is known within two seconds after a pause.", async () => {
    const there = await scene();
    const driver = await connectNative(`/ws/tow-trucks/${there.truck}/location/`, there.driver.token);
    driver.send({ t: "points", ref: "p", points: [{ latitude: 55.67, longitude: 37.6 }] });
    await expect.poll(() => latitudeOf(there.truck), { timeout: 2000 }).toBe(55.67);
    driver.close();
  });

  test("A truck whose flow has brought it near is offered an order by its fresh place.", async () => {
    const there = await scene();
    const id = await place(there);
    for (const latitude of [60.1, 60.2, 60.3, 60.4, 55.7522])
      await post("/api/v1/location/update/", { latitude, longitude: 37.6156 }, { token: there.driver.token });
    await expect.poll(() => latitudeOf(there.truck), { timeout: 10_000 }).toBe(55.7522);
    await move(there.operator, id, { status: "CONFIRMED" });
    const { body } = await post(at(id, "dispatch/"), undefined, { token: there.operator.token });
    expect(body.offer).toMatchObject({ tow_truck: there.truck, distance: 0 });
  }, 20_000);
});
