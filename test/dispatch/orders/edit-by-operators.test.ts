/** One rule edits an order: the same fields in the same statuses by API and console; concurrent edits lose nothing. */
import { describe, expect, test } from "vitest";
import { priceForRoute } from "../../../src/modules/dispatch/pricing/queries.ts";
import { type Answer, patch, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { at, move, orderIn, place, type Scene, type Step, scene, stateOf, tariffRow } from "../scene.ts";

type Row = Record<string, unknown>;
const rowOf = async (id: string) => (await rows<Row>("SELECT * FROM orders WHERE id = ?", id))[0] ?? {};

/** Every route by which an operator edits, with its field names. */
interface RouteUnderTest {
  readonly edit: (there: Scene, id: string, edit: Row) => Promise<Answer>;
  readonly time: string;
  /** Whether a field that may not be changed is a refusal; otherwise it is passed over. */
  readonly refuses: boolean;
}
const inConsole = ({ pickup_latitude, delivery_latitude, ...edit }: Row): Row => ({
  ...edit,
  ...(pickup_latitude === undefined ? {} : { pickup: { latitude: pickup_latitude, longitude: 37.6156 } }),
  ...(delivery_latitude === undefined
    ? {}
    : { delivery: { latitude: delivery_latitude, longitude: 37.6051 } }),
});
const ROUTES: Record<string, RouteUnderTest> = {
  PATCH: {
    edit: (there, id, edit) => patch(at(id), edit, { token: there.operator.token }),
    time: "scheduled_time",
    refuses: false,
  },
  "the console": {
    edit: (there, id, edit) =>
      patch(`/api/admin/orders/${id}/`, inConsole(edit), {
        token: there.operator.token,
        headers: { "if-match": "*" },
      }),
    time: "scheduled_at",
    refuses: true,
  },
};

const EDITS: Record<string, (route: RouteUnderTest) => { edit: Row; columns: Row }> = {
  "its way": () => ({
    edit: { delivery_address: "Тула", delivery_latitude: 54.19 },
    columns: { delivery_address: "Тула", delivery_latitude: 54.19 },
  }),
  "its description": () => ({ edit: { description: "Ключи" }, columns: { description: "Ключи" } }),
  "its priority": () => ({ edit: { priority: "URGENT" }, columns: { priority: "URGENT" } }),
  "its time": ({ time }) => ({
    edit: { [time]: "2031-02-03T04:05:06Z" },
    columns: { scheduled_at: Date.parse("2031-02-03T04:05:06Z") },
  }),
  "its final price": () => ({ edit: { final_price: "4321.00" }, columns: { final_price: 432_100 } }),
};

const STATES: readonly Step[] = ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"];
const isOver = (status: Step) => status === "COMPLETED" || status === "CANCELLED";

describe.each(Object.entries(ROUTES))("an operator's edit by %s", (_, route) => {
  describe.each(Object.entries(EDITS))("of %s", (what, make) => {
    test.each(STATES)("An operator's edit of an order that is %s follows the rule.", async (status) => {
      const there = { ...(await scene()), tariff: await tariffRow(10_000) };
      await rows("INSERT INTO tow_truck_types VALUES (?, ?)", there.truck, there.tariff);
      const id = await orderIn(there, status);
      const before = await rowOf(id);
      const { edit, columns } = make(route);
      const answer = await route.edit(there, id, edit);
      const may = !isOver(status) || what === "its final price";
      expect(answer.status).toBe(may || !route.refuses ? 200 : 400);
      const after = await rowOf(id);
      if (!may) return expect(after).toEqual(before);
      const estimate = what === "its way" ? { estimated_price: expect.any(Number) } : {};
      const { updated_at: _at, ...rest } = before;
      expect(after).toMatchObject({ ...rest, ...columns, ...estimate });
      if (what === "its way") expect(after.estimated_price).toBeGreaterThan(Number(before.estimated_price));
    });
  });

  test("An operator's edit with a time in the past is refused.", async () => {
    const there = await scene();
    const id = await place(there);
    const answer = await route.edit(there, id, { [route.time]: "2020-01-01T00:00:00Z" });
    expect([answer.status, Object.keys(answer.body)]).toEqual([400, [route.time]]);
  });
});

describe("concurrent edits", () => {
  const PARTS: readonly Row[] = [
    { pickup_address: "А" },
    { pickup_latitude: 55.1 },
    { pickup_longitude: 37.1 },
    { delivery_address: "Б" },
    { delivery_latitude: 54.2 },
    { delivery_longitude: 37.2 },
    { description: "Ключи" },
    { priority: "HIGH" },
  ];
  const estimateOf = (row: Row) =>
    priceForRoute(jobContext().ctx, {
      vehicleTypeId: Number(row.vehicle_type_id),
      pickupLatitude: Number(row.pickup_latitude),
      pickupLongitude: Number(row.pickup_longitude),
      deliveryLatitude: Number(row.delivery_latitude),
      deliveryLongitude: Number(row.delivery_longitude),
    });

  test("Concurrent edits of different fields are all kept, and the estimate fits the resulting route.", async () => {
    for (let times = 0; times < 3; times++) {
      const there = { ...(await scene()), tariff: await tariffRow(10_000) };
      const id = await place(there);
      const responses = await Promise.all(
        PARTS.map((part, nth) =>
          patch(at(id), part, { token: (nth % 3 ? there.client : there.operator).token }),
        ),
      );
      expect(responses.map(({ status }) => status)).toEqual(PARTS.map(() => 200));
      const row = await rowOf(id);
      expect(row).toMatchObject(Object.assign({}, ...PARTS));
      expect(row.estimated_price).toBe(await estimateOf(row));
    }
  });

  test("Concurrent edits of the route in the console and of the tariff leave the right estimate.", async () => {
    const there = { ...(await scene()), tariff: await tariffRow(10_000) };
    const dear = await tariffRow(90_000);
    const id = await place(there);
    await Promise.all([
      ROUTES["the console"]?.edit(there, id, { delivery_latitude: 54.19 }),
      patch(at(id), { vehicle_type: dear }, { token: there.operator.token }),
    ]);
    const row = await rowOf(id);
    expect(row.estimated_price).toBe(await estimateOf(row));
  });

  test("A concurrent completion and change of the final price are both kept.", async () => {
    for (let times = 0; times < 5; times++) {
      const there = await scene();
      const id = await orderIn(there, "IN_PROGRESS");
      const [priced, done] = await Promise.all([
        patch(at(id), { final_price: "4321.00" }, { token: there.operator.token }),
        move(there.driver, id, { status: "COMPLETED" }),
      ]);
      expect([priced.status, done.status]).toEqual([200, 200]);
      expect(await stateOf(id)).toMatchObject({ status: "COMPLETED", final_price: 432_100 });
    }
  });
});
