/** Car posts on their REST paths: pages, search, filters, order, and pictures in the same form. */
import { describe, expect, test } from "vitest";
import { fileOf, filesOf, LIMIT, PAGE, picture, tick } from "../../../files/world.ts";
import { call, del, get, patch, post, put, rows, send, unique } from "../../../harness/api.ts";
import { type Driver, driver, KEYS, NO_OPTIONS, OPTIONS, picturesOf, REQUIRED } from "./cars.ts";

const PREFIXES = ["/api/carposts", "/api/v1/carposts"];
const NO_POST = "No CarPost matches the given query.";

const add = async (who: Driver, changes: object = {}) =>
  (await post("/api/carposts/", { ...REQUIRED, ...changes }, who.with)).body.id as number;
const list = (who: Driver, query: Record<string, string> = {}, prefix = "/api/carposts") =>
  get(`${prefix}/?${new URLSearchParams(query)}`, who.with);
const idsOf = (answer: { body: { results: { id: number }[] } }) => answer.body.results.map(({ id }) => id);
const countOf = async ({ id }: Driver) =>
  (await rows("SELECT id FROM car_posts WHERE user_id = ?", id)).length;

function form(fields: Record<string, string>, image?: File): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  if (image) made.append("image", image);
  return made;
}

describe.each(PREFIXES)("%s", (prefix) => {
  test("A post is created, read, changed and deleted, with and without the last slash.", async () => {
    const ann = await driver();
    for (const slash of ["/", ""]) {
      const made = await post(`${prefix}${slash}`, { ...REQUIRED, ...OPTIONS }, ann.with);
      expect(made).toMatchObject({ status: 201, body: { ...REQUIRED, ...OPTIONS, user_id: ann.id } });
      expect(Object.keys(made.body)).toEqual([...KEYS, "image"]);
      expect(made.body.image).toBeNull();
      const path = `${prefix}/${made.body.id}${slash}`;
      expect(await get(path, ann.with)).toMatchObject({ status: 200, body: made.body });
      const changed = { ...made.body, price: "1", location: null };
      expect(await put(path, { price: "1", location: null }, ann.with)).toMatchObject({
        status: 200,
        body: changed,
      });
      expect(await patch(path, { color: "red" }, ann.with)).toMatchObject({
        status: 200,
        body: { ...changed, color: "red" },
      });
      const gone = await del(path, undefined, ann.with);
      expect([gone.status, gone.body]).toEqual([204, ""]);
      expect(await get(path, ann.with)).toMatchObject({ status: 404, body: { detail: NO_POST } });
      expect((await del(path, undefined, ann.with)).status).toBe(404);
    }
  });

  test("Members can read a post and only its owner can change it.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const path = `${prefix}/${await add(ann)}/`;
    expect((await get(path, bob.with)).status).toBe(200);
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      const answer = await call(method, path, { body: { price: "1" }, ...bob.with });
      expect(answer.status).toBe(403);
      expect(answer.body).toHaveProperty("detail");
      expect((await call(method, path, { body: { price: "1" } })).status).toBe(401);
    }
    expect((await get(path, ann.with)).body).toMatchObject({ ...REQUIRED, ...NO_OPTIONS });
  });

  test("The list of posts uses the platform's paging, in a stable order.", async () => {
    const ann = await driver();
    const made: number[] = [];
    for (let n = 0; n < 23; n += 1) made.push(await add(ann));
    const first = await list(ann, { mine: "true" }, prefix);
    expect(first.body).toMatchObject({ count: 23, previous: null });
    expect(first.body.results).toHaveLength(10);
    const next = new URL(first.body.next);
    expect(next.pathname + next.search).toBe(`${prefix}/?mine=true&page=2`);
    // What is edited in between stays where it is.
    await patch(`${prefix}/${made[3]}/`, { car_name: "Zafira" }, ann.with);
    const second = await get(next.pathname + next.search, ann.with);
    const last = await list(ann, { mine: "true", page: "last" }, prefix);
    expect(last.body.next).toBeNull();
    expect([first, second, last].flatMap(idsOf)).toEqual(made);
    expect(idsOf(await list(ann, { mine: "true", limit: "7", page: "2" }, prefix))).toEqual(
      made.slice(7, 14),
    );
  });

  test.each(["0", "-1", "3", "abc", "1.5"])("The list of posts has no page %s.", async (page) => {
    const ann = await driver();
    await add(ann);
    const answer = await list(ann, { mine: "true", page }, prefix);
    expect(answer.status).toBe(404);
    expect(answer.body).toHaveProperty("detail");
  });
});

