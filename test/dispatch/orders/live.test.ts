/** Orders on their sockets: every status once, to those who may read it. */
import { expect, test } from "vitest";
import { sweepOutbox } from "../../../src/platform/db/outbox-delivery.ts";
import { newPerson } from "../../authorization/world.ts";
import { get, patch, post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { connect, connectNative, dial } from "../../harness/socket.ts";
import { at, move, orderIn, place, scene, truckRow, truckStatus } from "../scene.ts";

const room = (id: string) => `/ws/orders/${id}/location/`;
const status = (to: string) => (frame: { t: string; kind?: string; body?: { status: string } }) =>
  frame.t === "entry" && frame.kind === "status" && frame.body?.status === to;

test("A client receives each status of their order once, in order.", async () => {
  const there = await scene();
  const id = await place(there);
  const socket = await connectNative(room(id), there.client.token);
  await move(there.operator, id, { status: "CONFIRMED" });
  await move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck });
  const confirmed = await socket.next(status("CONFIRMED"));
  const assigned = await socket.next(status("ASSIGNED"));
  expect(assigned.body).toEqual({
    order: id,
    status: "ASSIGNED",
    old_status: "CONFIRMED",
    tow_truck: there.truck,
  });
  expect(assigned.seq).toBe(confirmed.seq + 1);
  expect(await socket.silent(status("ASSIGNED"))).toBe(true);
});

test("A client is told about a received payment, and not about offers to drivers.", async () => {
  const there = await scene();
  const id = await orderIn(there, "CONFIRMED");
  const socket = await connectNative(room(id), there.client.token);
  await post(at(id, "dispatch/"), undefined, { token: there.operator.token });
  const { body } = await post(
    at(id, "payments/"),
    { amount: "10.00", payment_method: "CASH" },
    { token: there.client.token },
  );
  await patch(at(id, `payments/${body.id}/`), { status: "COMPLETED" }, { token: there.operator.token });
  const paid = await socket.next((frame) => frame.kind === "payment" && frame.body.status === "COMPLETED");
  expect(paid.body).toMatchObject({ payment: body.id, amount: "10.00" });
  expect(await socket.silent((frame) => frame.kind === "offer")).toBe(true);
});

test("When an order goes to another truck, the former driver's socket closes and can't be opened again.", async () => {
  const there = await scene();
  const id = await orderIn(there, "ASSIGNED");
  const socket = await connectNative(room(id), there.driver.token);
  await socket.next((frame) => frame.t === "welcome");
  const heir = await newPerson("driver");
  await move(there.operator, id, { tow_truck: await truckRow({ tariff: there.tariff, driver: heir.id }) });
  expect((await socket.closed).code).toBe(4003);
  const again = await dial(room(id), { protocols: ["caravan.v1", `auth.${there.driver.token}`] });
  expect("refusal" in again && again.refusal.status).toBe(403);
  await connectNative(room(id), heir.token);
});

test("The documented socket of an order sends the truck's position as documented, and nothing else.", async () => {
  const there = await scene();
  const id = await orderIn(there, "ASSIGNED");
  const report = () =>
    post("/api/v1/location/update/", { latitude: 55.8, longitude: 37.7 }, { token: there.driver.token });
  const { body } = await report();
  const socket = await connect(`${room(id)}?token=${there.client.token}`);
  expect(await socket.next()).toEqual({ type: "initial", location: body.location, order_id: id });
  await move(there.driver, id, { status: "IN_PROGRESS" });
  const moved = await report();
  expect(await socket.next()).toEqual({ type: "update", location: moved.body.location, order_id: id });
});

test("After an order its client sees the truck's position neither on the socket nor in the order.", async () => {
  const there = await scene();
  const id = await orderIn(there, "COMPLETED");
  await post("/api/v1/location/update/", { latitude: 55.8, longitude: 37.7 }, { token: there.driver.token });
  const socket = await connect(`${room(id)}?token=${there.client.token}`);
  expect(await socket.silent(() => true)).toBe(true);
  const placeFor = async ({ token }: { token: string }) => {
    const { current_location_lat, last_location_update } = (await get(at(id), { token })).body.tow_truck;
    return [current_location_lat, last_location_update];
  };
  expect(await placeFor(there.client)).toEqual([null, null]);
  for (const by of [there.driver, there.operator])
    expect(await placeFor(by)).toEqual([55.8, expect.any(String)]);
});

test("Operators receive every order's status and truck on one socket.", async () => {
  const there = await scene();
  const id = await orderIn(there, "CONFIRMED");
  await post("/api/v1/location/update/", { latitude: 55.8, longitude: 37.7 }, { token: there.driver.token });
  const socket = await connectNative("/ws/ops/", there.operator.token);
  await move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck });
  const order = await socket.next((frame) => frame.kind === "order" && frame.body.id === id);
  expect(order.body).toEqual({ id, status: "ASSIGNED", tow_truck_id: there.truck });
  const truck = await socket.next(
    ({ kind, body }) =>
      kind === "position" && body.tow_truck_id === String(there.truck) && body.status === "BUSY",
  );
  expect(truck.body).toMatchObject({ latitude: 55.8, longitude: 37.7 });
});

test("An order deleted with its client's account closes its room and frees truck and driver.", async () => {
  const there = await scene();
  const id = await orderIn(there, "ASSIGNED");
  const socket = await connectNative(room(id), there.driver.token);
  await socket.next((frame) => frame.t === "welcome");
  await rows("DELETE FROM users WHERE id = ?", there.client.id);
  const { ctx, finished } = jobContext();
  await sweepOutbox(ctx);
  await finished();
  expect((await socket.closed).code).toBe(4004);
  expect(await truckStatus(there.truck)).toBe("AVAILABLE");
});

test("Two operators with one order open see each other at once, and client and driver learn of neither.", async () => {
  const there = await scene();
  const id = await orderIn(there, "ASSIGNED");
  const presence = (frame: { t: string }) => frame.t === "presence";
  const isPresent =
    (...people: { id: number }[]) =>
    (frame: { t: string; users?: number[] }) =>
      frame.t === "presence" &&
      JSON.stringify(frame.users) === JSON.stringify(people.map((each) => each.id).sort((a, b) => a - b));
  const others = [
    await connectNative(room(id), there.client.token),
    await connectNative(room(id), there.driver.token),
  ];
  const first = await connectNative(room(id), there.operator.token);
  await first.next(isPresent(there.operator));
  const colleague = await newPerson("operator");
  const second = await connectNative(room(id), colleague.token);
  await first.next(isPresent(there.operator, colleague));
  await second.next(isPresent(there.operator, colleague));
  second.close();
  await first.next(isPresent(there.operator));
  for (const other of others) expect(await other.silent(presence)).toBe(true);
});
