/** Cities and interests: complete lists, searched in any case, read only. */
import { beforeAll, describe, expect, test } from "vitest";
import { call, get, patch, rows } from "../harness/api.ts";
import { ANONYMOUS, type Member, member, NOT_FOUND } from "./social.ts";

const CITIES = "/api/v1/cities/";
const INTERESTS = "/api/v1/interests/";

let ann: Member;
beforeAll(async () => {
  ann = await member();
});
const names = async (path: string) =>
  (await get(path, { key: ann.key })).body.map(({ name }: { name: string }) => name);

describe("cities", () => {
  test("Cities are a plain list by name, and those of the older app keep their ids.", async () => {
    const { status, body } = await get(CITIES, { key: ann.key });
    expect(status).toBe(200);
    expect(body.length).toBeGreaterThanOrEqual(100);
    expect(body).toEqual(
      expect.arrayContaining([
        { id: 607, name: "Москва" },
        { id: 829, name: "Санкт-Петербург" },
        { id: 980, name: "Тула" },
        { id: 354, name: "Казань" },
      ]),
    );
    const all = body.map(({ name }: { name: string }) => name);
    expect(all).toEqual([...all].sort());
  });

  test.each([
    ["моск", ["Москва"]],
    ["ПЕТЕРБУРГ", ["Санкт-Петербург"]],
    ["нижний", ["Нижний Новгород", "Нижний Тагил"]],
    ["нижний новг", ["Нижний Новгород"]],
    ["xyz", []],
  ])("A search for %s finds cities by any part of the name.", async (search, expected) => {
    expect(await names(`${CITIES}?search=${encodeURIComponent(search)}`)).toEqual(expected);
  });

  test("Each city has a place of its own.", async () => {
    expect(
      // Those that came with the migration: staff may add others.
      await rows(`WITH seeded AS (SELECT * FROM cities WHERE id <= 1119)
        SELECT name FROM seeded WHERE latitude NOT BETWEEN 41 AND 82 OR longitude NOT BETWEEN 19 AND 180
        UNION ALL SELECT min(name) FROM seeded GROUP BY latitude, longitude HAVING count(*) > 1`),
    ).toEqual([]);
  });
});

describe("interests", () => {
  test("There are at least fifteen interests, as many as a client shows.", async () => {
    const { status, body } = await get(INTERESTS, { key: ann.key });
    expect(status).toBe(200);
    expect(body.length).toBeGreaterThanOrEqual(30);
    expect(Object.keys(body[0])).toEqual(["id", "name"]);
  });

  test("Interests are ordered by how many people have them now.", async () => {
    await rows(`INSERT OR IGNORE INTO interests (name) VALUES ('Цирк'), ('Цимбалы')`);
    const place = async () => (await names(INTERESTS)).filter((name: string) => /^Ци/.test(name));
    const choose = (...chosen: string[]) =>
      patch("/api/v1/users/me/", { interests: chosen.map((name) => ({ name })) }, { key: ann.key });
    expect(await place()).toEqual(["Цимбалы", "Цирк"]);
    await choose("Цирк");
    expect(await place()).toEqual(["Цирк", "Цимбалы"]);
    await choose();
    expect(await place()).toEqual(["Цимбалы", "Цирк"]);
  });

  test.each([
    ["ФОТО", ["Фотография"]],
    ["графия", []],
    ["лыж", ["Лыжи"]],
  ])("A search for %s finds interests by the beginning of the name.", async (search, expected) => {
    expect(await names(`${INTERESTS}?search=${encodeURIComponent(search)}`)).toEqual(expected);
  });
});

describe.each([
  [CITIES, { id: 607, name: "Москва" }],
  [INTERESTS, { id: 1, name: "Астрономия" }],
])("%s", (path, one) => {
  test("Each entry has a page; unknown ids are a 404.", async () => {
    expect((await get(`${path}${one.id}/`, { key: ann.key })).body).toEqual(one);
    for (const id of ["999999", "abc"]) {
      const { status, body } = await get(`${path}${id}/`, { key: ann.key });
      expect([status, body]).toEqual([404, NOT_FOUND]);
    }
  });

  test("The list is read-only and requires a sign-in.", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const place = method === "POST" ? path : `${path}${one.id}/`;
      const { status, body } = await call(method, place, { key: ann.key, body: { name: "Китеж" } });
      expect([status, body]).toEqual([405, { detail: `Метод "${method}" не разрешен.` }]);
    }
    for (const place of [path, `${path}${one.id}/`]) expect((await get(place)).body).toEqual(ANONYMOUS);
  });
});
