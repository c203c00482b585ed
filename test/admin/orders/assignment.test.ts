/** Assigning from the console: which trucks are offered and why others are not, and one call that does all or nothing. */
import { beforeAll, describe, expect, test } from "vitest";
import { cellOf } from "../../../src/platform/cells.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, patch, post, rows } from "../../harness/api.ts";
import { anOrder, aTariff, aTruck } from "./towing.ts";

let operator: Person;
const as = () => ({ token: operator.token });
beforeAll(async () => {
  operator = await newPerson("operator");
});

/** An order at a place of its own, so that no other test's truck is near. */
let places = 0;
async function aPlacedOrder(status = "PENDING") {
  const tariff = await aTariff();
  const id = await anOrder({ client: (await newPerson("owner")).id, tariff, status });
  places += 1;
  const place = [-40 - places * 2, 20] as const;
  await rows("UPDATE orders SET pickup_latitude = ?, pickup_longitude = ? WHERE id = ?", ...place, id);
  return { id, tariff, place };
}

interface Facts {
  readonly status?: string;
  readonly tariff?: number;
  readonly driven?: boolean;
  readonly age?: number;
  /** Degrees of latitude away from the order; a hundredth is about 1.1 km. */
  readonly away?: number;
}

async function truckNear([latitude, longitude]: readonly [number, number], facts: Facts): Promise<number> {
  const { driven = true, age = 0, away = 0.01, ...rest } = facts;
  const place = [latitude + away, longitude] as const;
  const driver = driven ? { driver: (await newPerson("driver")).id } : {};
  const id = await aTruck({ ...rest, ...driver, place });
  const cell = await cellOf({ latitude: place[0], longitude });
  await rows("UPDATE tow_trucks SET cell = ?, located_at = ? WHERE id = ?", cell, Date.now() - age, id);
  return id;
}

const around = async (id: string) => (await get(`/api/admin/orders/${id}/trucks/`, as())).body;
const assign = (id: string, truck: number) =>
  post(`/api/admin/orders/${id}/actions/assign/`, { tow_truck: truck }, as());
const stored = (id: string) => rows("SELECT status, tow_truck_id AS truck FROM orders WHERE id = ?", id);

describe("the trucks around an order", () => {
  test("Trucks that can take it come first, the nearest first; each other one says why it can't.", async () => {
    const { id, tariff, place } = await aPlacedOrder();
    const far = await truckNear(place, { tariff, away: 0.1 });
    const near = await truckNear(place, { tariff, away: 0.01 });
    const unsuitable = await truckNear(place, { tariff: await aTariff(), away: 0.001 });
    const driverless = await truckNear(place, { tariff, driven: false, away: 0.002 });
    const off = await truckNear(place, { tariff, status: "OFFLINE", away: 0.003 });
    const silent = await truckNear(place, { tariff, age: 3600_000, away: 0.004 });
    const found = await around(id);
    expect(found.map((truck: { id: number; fault: string }) => [truck.id, truck.fault])).toEqual([
      [near, null],
      [far, null],
      [unsuitable, "unsuitable"],
      [driverless, "driverless"],
      [off, "unavailable"],
      [silent, "silent"],
    ]);
    expect(found[0].distance_m).toBeGreaterThan(1000);
    expect(found[0].distance_m).toBeLessThan(1300);
  });

  test("An order that does not exist has no trucks around it.", async () => {
    expect((await get(`/api/admin/orders/${crypto.randomUUID()}/trucks/`, as())).status).toBe(404);
  });
});

describe("assigning", () => {
  test("One call confirms a pending order and assigns it; the history has both steps.", async () => {
    const { id, tariff, place } = await aPlacedOrder();
    const truck = await truckNear(place, { tariff });
    expect((await assign(id, truck)).status).toBe(204);
    expect(await stored(id)).toEqual([{ status: "ASSIGNED", truck }]);
    const steps =
      "SELECT old_status || '>' || new_status AS step FROM order_status_history WHERE order_id = ? ORDER BY id";
    expect((await rows<{ step: string }>(steps, id)).map(({ step }) => step)).toEqual([
      "PENDING>CONFIRMED",
      "CONFIRMED>ASSIGNED",
    ]);
    expect(await rows("SELECT status FROM tow_trucks WHERE id = ?", truck)).toEqual([{ status: "BUSY" }]);
  });

  test("A truck that can't come leaves the order as it was: not even confirmed.", async () => {
    const { id, place, tariff } = await aPlacedOrder();
    const others = [
      await truckNear(place, { tariff: await aTariff() }),
      await truckNear(place, { tariff, driven: false }),
      await truckNear(place, { tariff, status: "MAINTENANCE" }),
      1_000_000_000,
    ];
    for (const truck of others) {
      const refused = await assign(id, truck);
      expect([refused.status, Object.keys(refused.body)]).toEqual([400, ["tow_truck"]]);
    }
    expect(await stored(id)).toEqual([{ status: "PENDING", truck: null }]);
    expect(await rows("SELECT 1 FROM order_status_history WHERE order_id = ?", id)).toEqual([]);
  });

  test("Two operators who assign one truck at once give it one order, and the other order stays pending.", async () => {
    const [one, other] = [await aPlacedOrder(), await aPlacedOrder()];
    await rows("UPDATE orders SET vehicle_type_id = ? WHERE id = ?", one.tariff, other.id);
    const truck = await truckNear(one.place, { tariff: one.tariff });
    const answers = await Promise.all([assign(one.id, truck), assign(other.id, truck)]);
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect([...(await stored(one.id)), ...(await stored(other.id))]).toEqual(
      expect.arrayContaining([
        { status: "ASSIGNED", truck },
        { status: "PENDING", truck: null },
      ]),
    );
  });

  test("The API's own step from pending to assigned stays refused, as its clients know it.", async () => {
    const { id, tariff, place } = await aPlacedOrder();
    const body = { status: "ASSIGNED", tow_truck: await truckNear(place, { tariff }) };
    expect((await patch(`/api/v1/orders/${id}/update-status/`, body, as())).status).toBe(400);
  });
});
