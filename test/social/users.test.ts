/** Lists of people: pages of six, searches in any case of Cyrillic, and every filter. */
import { beforeAll, describe, expect, test } from "vitest";
import { USERS } from "../dialects/find-friend/people.ts";
import { registered } from "../dialects/tow-truck/people.ts";
import { get, patch, person, rows, staffMember } from "../harness/api.ts";
import { ANONYMOUS, befriend, block, type Member, me, member } from "./social.ts";

/** Letters that nobody else's name in these tests has: what a search finds is known then. */
const LETTERS = "бвгджзклмнпрстфхцч";
const surname = () =>
  `Щ${Array.from({ length: 12 }, () => LETTERS[Math.floor(Math.random() * 18)]).join("")}`;

const list = async ({ key }: { key: string }, query: Record<string, string> | URLSearchParams = {}) =>
  get(`${USERS}?${new URLSearchParams(query)}`, { key });
const ids = async (who: Member, query: Record<string, string> | URLSearchParams) =>
  (await list(who, query)).body.results.map(({ id }: { id: number }) => id);

/** A birthday that gives this age today, shifted by days. */
function bornAgo(years: number, days = 0): string {
  const today = new Date();
  const then = Date.UTC(today.getUTCFullYear() - years, today.getUTCMonth(), today.getUTCDate() + days);
  return new Date(then).toISOString().slice(0, 10);
}

const last_name = surname();
let ann: Member;
let boris: Member;
let vera: Member;
beforeAll(async () => {
  ann = await member(
    { first_name: "Анна", last_name },
    {
      city: "Тула",
      sex: "Ж",
      birthday: "1990-05-17",
      profession: "врач",
      purpose: "дружба",
      interests: [{ name: "Йога" }, { name: "Туризм" }],
    },
  );
  boris = await member(
    { first_name: "Борис", last_name },
    { city: "Казань", sex: "М", interests: [{ name: "Хоккей" }] },
  );
  vera = await member({ first_name: "Вера", last_name });
});

describe("the list", () => {
  test("The list is a page of full profiles, the newest account first, including the caller.", async () => {
    const dan = await member();
    const eve = await member();
    const { status, body } = await list(eve);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["count", "next", "previous", "results"]);
    expect(body.results).toHaveLength(6);
    expect(body.results[0]).toEqual(await me(eve));
    expect(body.results[1].id).toBe(dan.id);
    expect(body.next).toBe("http://caravan.test/api/v1/users/?page=2");
    expect(body.previous).toBeNull();
    const [{ n }] = (await rows<{ n: number }>(
      "SELECT count(*) AS n FROM social_profiles JOIN users ON id = user_id WHERE listed_at > 0 AND NOT is_staff",
    )) as [{ n: number }];
    expect(body.count).toBe(n);
  });

  test("The list has people of other apps only after they edit their profile, and never staff.", async () => {
    const newcomer = await person();
    const client = await registered({ first_name: last_name });
    const staff = await staffMember();
    const newest = async () => (await list(ann, { limit: "100" })).body.results.map(({ id }: Member) => id);
    for (const { id } of [newcomer, client, staff]) expect(await newest()).not.toContain(id);
    await patch(`${USERS}me/`, { purpose: "дружба" }, { token: newcomer.token });
    await patch(`${USERS}me/`, { purpose: "дружба" }, { token: staff.token });
    await patch(`${USERS}${client.id}/`, { purpose: "дружба" }, { token: staff.token });
    expect(await newest()).toContain(newcomer.id);
    expect(await newest()).not.toContain(staff.id);
    // An edit by an account of another person does not list them.
    expect(await newest()).not.toContain(client.id);
  });

  test("Pages never repeat a row, and the page after the last is a 404.", async () => {
    const query = { search: last_name, limit: "2" };
    const first = (await list(ann, query)).body;
    expect(first).toMatchObject({ count: 3, previous: null });
    expect(first.results.map(({ id }: Member) => id)).toEqual([vera.id, boris.id]);
    const last = (await list(ann, { ...query, page: "last" })).body;
    expect(last.results.map(({ id }: Member) => id)).toEqual([ann.id]);
    expect(last.next).toBeNull();
    expect((await list(ann, { ...query, page: "2" })).body).toEqual({ ...last, previous: last.previous });
    for (const page of ["3", "0", "x"]) {
      const { status, body } = await list(ann, { ...query, page });
      expect([status, body]).toEqual([404, { detail: "Неправильная страница" }]);
    }
  });

  test.each(["0", "-1", "many"])("A page size of %s counts as none.", async (limit) => {
    expect((await list(ann, { limit })).body.results).toHaveLength(6);
  });

  test("The list requires a sign-in.", async () => {
    const { status, body } = await get(USERS);
    expect([status, body]).toEqual([401, ANONYMOUS]);
  });
});

