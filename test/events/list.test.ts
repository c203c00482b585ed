/** The list of events: pages, search, filters and their refusals. */
import { describe, expect, test } from "vitest";
import { del, get, post, put, rows, unique } from "../harness/api.ts";
import { charge, counted } from "../harness/counting/counted.ts";
import { city, createEvent, EVENTS, eventPath, type Guest, guest } from "./fixtures.ts";

const list = (query: Record<string, string> = {}, who?: Guest) =>
  get(`${EVENTS}?${new URLSearchParams(query)}`, who?.with);
const idsOf = async (query: Record<string, string>, who?: Guest): Promise<number[]> =>
  (await list(query, who)).body.results.map(({ id }: { id: number }) => id);

test("Anybody may list events, four to a page, the latest start first.", async () => {
  const host = await guest();
  const word = unique("страница");
  const days = ["2031-01-02", "2031-01-05", "2031-01-01", "2031-01-04", "2031-01-03", "2031-01-05"];
  const made: number[] = [];
  for (const day of days) made.push(await createEvent(host, { name: word, start_date: day }));
  const order = [5, 1, 3, 4, 0, 2].map((index) => made[index]);
  const first = await list({ search: word });
  expect(first).toMatchObject({ status: 200, body: { count: 6, previous: null } });
  expect(Object.keys(first.body)).toEqual(["count", "next", "previous", "results"]);
  expect(first.body.results.map(({ id }: { id: number }) => id)).toEqual(order.slice(0, 4));
  const second = await get(new URL(first.body.next).pathname + new URL(first.body.next).search);
  expect(second.body).toMatchObject({ count: 6, next: null });
  expect(second.body.results.map(({ id }: { id: number }) => id)).toEqual(order.slice(4));
  expect(await idsOf({ search: word, page: "last" })).toEqual(order.slice(4));
  expect(await idsOf({ search: word, limit: "6" })).toEqual(order);
  expect(await idsOf({ search: word, limit: "0" })).toEqual(order.slice(0, 4));
  for (const page of ["0", "3", "x"]) {
    expect(await list({ search: word, page })).toMatchObject({
      status: 404,
      body: { detail: "Неправильная страница" },
    });
  }
  expect((await list({ search: unique("нет") })).body).toEqual({
    count: 0,
    next: null,
    previous: null,
    results: [],
  });
});

test("A caller with a stale token is not treated as anonymous, and an id that is no number is no event.", async () => {
  const id = await createEvent(await guest());
  const stale = { key: "0".repeat(40) };
  expect((await get(EVENTS, stale)).status).toBe(200);
  expect((await get(eventPath(id), stale)).status).toBe(200);
  for (const path of ["abc", "0", "-1", "99999999"]) {
    expect(await get(`${EVENTS}${path}/`)).toMatchObject({
      status: 404,
      body: { detail: "Страница не найдена." },
    });
  }
});

test.each([
  ["a name in another case", (word: string) => ({ name: `Бал ${word}` }), "бАЛ"],
  ["a kind", (word: string) => ({ event_type: `Танцы ${word}` }), "ТАНЦЫ"],
  ["an address", (word: string) => ({ address: `Улица Ёлок ${word}` }), "ёлок"],
  ["wildcards as plain characters", (word: string) => ({ name: `50%_${word}` }), "%_"],
])("A search finds %s.", async (_, changes, also) => {
  const host = await guest();
  const word = unique("Слово");
  const id = await createEvent(host, changes(word));
  await createEvent(host, changes(unique("Другое")));
  expect(await idsOf({ search: `${also}, ${word.toUpperCase()}` })).toEqual([id]);
});

test("A search finds a city, and every word must occur somewhere.", async () => {
  const host = await guest();
  const { id: cityId, name } = await city();
  const id = await createEvent(host, { name: "Регата", city: cityId });
  await createEvent(host, { city: cityId });
  expect(await idsOf({ search: `${name.toUpperCase()} регата` })).toEqual([id]);
});

