/** The earnings calculator's flat routes: two decimals as strings, numbers for the chart, figures computed by the server. */
import { describe, expect, test } from "vitest";
import { call, del, get, patch, post, rows } from "../../../harness/api.ts";
import { type Driver, driver, TIME } from "../posts/cars.ts";

const DAY = 24 * 3600_000;
const NO_ENTRY = { status: 404, body: { detail: "No CalculatorEntry matches the given query." } };

const add = (who: Driver, body: unknown) => post("/api/add-calculator-entry", body, who.with);
const change = (who: Driver, id: number, body: unknown) =>
  patch(`/api/update-calculator-entry/${id}`, body, who.with);
const remove = (who: Driver, id: number | string) =>
  del(`/api/delete-calculator-entry/${id}`, undefined, who.with);
const list = async (who: Driver) => (await get("/api/get-calculator-entries?page=1", who.with)).body.data;
const recent = (who: Driver, query = "") => get(`/api/get-recent-calculator-entries${query}`, who.with);
const age = (id: number, ms: number) =>
  rows("UPDATE calculator_entries SET published_at = ? WHERE id = ?", Date.now() - ms, id);

describe("add-calculator-entry", () => {
  test("The route add-calculator-entry returns 200 with the entry, and earnings to the cent.", async () => {
    const ann = await driver();
    const asked = { app_income: "1000", commission: "35", expenses: "59.5", earnings: "591" };
    const { status, body } = await add(ann, asked);
    const entry = { app_income: "1000.00", commission: "35.00", expenses: "59.50", earnings: "590.50" };
    expect({ status, body }).toEqual({
      status: 200,
      body: { id: expect.any(Number), pub_date: TIME, ...entry },
    });
    expect(Object.keys(body)).toEqual(["id", "pub_date", "app_income", "commission", "expenses", "earnings"]);
    expect(await list(ann)).toEqual([body]);
  });

  test.each<[object, object]>([
    [{ app_income: 1000 }, { commission: null, expenses: null, earnings: "1000.00" }],
    [
      { app_income: "1000", commission: "", expenses: "" },
      { commission: null, expenses: null },
    ],
    [
      { app_income: "1000", commission: null, expenses: null, earnings: null },
      { commission: null, expenses: null },
    ],
    [
      { app_income: "1000", commission: "0", expenses: 0 },
      { commission: "0.00", expenses: "0.00" },
    ],
    [{ app_income: "1000", earnings: 99999 }, { earnings: "1000.00" }],
    [{ app_income: "1000", earnings: "nonsense" }, { earnings: "1000.00" }],
    [{ app_income: 1116.465 }, { app_income: "1116.47", earnings: "1116.47" }],
    [{ app_income: "1116.4649" }, { app_income: "1116.46" }],
    [
      { app_income: "-10", expenses: "5.005" },
      { app_income: "-10.00", expenses: "5.01", earnings: "-15.01" },
    ],
    [{ app_income: "1e3" }, { app_income: "1000.00" }],
    [{ app_income: "99999999.99" }, { app_income: "99999999.99" }],
    [{ app_income: "1.11", commission: "50" }, { earnings: "0.56" }],
  ])("The route add-calculator-entry turns %j into %j.", async (body, expected) => {
    expect(await add(await driver(), body)).toMatchObject({ status: 200, body: expected });
  });

  test.each<[object, Record<string, string[]>]>([
    [{}, { app_income: ["This field is required."] }],
    [{ app_income: "" }, { app_income: ["A valid number is required."] }],
    [{ app_income: "abc" }, { app_income: ["A valid number is required."] }],
    [{ app_income: "1,5" }, { app_income: ["A valid number is required."] }],
    [{ app_income: "NaN" }, { app_income: ["A valid number is required."] }],
    [{ app_income: true }, { app_income: ["A valid number is required."] }],
    [{ app_income: [] }, { app_income: ["A valid number is required."] }],
    [{ app_income: null }, { app_income: ["This field may not be null."] }],
    [{ app_income: "1", commission: "x" }, { commission: ["A valid number is required."] }],
    [
      { app_income: "100000000" },
      { app_income: ["Ensure that there are no more than 8 digits before the decimal point."] },
    ],
    [
      { app_income: "1", expenses: 1e30 },
      { expenses: ["Ensure that there are no more than 8 digits before the decimal point."] },
    ],
  ])("The route add-calculator-entry refuses %j and stores nothing.", async (body, errors) => {
    const ann = await driver();
    const answer = await add(ann, body);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 400, body: errors });
    expect(await list(ann)).toEqual([]);
  });
});

