/** Pages of the shipped client: ten rows each, and invalid page numbers that are a 200 with all that its pages read. */
import { describe, expect, test } from "vitest";
import { get, post } from "../../../harness/api.ts";
import { addCar, type Driver, driver, edit, KEYS } from "./cars.ts";

const NOT_A_NUMBER = "Invalid page number. Page should be an integer!";
const OUT_OF_RANGE = "Page not found! The page number you're requesting is out of range!";

const addEntry = (who: Driver) => post("/api/add-calculator-entry", { app_income: "1" }, who.with);
/** Each list, with how it is filled and how a page is requested. */
const LISTS = [
  ["get-user-carposts", addCar, (page: string) => `/api/get-user-carposts/${page}`],
  ["get-calculator-entries", addEntry, (page: string) => `/api/get-calculator-entries?page=${page}`],
] as const;

const only = {
  current_page: 1,
  total_pages: 1,
  has_previous: false,
  has_next: false,
  previous_page_number: null,
  next_page_number: null,
};

const idsOf = (answer: { body: { data: { id: number }[] } }) => answer.body.data.map(({ id }) => id);

describe.each(LISTS)("%s", (_name, fill, path) => {
  test("An empty list is page 1 of 1.", async () => {
    const { status, body } = await get(path("1"), (await driver()).with);
    expect({ status, body }).toEqual({ status: 200, body: { data: [], count: 0, pagination: only } });
  });

  test("A list has ten rows a page, of the caller only.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    await fill(bob);
    for (let n = 0; n < 21; n += 1) await fill(ann);
    const pages = await Promise.all(["1", "2", "3"].map((page) => get(path(page), ann.with)));
    expect(pages.map(({ body }) => [body.data.length, body.count])).toEqual([
      [10, 21],
      [10, 21],
      [1, 21],
    ]);
    expect(new Set(pages.flatMap(idsOf)).size).toBe(21);
    expect(pages.map(({ body }) => body.pagination)).toEqual([
      { ...only, total_pages: 3, has_next: true, next_page_number: 2 },
      {
        current_page: 2,
        total_pages: 3,
        has_previous: true,
        has_next: true,
        previous_page_number: 1,
        next_page_number: 3,
      },
      { ...only, current_page: 3, total_pages: 3, has_previous: true, previous_page_number: 2 },
    ]);
    for (const { body } of pages) expect(Object.keys(body)).toEqual(["data", "count", "pagination"]);
  });

  test.each([
    ["abc", NOT_A_NUMBER],
    ["1.0", NOT_A_NUMBER],
    ["1e1", NOT_A_NUMBER],
    ["x".repeat(200), NOT_A_NUMBER],
    ["0", OUT_OF_RANGE],
    ["-1", OUT_OF_RANGE],
    ["2", OUT_OF_RANGE],
    ["9999999999", OUT_OF_RANGE],
    ["9".repeat(200), OUT_OF_RANGE],
  ])("Page %s is a 200 with an error and an empty page.", async (page, error) => {
    const ann = await driver();
    await fill(ann);
    const { status, body } = await get(path(page), ann.with);
    expect({ status, body }).toEqual({
      status: 200,
      body: { error, data: [], count: 1, pagination: only },
    });
  });
});

test.each(["99999999", "0", "abc"])("Page %s of all cars is a 200 too.", async (page) => {
  const { status, body } = await get(`/api/get-carposts/${page}`, (await driver()).with);
  expect(status).toBe(200);
  expect(body).toMatchObject({ error: page === "abc" ? NOT_A_NUMBER : OUT_OF_RANGE, data: [] });
});

test("An empty page number is invalid, and no page number is the first page.", async () => {
  const ann = await driver();
  expect((await get("/api/get-calculator-entries?page=", ann.with)).body.error).toBe(NOT_A_NUMBER);
  expect((await get("/api/get-calculator-entries", ann.with)).body).not.toHaveProperty("error");
});

test("The route get-carposts has all posts, in an order that an edit does not change.", async () => {
  const [ann, bob] = [await driver(), await driver()];
  const mine: number[] = [];
  for (let n = 0; n < 12; n += 1) mine.push(await addCar(n % 2 ? ann : bob));
  const all = async () => {
    const { body } = await get("/api/get-carposts/1", ann.with);
    const pages = Array.from({ length: body.pagination.total_pages }, (_, index) =>
      get(`/api/get-carposts/${index + 1}`, ann.with),
    );
    return (await Promise.all(pages)).flatMap(idsOf);
  };
  const before = await all();
  expect(before.filter((id) => mine.includes(id))).toEqual(mine);
  await edit(bob, mine[0] ?? 0, { car_name: "Zafira" });
  expect(await all()).toEqual(before);
});

test("A page's size is fixed: other parameters are ignored.", async () => {
  const ann = await driver();
  for (let n = 0; n < 11; n += 1) await addCar(ann);
  const answer = await get("/api/get-user-carposts/1?limit=3&page=2&ordering=-id&sortBy=price-asc", ann.with);
  expect(answer.body.data).toHaveLength(10);
  expect(answer.body.pagination.current_page).toBe(1);
  expect(Object.keys(answer.body.data[0])).toEqual(KEYS);
});
