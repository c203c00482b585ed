/** Concurrent requests: a truck has one job, an order one truck, and every refused request says why. */
import { expect, test } from "vitest";
import { newPerson, type Person } from "../../../authorization/world.ts";
import { post, rows } from "../../../harness/api.ts";
import { at, carOf, move, orderIn, scene, tariffRow, truckRow, truckStatus } from "../../scene.ts";

interface Job {
  readonly id: string;
  readonly status: string;
  readonly tow_truck_id: number | null;
}

const jobsOf = (tariff: number) =>
  rows<Job>("SELECT id, status, tow_truck_id FROM orders WHERE vehicle_type_id = ?", tariff);

/** No truck with two jobs, no job without its truck, and a truck is busy exactly when it has one. */
async function requireOneEach(tariff: number, trucks: readonly number[]) {
  const active = (await jobsOf(tariff)).filter(({ status }) => status === "ASSIGNED");
  const taken = active.map(({ tow_truck_id }) => tow_truck_id);
  expect(taken).not.toContain(null);
  expect(new Set(taken).size).toBe(taken.length);
  for (const truck of trucks)
    expect(await truckStatus(truck)).toBe(taken.includes(truck) ? "BUSY" : "AVAILABLE");
  const steps = await rows<{ order_id: string }>(
    `SELECT order_id FROM order_status_history WHERE new_status = 'ASSIGNED'
     AND order_id IN (SELECT id FROM orders WHERE vehicle_type_id = ?)`,
    tariff,
  );
  expect(steps.map(({ order_id }) => order_id).sort()).toEqual(active.map(({ id }) => id).sort());
  return active;
}

async function fleet(size: number, place: readonly [number, number] | null = null) {
  const tariff = await tariffRow();
  const drivers = await Promise.all(Array.from({ length: size }, () => newPerson("driver")));
  const trucks = await Promise.all(drivers.map(({ id }) => truckRow({ tariff, driver: id, at: place })));
  const [client, operator] = [await newPerson("owner"), await newPerson("operator")];
  const [driver, truck] = [drivers[0] as Person, trucks[0] ?? 0];
  const there = { client, operator, tariff, vehicle: await carOf(client), driver, truck };
  const confirmed = (count: number) =>
    Promise.all(Array.from({ length: count }, () => orderIn(there, "CONFIRMED")));
  return { there, drivers, trucks, confirmed };
}

test("Of fifty concurrent assignments of ten trucks ten succeed, and the others say why they are refused.", async () => {
  const { there, trucks, confirmed } = await fleet(10);
  const ids = await confirmed(25);
  const responses = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      move(there.operator, ids[index % 25] ?? "", {
        status: "ASSIGNED",
        tow_truck: trucks[(index * 7) % 10],
      }),
    ),
  );
  for (const { status } of responses) expect([200, 400, 409]).toContain(status);
  const active = await requireOneEach(there.tariff, trucks);
  expect(active).toHaveLength(10);
});

test("When ten operators assign ten trucks to one order, the order keeps the truck of the first answer.", async () => {
  const { there, trucks, confirmed } = await fleet(10);
  const [id = ""] = await confirmed(1);
  const operators = await Promise.all(trucks.map(() => newPerson("operator")));
  const responses = await Promise.all(
    operators.map((by, index) => move(by, id, { status: "ASSIGNED", tow_truck: trucks[index] })),
  );
  expect(responses.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
  await requireOneEach(there.tariff, trucks);
});

test("When ten orders want one truck, one gets it.", async () => {
  const { there, trucks, confirmed } = await fleet(1);
  const ids = await confirmed(10);
  const responses = await Promise.all(
    ids.map((id) => move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck })),
  );
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
  await requireOneEach(there.tariff, trucks);
});

test("Concurrent acceptances of offers and assignments by operators give each truck one job.", async () => {
  const { there, drivers, trucks, confirmed } = await fleet(10, [55.7522, 37.6156]);
  const offered = await confirmed(10);
  for (const id of offered)
    expect(
      (await post(at(id, "dispatch/"), undefined, { token: there.operator.token })).body.offer,
    ).not.toBeNull();
  const others = await confirmed(10);
  const asked = await rows<{ order_id: string; truck_id: number }>(
    `SELECT order_id, truck_id FROM order_offers WHERE status = 'OPEN'
     AND truck_id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(trucks),
  );
  expect(asked).toHaveLength(10);
  const taking = asked.flatMap(({ order_id, truck_id }) => {
    const driver = drivers[trucks.indexOf(truck_id)] as Person;
    const press = () => post(at(order_id, "offer/accept/"), undefined, { token: driver.token });
    return [press(), press()];
  });
  const giving = others.flatMap((id, index) =>
    [0, 1, 2].map((more) =>
      move(there.operator, id, { status: "ASSIGNED", tow_truck: trucks[(index + more) % 10] }),
    ),
  );
  const responses = await Promise.all([...taking, ...giving]);
  for (const { status } of responses) expect([200, 400, 409]).toContain(status);
  const active = await requireOneEach(there.tariff, trucks);
  expect(active).toHaveLength(10);
  const accepted = await rows<{ order_id: string }>(
    `SELECT order_id FROM order_offers WHERE status = 'ACCEPTED' AND truck_id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(trucks),
  );
  const assigned = active.map(({ id }) => id).filter((id) => offered.includes(id));
  expect(accepted.map(({ order_id }) => order_id).sort()).toEqual(assigned.sort());
});

test("Of a concurrent cancellation and start one succeeds, and the truck's status fits.", async () => {
  for (let times = 0; times < 5; times++) {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const [cancelled, started] = await Promise.all([
      move(there.client, id, { status: "CANCELLED" }),
      move(there.driver, id, { status: "IN_PROGRESS" }),
    ]);
    expect([cancelled.status, started.status].filter((status) => status === 200)).toHaveLength(1);
    expect(await truckStatus(there.truck)).toBe(cancelled.status === 200 ? "AVAILABLE" : "BUSY");
  }
});

test("A driver of two trucks gets one job under concurrent assignments.", async () => {
  const { there, confirmed } = await fleet(1);
  const second = await truckRow({ tariff: there.tariff, driver: there.driver.id });
  const trucks = [there.truck, second];
  const ids = await confirmed(8);
  const responses = await Promise.all(
    ids.map((id, index) => move(there.operator, id, { status: "ASSIGNED", tow_truck: trucks[index % 2] })),
  );
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await requireOneEach(there.tariff, trucks)).toHaveLength(1);
});