describe("update-calculator-entry", () => {
  const whole = { app_income: "1000", commission: "35", expenses: "59.5" };

  test.each<[object, object]>([
    [
      { app_income: "2000", commission: "", expenses: "", earnings: 1116.465 },
      { app_income: "2000.00", commission: null, expenses: null, earnings: "2000.00" },
    ],
    [
      { expenses: "100.005" },
      { app_income: "1000.00", commission: "35.00", expenses: "100.01", earnings: "549.99" },
    ],
    [{ commission: null }, { commission: null, expenses: "59.50", earnings: "940.50" }],
    [{ earnings: "99999" }, { earnings: "590.50" }],
    [{}, { app_income: "1000.00", commission: "35.00", expenses: "59.50", earnings: "590.50" }],
  ])("The route update-calculator-entry with %j returns 200 with %j.", async (body, expected) => {
    const ann = await driver();
    const before = (await add(ann, whole)).body;
    const answer = await change(ann, before.id, body);
    expect(answer).toMatchObject({ status: 200, body: expected });
    expect(answer.body).toMatchObject({ id: before.id, pub_date: before.pub_date });
    expect(await list(ann)).toEqual([answer.body]);
  });

  test("The route update-calculator-entry refuses values that are not numbers and changes nothing.", async () => {
    const ann = await driver();
    const before = (await add(ann, whole)).body;
    const answer = await change(ann, before.id, { app_income: "5", expenses: "x" });
    const errors = { expenses: ["A valid number is required."] };
    expect(answer).toMatchObject({ status: 400, body: errors });
    expect(await list(ann)).toEqual([before]);
  });

  test("The route update-calculator-entry of another person's or a missing entry is a 404.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const before = (await add(ann, whole)).body;
    expect(await change(bob, before.id, { app_income: "1" })).toMatchObject(NO_ENTRY);
    expect(await change(ann, 999999999, { app_income: "1" })).toMatchObject(NO_ENTRY);
    expect(await list(ann)).toEqual([before]);
  });

  test("The route update-calculator-entry does not accept PUT.", async () => {
    const ann = await driver();
    const { id } = (await add(ann, whole)).body;
    const { status, body } = await call("PUT", `/api/update-calculator-entry/${id}`, {
      body: {},
      ...ann.with,
    });
    expect({ status, body }).toEqual({
      status: 405,
      body: { error: 'Method "PUT" not allowed.', detail: 'Method "PUT" not allowed.' },
    });
  });
});

describe("delete-calculator-entry", () => {
  test("The route delete-calculator-entry deletes an own entry once.", async () => {
    const ann = await driver();
    const [first, second] = [
      (await add(ann, { app_income: 1 })).body,
      (await add(ann, { app_income: 2 })).body,
    ];
    const { status, body } = await remove(ann, first.id);
    expect({ status, body }).toEqual({
      status: 200,
      body: { message: "Calculator entry deleted successfully" },
    });
    expect(await list(ann)).toEqual([second]);
    expect(await remove(ann, first.id)).toMatchObject(NO_ENTRY);
  });

  test("The route delete-calculator-entry of another person's entry is a 404 and deletes nothing.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const { id } = (await add(ann, { app_income: 1 })).body;
    expect(await remove(bob, id)).toMatchObject(NO_ENTRY);
    expect(await list(ann)).toHaveLength(1);
  });
});

describe("the list", () => {
  test("The list of entries has the caller's entries only, newest first, with amounts as strings.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    await add(bob, { app_income: 9 });
    const ids: number[] = [];
    for (const app_income of [1, 2, 3]) ids.push((await add(ann, { app_income, expenses: 0 })).body.id);
    await age(ids[0] ?? 0, 2 * DAY);
    await age(ids[1] ?? 0, DAY);
    expect(await list(ann)).toMatchObject([
      { id: ids[2], app_income: "3.00", expenses: "0.00", commission: null },
      { id: ids[1] },
      { id: ids[0] },
    ]);
  });
});

describe("the recent entries", () => {
  test("The recent entries are a bare array of numbers, oldest first.", async () => {
    const ann = await driver();
    const first = (await add(ann, { app_income: "1000.5", commission: "35", expenses: "" })).body;
    const second = (await add(ann, { app_income: "800" })).body;
    await age(first.id, DAY);
    const { status, body } = await recent(ann, "?days=7");
    expect({ status, body }).toEqual({
      status: 200,
      body: [
        {
          id: first.id,
          pub_date: TIME,
          app_income: 1000.5,
          commission: 35,
          expenses: null,
          earnings: 650.33,
        },
        { id: second.id, pub_date: TIME, app_income: 800, commission: null, expenses: null, earnings: 800 },
      ],
    });
  });

  test.each([
    ["", 7],
    ["?days=7", 7],
    ["?days=30", 30],
    ["?days=90", 90],
  ])("The recent entries with the query %s go back %i days, to the minute.", async (query, days) => {
    const [ann, bob] = [await driver(), await driver()];
    await add(bob, { app_income: 5 });
    const [inside, outside] = [
      (await add(ann, { app_income: 1 })).body,
      (await add(ann, { app_income: 2 })).body,
    ];
    await age(inside.id, days * DAY - 60_000);
    await age(outside.id, days * DAY + 60_000);
    expect((await recent(ann, query)).body.map(({ id }: { id: number }) => id)).toEqual([inside.id]);
  });

  test.each(["8", "0", "-7", "abc", "", "7.0"])("The recent entries of %j days are a 400.", async (days) => {
    const { status, body } = await recent(await driver(), `?days=${days}`);
    const detail = "Invalid number of days. Must be 7, 30, or 90.";
    expect({ status, body }).toEqual({ status: 400, body: { error: detail, detail } });
  });
});

test.each([
  ["GET", "/api/get-calculator-entries?page=1"],
  ["GET", "/api/get-recent-calculator-entries"],
  ["POST", "/api/add-calculator-entry"],
  ["PATCH", "/api/update-calculator-entry/1"],
  ["DELETE", "/api/delete-calculator-entry/1"],
])("The request %s %s needs a session.", async (method, path) => {
  const answer = await call(method, path);
  expect(answer.status).toBe(401);
  expect(answer.headers.get("www-authenticate")).toBeTruthy();
});