describe("a search", () => {
  test.each([
    ["a name in another case", (word: string) => ({ car_name: `Лада ${word}` }), "лАДА"],
    ["a model", (word: string) => ({ model: word }), ""],
    ["a location in Cyrillic", (word: string) => ({ location: `Санкт-Петербург ${word}` }), "ПЕТЕРБУРГ"],
    ["a description", (word: string) => ({ description: `Чистая ${word}` }), "чист"],
    ["a decomposed letter", (word: string) => ({ car_name: `Йота ${word}` }), "йота".normalize("NFD")],
    ["letters with marks", (word: string) => ({ car_name: `Škoda ${word}` }), "ŠKODA"],
  ])("A search of posts finds %s.", async (_name, changes, also) => {
    const ann = await driver();
    const word = unique("Ключ");
    const id = await add(ann, changes(word));
    await add(ann, changes(unique("Другой")));
    expect(idsOf(await list(ann, { search: `${also} ${word.toUpperCase()}` }))).toEqual([id]);
  });

  test("A search of posts requires every word, in any field.", async () => {
    const ann = await driver();
    const [a, b] = [unique("слово"), unique("слово")];
    const both = await add(ann, { car_name: a, location: b });
    await add(ann, { car_name: a });
    expect(idsOf(await list(ann, { search: `${b}, ${a}` }))).toEqual([both]);
    expect(await list(ann, { search: `${a} ${unique("нет")}` })).toMatchObject({
      status: 200,
      body: { count: 0, next: null, previous: null, results: [] },
    });
  });

  test("A search of posts matches special characters literally and finds changed posts.", async () => {
    const ann = await driver();
    const word = unique("a");
    const id = await add(ann, { car_name: `50%_${word}` });
    await add(ann, { car_name: `50xx${word}` });
    expect(idsOf(await list(ann, { search: `50%_${word}` }))).toEqual([id]);
    const other = unique("новое");
    await patch(`/api/carposts/${id}/`, { car_name: other }, ann.with);
    expect(idsOf(await list(ann, { search: other }))).toEqual([id]);
    expect(idsOf(await list(ann, { search: `50%_${word}` }))).toEqual([]);
  });
});

describe("filters", () => {
  /** Cars with prices as people write them. */
  const PRICES = ["900", "1 200,50 €", "$3000", "15000", "по договорённости"];

  test.each<[Record<string, string>, number[]]>([
    [{ min_price: "1000" }, [1, 2, 3]],
    [{ max_price: "3000" }, [0, 1, 2]],
    [{ min_price: "1200.50", max_price: "1200.5" }, [1]],
    [{ min_price: "1200.51" }, [2, 3]],
    [{ min_price: "3000", max_price: "900" }, []],
    [{ min_price: "", max_price: "" }, [0, 1, 2, 3, 4]],
    [{ ordering: "price", min_price: "0" }, [0, 1, 2, 3]],
    [{ ordering: "-price", min_price: "0" }, [3, 2, 1, 0]],
    [{ ordering: "-id" }, [4, 3, 2, 1, 0]],
    [{ ordering: "-created_at" }, [4, 3, 2, 1, 0]],
    [{ ordering: "created_at" }, [0, 1, 2, 3, 4]],
    [{ ordering: "car_name" }, [4, 3, 2, 1, 0]],
    [{ ordering: "-car_name" }, [0, 1, 2, 3, 4]],
  ])("The list of posts can be filtered and ordered by %j.", async (query, expected) => {
    const ann = await driver();
    const made: number[] = [];
    for (const [index, price] of PRICES.entries()) {
      const id = await add(ann, { price, car_name: `Car ${9 - index}` });
      await rows("UPDATE car_posts SET created_at = ? WHERE id = ?", index, id);
      made.push(id);
    }
    expect(idsOf(await list(ann, { mine: "true", ...query }))).toEqual(expected.map((index) => made[index]));
  });

  test.each<[Record<string, string>, number[]]>([
    [{ fuel: "DIESEL" }, [0, 1]],
    [{ fuel: "Бензин" }, [2]],
    [{ fuel: "die" }, []],
    [{ transmission: "автомат" }, [1, 2]],
    [{ fuel: "diesel", transmission: "АВТОМАТ" }, [1]],
    [{ location: "москва" }, [0, 1]],
    [{ location: "МОСКВА, север" }, [1]],
    [{ fuel: "", transmission: "", location: "" }, [0, 1, 2]],
  ])("The list of posts can be filtered by %j in any case.", async (query, expected) => {
    const ann = await driver();
    const made = [
      await add(ann, { fuel: "diesel", transmission: "manual", location: "Москва" }),
      await add(ann, { fuel: "Diesel", transmission: "Автомат", location: "г. Москва, Север" }),
      await add(ann, { fuel: "бензин", transmission: "автомат" }),
    ];
    expect(idsOf(await list(ann, { mine: "1", ...query }))).toEqual(expected.map((index) => made[index]));
  });

  test.each<Record<string, string>>([
    { min_price: "abc" },
    { max_price: "1e99" },
    { ordering: "power" },
    { mine: "maybe" },
  ])("The list of posts refuses the filter %j.", async (query) => {
    const { status, body } = await list(await driver(), query);
    expect(status).toBe(400);
    expect(Object.keys(body)).toEqual(Object.keys(query));
  });
});

