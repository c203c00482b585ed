/** What a list says of its rows: counts by state and sums of money, for every declared resource. */
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { visibleFields } from "../../../src/modules/admin/rights.ts";
import { statesOf } from "../../../src/modules/admin/rows/summary.ts";
import type { Caller } from "../../../src/platform/http/caller.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, rows } from "../../harness/api.ts";
import { charge, counted } from "../../harness/counting/counted.ts";
import { anOrder, aPayment, aTariff } from "../orders/towing.ts";

let staff: Person;
let operator: Person;
let client: Person;
const as = (who: Person) => ({ token: who.token, headers: { "accept-language": "en" } });
const summary = async (resource: string, query = "", who = operator) =>
  get(`/api/admin/${resource}/summary/?${query}`, as(who));
const countsOf = (body: { states: { counts: { value: string; count: number }[] } }) =>
  Object.fromEntries(body.states.counts.map(({ value, count }) => [value, count]));

beforeAll(async () => {
  [staff, operator, client] = [
    await newPerson("staff"),
    await newPerson("operator"),
    await newPerson("owner"),
  ];
  const tariff = await aTariff();
  for (const [status, price] of [
    ["PENDING", null],
    ["PENDING", null],
    ["COMPLETED", 150_050],
    ["COMPLETED", 50_000],
    ["CANCELLED", null],
  ] as const) {
    const id = await anOrder({ client: client.id, tariff, status });
    if (price) {
      await rows("UPDATE orders SET final_price = ? WHERE id = ?", price, id);
      await aPayment(id, price, "COMPLETED");
    }
  }
});

const asStaff: Caller = { userId: 1, sessionId: "", userType: "OPERATOR", isStaff: true, expiresAt: 0 };

describe.each(catalogue.map((resource) => ({ name: resource.name, resource })))(
  "the summary of $name",
  ({ name, resource }) => {
    test("It has the states and sums that the resource declares, and takes its filters and search.", async () => {
      const states = statesOf(asStaff, resource);
      const money = visibleFields(resource, true).filter(([, { total }]) => total);
      for (const query of ["", "search=8 999 123-45-67", "search=nowhere"]) {
        const { status, body } = await summary(name, query, staff);
        expect(status, JSON.stringify(body)).toBe(200);
        expect(body.states?.field ?? null).toBe(states?.[0] ?? null);
        const values = body.states?.counts.map(({ value }: { value: string }) => value);
        expect(values).toEqual(states?.[1].options);
        expect(Object.keys(body.totals?.amounts ?? {})).toEqual(money.map(([field]) => field));
      }
    });

    test("Its counts agree with the list of each state.", async () => {
      const states = statesOf(asStaff, resource);
      if (!states) return;
      const { body } = await summary(name, "", staff);
      for (const { value, count, more } of body.states.counts) {
        if (more) continue;
        const list = await get(`/api/admin/${name}/?per_page=1&${states[0]}=${value}`, as(staff));
        expect([value, list.body.count]).toEqual([value, count]);
      }
    });
  },
);

test("Counts keep the other filters and ignore that of the state; sums keep both.", async () => {
  const whole = { PENDING: 2, COMPLETED: 2, CANCELLED: 1, CONFIRMED: 0, ASSIGNED: 0, IN_PROGRESS: 0 };
  const all = (await summary("orders", `client=${client.id}`)).body;
  expect(countsOf(all)).toEqual(whole);
  expect(all.totals).toEqual({
    rows: 5,
    more: false,
    amounts: { estimated_price: "5000.00", final_price: "2000.50", due: expect.any(String) },
  });
  const done = (await summary("orders", `client=${client.id}&status=COMPLETED&search=Tverskaya`)).body;
  expect(countsOf(done)).toEqual(whole);
  expect(done.totals).toMatchObject({ rows: 2, amounts: { estimated_price: "2000.00" } });
  const none = (await summary("orders", `client=${client.id}&status=ASSIGNED`)).body;
  expect(none.totals).toMatchObject({ rows: 0, amounts: { final_price: null } });
});

test("Sums are of the first rows in the list's order, and of all when all are asked for.", async () => {
  const rich = await newPerson("owner");
  await rows(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)
     INSERT INTO calculator_entries (user_id, app_income, earnings, published_at)
     SELECT ?1, 100, iif(i > 2000, 100000, 100), i FROM n`,
    rich.id,
  );
  const first = (await summary("calculator-entries", `user=${rich.id}&sort=id`, staff)).body.totals;
  expect(first).toMatchObject({ rows: 2000, more: true, amounts: { earnings: "2000.00" } });
  const all = (await summary("calculator-entries", `user=${rich.id}&sort=id&all=true`, staff)).body.totals;
  expect(all).toMatchObject({ rows: 2100, more: false, amounts: { earnings: "102000.00" } });
});

test("A wrong filter, a wrong order and a missing right are refused.", async () => {
  expect((await summary("orders", "colour=red")).status).toBe(400);
  expect((await summary("orders", "sort=start_code")).status).toBe(400);
  expect((await summary("nothing")).status).toBe(404);
  expect((await summary("calculator-entries")).status).toBe(403);
  expect((await summary("orders", "", client)).status).toBe(403);
  expect((await get("/api/admin/orders/summary/")).status).toBe(401);
});

test("A summary costs one round trip.", async () => {
  const meter = counted();
  const path = `/api/admin/orders/summary/?client=${client.id}`;
  await charge(meter, 200, "GET", path, { token: operator.token });
  const { bill } = await charge(meter, 200, "GET", path, { token: operator.token });
  expect(bill.roundTrips).toBe(1);
});