describe("filters", () => {
  /** Events of one city, so that nobody else's are in the way. */
  async function world() {
    const host = await guest({ first_name: "Аристарх", last_name: "Ёлкин" });
    const { id: cityId, name } = await city();
    const make = (changes: object) => createEvent(host, { city: cityId, ...changes });
    const ids = [
      await make({ event_type: "Кино", address: "Дом 1", max_age: 20, min_count_members: 5 }),
      await make({ event_type: "кино", address: "дом 1", min_age: 30, max_count_members: 8 }),
      await make({ event_type: "Театр", start_date: "2031-06-10T23:30:00+03:00", end_date: "2031-06-12" }),
    ];
    const find = async (query: Record<string, string>, who?: Guest) =>
      (await idsOf({ city: String(cityId), ...query }, who)).map((id) => ids.indexOf(id)).sort();
    return { host, name, find };
  }

  test.each<[Record<string, string>, number[]]>([
    [{}, [0, 1, 2]],
    [{ event_type: "Кино" }, [0]],
    [{ address: "дом 1" }, [1]],
    [{ event_type: "Кино", address: "дом 1" }, []],
    // `min_age` leaves out events whose highest age is not above it; events without a highest age stay.
    [{ min_age: "20" }, [1, 2]],
    [{ min_age: "19" }, [0, 1, 2]],
    [{ max_age: "30" }, [0, 2]],
    [{ max_age: "31" }, [0, 1, 2]],
    [{ min_count: "8" }, [0, 2]],
    [{ min_count: "7" }, [0, 1, 2]],
    [{ max_count: "5" }, [1, 2]],
    [{ max_count: "6" }, [0, 1, 2]],
    [{ min_age: "", date: "", event_type: "", organizer: "" }, [0, 1, 2]],
    [{ date: "2031-06-09" }, [0, 1]],
    [{ date: "2031-06-10" }, [0, 1, 2]],
    [{ date: "2031-06-12" }, [0, 1, 2]],
    [{ date: "2031-06-13" }, [0, 1]],
    [{ date: "2031-04-30" }, []],
    [{ organizer: "ристАРХ" }, [0, 1, 2]],
    [{ organizer: "ёлк" }, [0, 1, 2]],
    [{ organizer: "Петров" }, []],
    [{ organizer: "ёлк", event_type: "Театр" }, [2]],
    [{ organizer_is_friend: "true" }, [0, 1, 2]],
    [{ unknown: "x" }, [0, 1, 2]],
  ])("The filters %j find the events that meet all of them.", async (query, expected) => {
    expect(await (await world()).find(query)).toEqual(expected);
  });

  test("The filter by a city's name is exact.", async () => {
    const { name, find } = await world();
    expect(await find({ city__name: name })).toEqual([0, 1, 2]);
    expect(await find({ city__name: name.slice(1) })).toEqual([]);
  });

  test("The filter by a friend among the organizers combines with others, and is ignored for anonymous callers.", async () => {
    const { host, find } = await world();
    const [friend, stranger] = [await guest(), await guest()];
    await rows(
      "INSERT INTO friendships (low_id, high_id, initiator_id, created_at) VALUES (min(?1, ?2), max(?1, ?2), ?1, 1)",
      host.id,
      friend.id,
    );
    expect(await find({ organizer_is_friend: "1" }, friend)).toEqual([0, 1, 2]);
    expect(await find({ organizer_is_friend: "1", event_type: "Театр" }, friend)).toEqual([2]);
    expect(await find({ organizer_is_friend: "1" }, stranger)).toEqual([]);
    expect(await find({ organizer_is_friend: "1" }, host)).toEqual([]);
    expect(await find({ organizer_is_friend: "" }, stranger)).toEqual([0, 1, 2]);
  });

  test("A filter by organizer finds an event with two organizers once.", async () => {
    const host = await guest({ last_name: "Двойной" });
    const other = await guest({ last_name: "Двойной" });
    const name = unique("Пара");
    const id = await createEvent(host, { name, members: [{ id: other.id }] });
    await rows("UPDATE event_members SET is_organizer = 1 WHERE event_id = ?", id);
    expect((await list({ search: name, organizer: "двойной" })).body).toMatchObject({ count: 1 });
  });

  test.each<[string, string, string]>([
    ["date", "завтра", "Введите правильную дату."],
    ["date", "2031-02-30", "Введите правильную дату."],
    ["min_age", "x", "Введите число."],
    ["max_age", "1e3", "Введите число."],
    ["min_count", "1 or 1", "Введите число."],
    ["max_count", "--1", "Введите число."],
    ["city", "999", "Выберите корректный вариант. Вашего варианта нет среди допустимых значений."],
    ["city", "Москва", "Выберите корректный вариант. Вашего варианта нет среди допустимых значений."],
  ])("The filter %s=%s is refused with a text.", async (field, value, words) => {
    expect(await list({ [field]: value })).toMatchObject({ status: 400, body: { [field]: [words] } });
  });
});

test.each(["?limit=1", "?limit=50", "?page=last", "?search=a&organizer=b&date=2031-01-01"])(
  "A list with %s takes at most four statements.",
  async (query) => {
    const host = await guest();
    for (let n = 0; n < 3; n++) await createEvent(host, { name: "a" });
    const { bill } = await charge(counted(), 200, "GET", `${EVENTS}${query}`, {
      headers: { authorization: `Token ${host.with.key}` },
    });
    expect(bill.statements.length).toBeLessThanOrEqual(4);
  },
);

test("Unknown methods are 405 for one event and for the list.", async () => {
  const host = await guest();
  for (const answer of [await put(EVENTS, {}, host.with), await del(EVENTS, undefined, host.with)])
    expect(answer.status).toBe(405);
  expect((await post(eventPath(1), {}, host.with)).body).toEqual({ detail: 'Метод "POST" не разрешен.' });
});
