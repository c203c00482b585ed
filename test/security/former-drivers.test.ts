/** A former or blocked driver whose truck is still theirs gets no jobs and moves nothing. */
import { describe, expect, test } from "vitest";
import { accept, call, offersOf, trucksAt } from "../dispatch/offers/builders.ts";
import { move, orderIn, scene, stateOf, truckRow } from "../dispatch/scene.ts";
import { get, rows } from "../harness/api.ts";
import { accessOf } from "../harness/cold.ts";
import { dial } from "../harness/socket.ts";

const FORMER = [
  ["became a client", "user_type = 'CLIENT'"],
  ["was blocked", "is_active = 0"],
] as const;

const change = (id: number | undefined, how: string) => rows(`UPDATE users SET ${how} WHERE id = ?`, id);

describe.each(FORMER)("a driver who %s", (_, how) => {
  test("A former or blocked driver is offered no orders.", async () => {
    const { there, drivers, id } = await trucksAt(900);
    await change(drivers[0]?.id, how);
    expect((await call(there, id)).body).toEqual({ offer: null });
    expect(await offersOf(id)).toEqual([]);
  });

  test("A former or blocked driver is not assigned to orders.", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    await change(there.driver.id, how);
    const refused = await move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck });
    expect(refused).toMatchObject({
      status: 400,
      body: { tow_truck: ["За эвакуатором не закреплён водитель."] },
    });
    expect(await stateOf(id)).toMatchObject({ status: "CONFIRMED" });
  });
});

test("A former driver cannot accept an earlier offer.", async () => {
  const { there, drivers, id } = await trucksAt(900);
  await call(there, id);
  const [driver] = drivers;
  await change(driver?.id, "user_type = 'CLIENT'");
  if (!driver) throw new Error("there is no driver");
  expect((await accept(driver, id)).status).toBe(400);
  expect(await stateOf(id)).toMatchObject({ status: "CONFIRMED" });
});

test("A former driver can open neither the truck's nor the order's socket.", async () => {
  const there = await scene();
  const id = await orderIn(there, "ASSIGNED");
  const spare = await truckRow({ tariff: there.tariff, driver: there.driver.id });
  await change(there.driver.id, "user_type = 'CLIENT'");
  // A change of role by the console ends the sessions: the token is one of a later sign-in.
  const token = await accessOf(there.driver.id);
  for (const path of [`/ws/tow-trucks/${spare}/location/`, `/ws/orders/${id}/location/`])
    expect(await dial(path, { protocols: ["caravan.v1", `auth.${token}`] }), path).toMatchObject({
      refusal: { status: 403 },
    });
  expect((await get(`/api/v1/orders/${id}/`, { token })).status).toBe(404);
});
