/** A driver's position by REST: the documented answers, the cost, and the rooms that receive it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { cellOf } from "../../../src/platform/cells.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, post, rows } from "../../harness/api.ts";
import { charge, counted } from "../../harness/counting/counted.ts";
import { connectNative } from "../../harness/socket.ts";
import { move, orderIn, scene, truckRow, truckStatus } from "../scene.ts";

const PATH = "/api/v1/location/update/";
const report = (by: Person, latitude: unknown = 55.75, longitude: unknown = 37.61) =>
  post(PATH, { latitude, longitude }, { token: by.token });

interface Stored {
  readonly kind: string;
  readonly body: string;
}

/** What a room's journal holds. */
const journalOf = (namespace: DurableObjectNamespace, name: string): Promise<Stored[]> =>
  runInDurableObject(namespace.getByName(name), (_, state) =>
    state.storage.sql
      .exec<{ kind: string; body: string }>("SELECT kind, body FROM entries ORDER BY seq")
      .toArray(),
  );

describe("updating the position", () => {
  test("The answer has the truck's id as a string and the time in UTC with its offset.", async () => {
    const there = await scene();
    const { status, body } = await report(there.driver);
    expect([status, body]).toEqual([
      200,
      {
        message: "Координаты обновлены.",
        location: {
          tow_truck_id: String(there.truck),
          latitude: 55.75,
          longitude: 37.61,
          updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00$/),
        },
      },
    ]);
  });

  test("An update stores the truck's position, cell and time.", async () => {
    const there = await scene();
    const before = Date.now();
    await report(there.driver, "59.93", "30.33");
    const [row] = await rows<Record<string, unknown>>("SELECT * FROM tow_trucks WHERE id = ?", there.truck);
    expect(row).toMatchObject({
      latitude: 59.93,
      longitude: 30.33,
      cell: await cellOf({ latitude: 59.93, longitude: 30.33 }),
    });
    expect(row?.located_at).toBeGreaterThanOrEqual(before);
    const { body } = await get("/api/v1/tow-trucks/?limit=100", { token: there.operator.token });
    expect(body.count).toBeGreaterThan(0);
  });

  test.each([
    ["OFFLINE", "OFFLINE"],
    ["AVAILABLE", "AVAILABLE"],
    ["BUSY", "BUSY"],
    ["MAINTENANCE", "MAINTENANCE"],
  ])("An update leaves a truck that was %s %s.", async (before, after) => {
    const there = await scene();
    await rows("UPDATE tow_trucks SET status = ? WHERE id = ?", before, there.truck);
    await report(there.driver);
    expect(await truckStatus(there.truck)).toBe(after);
  });

  test("An update makes an idle truck with a job busy, not available.", async () => {
    const there = await scene();
    await orderIn(there, "ASSIGNED");
    await rows("UPDATE tow_trucks SET status = 'OFFLINE', idle_at = 1 WHERE id = ?", there.truck);
    await report(there.driver);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });

  test("An update by a driver with two trucks moves the one with a job.", async () => {
    const there = await scene();
    await truckRow({ tariff: there.tariff, driver: there.driver.id, at: [10, 10] });
    await orderIn(there, "ASSIGNED");
    expect((await report(there.driver)).body.location.tow_truck_id).toBe(String(there.truck));
  });
});

describe("refused updates of the position", () => {
  test.each(["owner", "operator", "staff"] as const)(
    "An update by a %s is refused: only drivers report positions.",
    async (role) => {
      const answer = await report(await newPerson(role));
      expect([answer.status, answer.body]).toEqual([
        403,
        { error: "Обновлять координаты могут только водители." },
      ]);
    },
  );

  test("For other roles the body of an update is not validated.", async () => {
    const { token } = await newPerson("owner");
    expect(await post(PATH, {}, { token })).toMatchObject({
      status: 403,
      body: { error: "Обновлять координаты могут только водители." },
    });
  });

  test("An update by a driver without a truck is a 404.", async () => {
    const answer = await report(await newPerson("driver"));
    expect([answer.status, answer.body]).toEqual([404, { error: "За водителем не закреплён эвакуатор." }]);
  });

  test.each([
    [91, 37, "latitude", "Широта должна быть в диапазоне от -90 до 90."],
    [-90.01, 37, "latitude", "Широта должна быть в диапазоне от -90 до 90."],
    [55, 180.5, "longitude", "Долгота должна быть в диапазоне от -180 до 180."],
    [undefined, 37, "latitude", "Обязательное поле."],
    ["north", 37, "latitude", "Требуется численное значение."],
  ])("An update with the position %s, %s is refused.", async (latitude, longitude, field, message) => {
    const there = await scene();
    const answer = await post(PATH, { latitude, longitude }, { token: there.driver.token });
    expect([answer.status, answer.body]).toEqual([400, { error: message, [field]: [message] }]);
    const [row] = await rows("SELECT latitude FROM tow_trucks WHERE id = ?", there.truck);
    expect(row).toEqual({ latitude: null });
  });

  test("An update without credentials is refused as in every route.", async () => {
    const answer = await post(PATH, { latitude: 1, longitude: 1 });
    expect([answer.status, answer.body]).toEqual([401, { detail: "Учетные данные не были предоставлены." }]);
  });
});

describe("publishing an updated position", () => {
  test("The rooms of the truck and its orders receive the position, with distance and time.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const socket = await connectNative(`/ws/orders/${id}/location/`, there.client.token);
    const { body } = await report(there.driver, 55.7522, 37.6156);
    const [entry] = await journalOf(env.TRUCK_ROOMS, `truck:${there.truck}`);
    expect([entry?.kind, JSON.parse(entry?.body ?? "{}")]).toEqual(["position", body.location]);
    const frame = await socket.next(({ t }) => t === "latest");
    expect([frame.kind, frame.body]).toEqual([
      "position",
      { ...body.location, order_id: id, distance_m: 0, eta_seconds: 0 },
    ]);
    const kinds = (await journalOf(env.ORDER_ROOMS, `order:${id}`)).map(({ kind }) => kind);
    expect(kinds).toEqual(["status", "status", "status"]);
  });

  test("The room of an order that is over receives no position.", async () => {
    const there = await scene();
    const id = await orderIn(there, "COMPLETED");
    const socket = await connectNative(`/ws/orders/${id}/location/`, there.client.token);
    await report(there.driver);
    expect(await socket.silent(({ t }) => t === "latest")).toBe(true);
  });
});

test("An update costs one statement and one object call: the truck's room tells the others.", async () => {
  const there = await scene();
  const meter = counted();
  const body = { latitude: 55.75, longitude: 37.61 };
  await charge(meter, 200, "POST", PATH, { token: there.driver.token, body });
  const free = await charge(meter, 200, "POST", PATH, { token: there.driver.token, body });
  expect(free.bill.statements).toHaveLength(1);
  expect(free.bill.objectCalls).toEqual(["TRUCK_ROOMS.publish"]);
  await orderIn(there, "ASSIGNED");
  const named = await orderIn(there, "CONFIRMED");
  await move(there.operator, named, { tow_truck: there.truck });
  const { bill } = await charge(meter, 200, "POST", PATH, { token: there.driver.token, body });
  expect(bill.statements).toHaveLength(1);
  expect(bill.objectCalls).toEqual(["TRUCK_ROOMS.publish"]);
  expect(bill.queueSends).toEqual([]);
});