describe("a search", () => {
  const everybody = () => [vera.id, boris.id, ann.id];
  test.each([
    ["part of a last name, in small letters", () => last_name.slice(2).toLowerCase(), everybody],
    ["a last name in capitals", () => last_name.toUpperCase(), everybody],
    ["two words, both of which must be there", () => `${last_name} АННА`, () => [ann.id]],
    ["words apart by a comma", () => `вера,${last_name}`, () => [vera.id]],
    ["an address", () => ann.email.toUpperCase(), () => [ann.id]],
    ["no stranger's birthday", () => `1990-05 ${last_name}`, () => []],
    ["no address by a part of it", () => ann.email.slice(1), () => []],
    ["a city", () => `казан ${last_name}`, () => [boris.id]],
    ["a sign that is a wildcard elsewhere", () => `% ${last_name}`, () => []],
  ])("A search finds %s.", async (_, search, expected) => {
    expect(await ids(vera, { search: search() })).toEqual(expected());
  });

  test("A search finds birthdays of the caller and of friends only.", async () => {
    const friend = await member();
    await befriend(friend, ann);
    for (const who of [ann, friend])
      expect(await ids(who, { search: `1990-05 ${last_name}` })).toEqual([ann.id]);
  });

  test("A search and a filter apply together.", async () => {
    expect(await ids(vera, { search: last_name, sex: "М" })).toEqual([boris.id]);
  });
});

describe("a filter", () => {
  test.each([
    ["first_name", "Анна"],
    ["profession", "врач"],
    ["purpose", "дружба"],
    ["sex", "Ж"],
    ["city", "980"],
    ["city__name", "Тула"],
    ["interests", "Туризм"],
  ])("The filter %s=%s matches exactly.", async (name, value) => {
    expect(await ids(vera, { search: last_name, [name]: value })).toEqual([ann.id]);
  });

  test("The filter email ignores case.", async () => {
    expect(await ids(vera, { email: ann.email.toUpperCase() })).toEqual([ann.id]);
  });

  test.each([
    ["last_name", () => last_name.slice(0, 5)],
    ["city__name", () => "тула"],
    ["profession", () => "вра"],
  ])("The filter %s does not match parts or another case.", async (name, value) => {
    expect(await ids(vera, { search: last_name, [name]: value() })).toEqual([]);
  });

  test.each(["email", "first_name", "sex", "age", "city", "city__name", "interests", "search"])(
    "The filter %s without a value is ignored.",
    async (name) => {
      expect(await ids(vera, { last_name, [name]: "" })).toEqual([vera.id, boris.id, ann.id]);
    },
  );

  test("The filter interests given twice matches people with at least one, each once.", async () => {
    const query = new URLSearchParams({ last_name });
    for (const name of ["Йога", "Туризм", "Хоккей"]) query.append("interests", name);
    expect(await ids(vera, query)).toEqual([boris.id, ann.id]);
  });

  test("The filter age includes both ends of its range of birthdays.", async () => {
    const last_name = surname();
    const people: Record<string, number> = {};
    for (const [name, birthday] of [
      ["today", bornAgo(30)],
      ["late", bornAgo(30, 1)],
      ["early", bornAgo(31)],
      ["before", bornAgo(31, -1)],
    ] as const)
      people[name] = (await member({ last_name }, { birthday })).id;
    expect(await ids(vera, { last_name, age: "30" })).toEqual([people.early, people.today]);
  });

  test.each([
    ["sex", "X", "Выберите корректный вариант. X нет среди допустимых значений."],
    ["age", "много", "Введите число."],
    ["city", "999999", "Выберите корректный вариант. Вашего варианта нет среди допустимых значений."],
    ["city", "Тула", "Выберите корректный вариант. Вашего варианта нет среди допустимых значений."],
    ["interests", "Нет такого", "Выберите корректный вариант. Нет такого нет среди допустимых значений."],
  ])("The filter %s=%s is refused with a message.", async (name, value, words) => {
    const { status, body } = await list(vera, { [name]: value });
    expect([status, body]).toEqual([400, { [name]: [words] }]);
  });

  test("The filter interests refuses an interest that nobody has.", async () => {
    await rows("INSERT OR IGNORE INTO interests (name) VALUES ('Бисероплетение')");
    expect((await list(vera, { interests: "Бисероплетение" })).body).toEqual({
      interests: ["Выберите корректный вариант. Бисероплетение нет среди допустимых значений."],
    });
  });

  test("An unknown filter is ignored.", async () => {
    expect(await ids(vera, { last_name, colour: "blue" })).toEqual([vera.id, boris.id, ann.id]);
  });
});

test("Staff sees people who have blocked them in lists too.", async () => {
  const last_name = surname();
  const staff = await staffMember();
  const one = await member({ last_name });
  await block(one, { id: staff.id, email: "", key: "" });
  const { body } = await get(`${USERS}?last_name=${encodeURIComponent(last_name)}`, { token: staff.token });
  expect(body.count).toBe(1);
});

test("A person's events are a plain list of ids and names, the latest start first, without other people's.", async () => {
  const eve = await member();
  expect((await get(`${USERS}my_events/`, { key: eve.key })).body).toEqual([]);
  const made = await rows<{ id: number; name: string }>(
    `INSERT INTO events (uuid, name, starts_at, created_at, updated_at)
     SELECT hex(randomblob(16)), value, key + 1, 0, 0 FROM json_each('["Поход", "Концерт", "Чужой"]')
     RETURNING id, name`,
  );
  const [walk, concert] = made;
  await rows(
    `INSERT INTO event_members (event_id, user_id, is_organizer, joined_at)
     SELECT value, ?, 0, 0 FROM json_each(?)`,
    eve.id,
    JSON.stringify([walk?.id, concert?.id]),
  );
  const { status, body } = await get(`${USERS}my_events/`, { key: eve.key });
  expect([status, body]).toEqual([200, [concert, walk]]);
});