describe("a picture", () => {
  test("A picture is uploaded with the post, shown in lists, replaced, and deleted with the post.", async () => {
    const ann = await driver();
    const made = await post("/api/carposts/", form(REQUIRED, fileOf(picture(70))), ann.with);
    expect(made).toMatchObject({ status: 201, body: { image: expect.stringMatching(/^http/) } });
    const shown = await send(new Request(made.body.image, { headers: ann.with.headers ?? {} }));
    expect(await shown.bytes()).toEqual(picture(70));
    const path = `/api/carposts/${made.body.id}/`;
    const changed = await put(path, form({ price: "5" }, fileOf(picture(80))), ann.with);
    expect(changed).toMatchObject({ status: 200, body: { price: "5" } });
    expect(changed.body.image).not.toBe(made.body.image);
    expect((await list(ann, { mine: "true" })).body.results[0].image).toBe(changed.body.image);
    expect((await patch(path, { price: "6" }, ann.with)).body.image).toBe(changed.body.image);
    const files = await filesOf(ann);
    expect(files).toMatchObject([{ size: 80, status: "finished" }]);
    await tick();
    await expect.poll(() => picturesOf(ann), { timeout: 10_000 }).toEqual(files.map(({ key }) => key));
    await del(path, undefined, ann.with);
    expect(await filesOf(ann)).toEqual([]);
    await tick();
    await expect.poll(() => picturesOf(ann), { timeout: 10_000 }).toEqual([]);
  });

  test.each([
    ["a page that is called a JPEG", fileOf(PAGE)],
    ["a byte over ten megabytes", fileOf(picture(LIMIT + 1))],
  ])("A picture that is %s creates no post and no file.", async (_name, file) => {
    const ann = await driver();
    const answer = await post("/api/carposts/", form(REQUIRED, file), ann.with);
    expect(answer).toMatchObject({ status: 400, body: { image: [expect.any(String)] } });
    expect(await countOf(ann)).toBe(0);
    expect(await filesOf(ann)).toEqual([]);
    expect(await picturesOf(ann)).toEqual([]);
  });

  test("The picture of a refused post is not kept.", async () => {
    const ann = await driver();
    const answer = await post("/api/carposts/", form({ price: "1" }, fileOf(picture())), ann.with);
    expect(answer).toMatchObject({ status: 400, body: { car_name: ["This field is required."] } });
    expect(await filesOf(ann)).toEqual([]);
    expect(await picturesOf(ann)).toEqual([]);
  });

  test("Pictures of two posts created concurrently are not mixed up.", async () => {
    const ann = await driver();
    const sizes = [71, 72, 73, 74];
    const made = await Promise.all(
      sizes.map((size) => post("/api/carposts/", form(REQUIRED, fileOf(picture(size))), ann.with)),
    );
    const subjects = await rows(
      "SELECT subject_id, size FROM files WHERE owner_id = ? ORDER BY size",
      ann.id,
    );
    expect(subjects).toEqual(sizes.map((size, index) => ({ subject_id: made[index]?.body.id, size })));
  });
});
