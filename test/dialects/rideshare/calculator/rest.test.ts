/** The earnings calculator on its REST paths: pages, deletes by one id or many, the chart, the CSV file. */
import { describe, expect, test } from "vitest";
import { del, get, patch, post, rows } from "../../../harness/api.ts";
import { type Driver, driver, TIME } from "../posts/cars.ts";

const NO_ENTRY = { status: 404, body: { detail: "No CalculatorEntry matches the given query." } };
const TAKINGS = { app_income: "1000", commission: "35", expenses: "59.5" };
const WIRE = { app_income: "1000.00", commission: "35.00", expenses: "59.50", earnings: "590.50" };

describe.each(["/api/calculator", "/api/v1/calculator"])("%s", (path) => {
  const add = async (who: Driver, body: object = TAKINGS) =>
    (await post(`${path}/`, body, who.with)).body.id as number;
  const idsOf = async ({ id }: Driver) =>
    (await rows<{ id: number }>("SELECT id FROM calculator_entries WHERE user_id = ? ORDER BY id", id)).map(
      (row) => row.id,
    );

  test("The calculator stores an entry with a 201 and computes the figures itself.", async () => {
    const ann = await driver();
    for (const slash of ["/", ""]) {
      const { status, body } = await post(`${path}${slash}`, { ...TAKINGS, earnings: 5 }, ann.with);
      expect({ status, body }).toEqual({
        status: 201,
        body: { id: expect.any(Number), pub_date: TIME, ...WIRE },
      });
    }
    expect(await idsOf(ann)).toHaveLength(2);
  });

  test("The calculator refuses values that are not numbers.", async () => {
    const ann = await driver();
    const answer = await post(`${path}/`, { app_income: "x" }, ann.with);
    expect(answer).toMatchObject({ status: 400, body: { app_income: ["A valid number is required."] } });
    expect(await idsOf(ann)).toEqual([]);
  });

  test("The calculator lists the caller's entries in pages, newest first.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    await add(bob);
    const made: number[] = [];
    for (let n = 0; n < 12; n += 1) made.unshift(await add(ann));
    const first = await get(`${path}/`, ann.with);
    expect(first.body).toMatchObject({ count: 12, previous: null });
    const next = new URL(first.body.next);
    const second = await get(next.pathname + next.search, ann.with);
    const results = [...first.body.results, ...second.body.results];
    expect(results.map(({ id }: { id: number }) => id)).toEqual(made);
    expect(results[0]).toEqual({ id: made[0], pub_date: TIME, ...WIRE });
    expect((await get(`${path}/?page=3`, ann.with)).status).toBe(404);
  });

  test("Only the owner can change a calculator entry.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const id = await add(ann);
    const answer = await patch(`${path}/${id}/`, { expenses: "" }, ann.with);
    expect(answer).toMatchObject({ status: 200, body: { expenses: null, earnings: "650.00" } });
    expect(await patch(`${path}/${id}/`, { expenses: "1" }, bob.with)).toMatchObject(NO_ENTRY);
  });

  test.each<[string, (ids: number[]) => { query?: string; body?: object }, number]>([
    ["an id in the body", ([id]) => ({ body: { id } }), 1],
    ["an id as text", ([id]) => ({ body: { id: String(id) } }), 1],
    ["a list of ids", ([a, b]) => ({ body: { ids: [a, b] } }), 2],
    ["the same id twice", ([a]) => ({ body: { ids: [a, a] } }), 1],
    ["an id in the query", ([id]) => ({ query: `?id=${id}` }), 1],
  ])("Calculator entries are deleted by %s.", async (_name, named, gone) => {
    const ann = await driver();
    const ids = [await add(ann), await add(ann), await add(ann)];
    const { query = "", body } = named(ids);
    const answer = await del(`${path}/${query}`, body, ann.with);
    expect([answer.status, answer.body]).toEqual([204, ""]);
    expect(await idsOf(ann)).toEqual(ids.slice(gone));
  });

  test.each<[string, object | undefined, string]>([
    ["nothing", undefined, ""],
    ["an empty body", {}, ""],
    ["an empty list", { ids: [] }, ""],
    ["no number", { id: "x" }, ""],
    ["no number in the list", { ids: ["x"] }, ""],
    ["no number in the query", undefined, "?id=x"],
    ["something else", { all: true }, ""],
  ])("The calculator refuses to delete by %s and deletes nothing.", async (_name, body, query) => {
    const ann = await driver();
    const ids = [await add(ann)];
    expect((await del(`${path}/${query}`, body, ann.with)).status).toBe(400);
    expect(await idsOf(ann)).toEqual(ids);
  });

  test("The calculator deletes all named entries or none.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const [mine, others] = [await add(ann), await add(bob)];
    for (const id of [others, 999999999]) {
      expect(await del(`${path}/`, { ids: [mine, id] }, ann.with)).toMatchObject(NO_ENTRY);
    }
    expect([await idsOf(ann), await idsOf(bob)]).toEqual([[mine], [others]]);
  });

  test("A calculator entry is deleted by its path once.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const id = await add(ann);
    expect(await del(`${path}/${id}/`, undefined, bob.with)).toMatchObject(NO_ENTRY);
    expect((await del(`${path}/${id}/`, undefined, ann.with)).status).toBe(204);
    expect(await del(`${path}/${id}/`, undefined, ann.with)).toMatchObject(NO_ENTRY);
  });

  test("The calculator returns the numbers for a chart.", async () => {
    const ann = await driver();
    const id = await add(ann);
    const { status, body } = await get(`${path}/recent/?days=30`, ann.with);
    expect({ status, body }).toEqual({
      status: 200,
      body: [{ id, pub_date: TIME, app_income: 1000, commission: 35, expenses: 59.5, earnings: 590.5 }],
    });
    const detail = "Invalid number of days. Must be 7, 30, or 90.";
    expect(await get(`${path}/recent/?days=8`, ann.with)).toMatchObject({ status: 400, body: { detail } });
  });

  test("The calculator exports all entries as a CSV file.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    await add(bob);
    const [first, second] = [await add(ann), await add(ann, { app_income: "-5" })];
    const answer = await get(`${path}/export.csv`, ann.with);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="earnings.csv"');
    const [head, a, b, ...rest] = answer.body.split("\r\n");
    expect(head).toBe("id,pub_date,app_income,commission,expenses,earnings");
    expect(a).toMatch(new RegExp(`^${first},[^,]+Z,1000\\.00,35\\.00,59\\.50,590\\.50$`));
    expect(b).toMatch(new RegExp(`^${second},[^,]+Z,-5\\.00,,,-5\\.00$`));
    expect(rest).toEqual([""]);
  });
});
