/** Lists in the console: declared searches and filters, a total order, two statements for any page, and CSV. */
import { beforeAll, describe, expect, test } from "vitest";
import { csvCell } from "../../../src/platform/csv.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, rows, send, unique } from "../../harness/api.ts";
import { charge, counted } from "../../harness/counting/counted.ts";

let staff: Person;
const mark = unique("город");
const list = (query: string) =>
  get(`/api/admin/users/?${query}`, { token: staff.token, headers: { "accept-language": "en" } });
const ids = (body: { results: { id: number }[] }) => body.results.map(({ id }) => id);

interface Made {
  readonly id: number;
}
const made: number[] = [];

beforeAll(async () => {
  staff = await newPerson("staff");
  for (const [nth, name] of ["Ёжик", "Ель", "Анна", "=cmd()", "a%b"].entries()) {
    const [user] = await rows<Made>(
      `INSERT INTO users (username, username_key, first_name, last_name, user_type, is_verified, created_at, updated_at)
       VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, 1) RETURNING id`,
      unique("listed"),
      name,
      mark.toUpperCase(),
      nth % 2 ? "DRIVER" : "CLIENT",
      nth % 2,
      Date.UTC(2020, nth, 1),
    );
    await rows(
      "INSERT INTO profiles (user_id, birthday) VALUES (?, ?)",
      user?.id,
      `${2010 - nth * 10}-06-01`,
    );
    made.push(user?.id ?? 0);
  }
});

describe("a search", () => {
  test.each([
    ["every case, Cyrillic too", () => `${mark} ёЖиК`, [0]],
    ["several words anywhere", () => `${mark},ль`, [1]],
    ["a percent sign as itself", () => `${mark} a%25b`, [4]],
    ["nothing", () => `${mark} %25`, [4]],
  ])("A search finds %s.", async (_, query, found) => {
    const { body } = await list(`search=${query()}&sort=id`);
    expect(ids(body)).toEqual(found.map((nth) => made[nth]));
  });
});

test("A search is answered for every resource, also where there is no text to search.", async () => {
  const { body } = await get("/api/admin/resources/", { token: staff.token });
  const names = (body.resources ?? body).map(({ name }: { name: string }) => name);
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    const answer = await get(`/api/admin/${name}/?search=${unique("nowhere")}`, { token: staff.token });
    expect(answer, name).toMatchObject({ status: 200, body: { count: 0 } });
  }
});

describe("a filter", () => {
  test.each<[string, number[]]>([
    ["user_type=DRIVER", [1, 3]],
    ["user_type=DRIVER,CLIENT", [0, 1, 2, 3, 4]],
    ["user_type=DRIVER&user_type=CLIENT", [0, 1, 2, 3, 4]],
    ["is_verified=false", [0, 2, 4]],
    ["date_joined_from=2020-02-01T00:00:00Z&date_joined_to=2020-03-01", [1, 2]],
    ["age=14-20", [0]],
    ["age=20-30", [1]],
    ["age=40-50", [3]],
    ["user_type=", [0, 1, 2, 3, 4]],
  ])("The filter %s finds the right rows.", async (filter, found) => {
    const { body } = await list(`search=${mark}&sort=id&${filter}`);
    expect(ids(body)).toEqual(found.map((nth) => made[nth]));
    expect(body.count).toBe(found.length);
  });

  test.each<[string, object]>([
    ["colour=red", { colour: ["There is no such filter."] }],
    ["password_hash=x", { password_hash: ["There is no such filter."] }],
    ["user_type=PILOT", { user_type: ['"PILOT" is not a valid choice.'] }],
    ["is_active=perhaps", { is_active: ["Must be a valid boolean."] }],
    ["date_joined_from=yesterday", { date_joined_from: [expect.stringContaining("wrong format")] }],
    ["sort=password_hash", { sort: ["The list can't be sorted by this."] }],
    ["sort=id;DROP", { sort: ["The list can't be sorted by this."] }],
    ["sort=id&order=up", { order: ['"up" is not a valid choice.'] }],
  ])("The query %s is refused.", async (query, body) => {
    const answer = await list(query);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(body);
  });
});

test.each<[string, number[]]>([
  ["sort=id&order=desc", [4, 3, 2, 1, 0]],
  ["sort=date_joined&order=DESC", [4, 3, 2, 1, 0]],
  ["sort=birthday", [4, 3, 2, 1, 0]],
  ["sort=is_verified", [0, 2, 4, 1, 3]],
  ["", [4, 3, 2, 1, 0]],
])("The order %s is kept, with ties by id.", async (query, order) => {
  const { body } = await list(`search=${mark}&${query}`);
  expect(ids(body)).toEqual(order.map((nth) => made[nth]));
});

test("Pages link to each other and hold at most a hundred rows.", async () => {
  const first = await list(`search=${mark}&sort=id&per_page=2`);
  expect(first.body).toMatchObject({ count: 5, previous: null });
  const second = await get(first.body.next.replace("http://caravan.test", ""), { token: staff.token });
  expect(ids(second.body)).toEqual([made[2], made[3]]);
  expect(second.body.previous).toContain("search=");
  expect((await list(`search=${mark}&page=9`)).status).toBe(404);
  expect((await list("per_page=100000")).body.results.length).toBeLessThanOrEqual(100);
});

test("Several rows are read by their ids; values that are not ids match nothing.", async () => {
  const { body } = await list(`ids=${made[3]},${made[0]},999999999,x,1:2&sort=id`);
  expect(ids(body)).toEqual([made[0], made[3]]);
});

test("A list costs two statements, for one row and for a hundred.", async () => {
  const meter = counted();
  const path = (size: number) =>
    `/api/admin/users/?per_page=${size}&search=a&user_type=CLIENT,DRIVER&age=20-30`;
  await charge(meter, 200, "GET", path(1), { token: staff.token });
  for (const size of [1, 100]) {
    const { bill } = await charge(meter, 200, "GET", path(size), { token: staff.token });
    expect(bill.statements).toHaveLength(2);
    expect(bill.roundTrips).toBe(1);
  }
});

describe("a CSV file", () => {
  test("A CSV file has every column, all filtered rows, and no cell that a spreadsheet would run.", async () => {
    const answer = await get(`/api/admin/users/export.csv?search=${mark}`, { token: staff.token });
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="users.csv"');
    const lines = answer.body.trimEnd().split("\r\n");
    expect(lines).toHaveLength(6);
    expect(lines.map((line: string) => line.split(",")[0])).toEqual(["id", ...made.map(String)]);
    expect(lines[4]).toContain(",'=cmd(),");
  });

  test("A CSV file continues over pages of rows without a gap or a repeat.", async () => {
    await rows(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1203)
      INSERT INTO interests (name) SELECT '${mark}' || i FROM n`);
    const { body } = await get(`/api/admin/interests/export.csv?search=${mark}`, { token: staff.token });
    const found = body.trimEnd().split("\r\n").slice(1);
    expect(found).toHaveLength(1203);
    expect(new Set(found).size).toBe(1203);
    await rows("DELETE FROM interests WHERE instr(name, ?) > 0", mark);
  });

  test("A readable CSV file has a byte order mark, headings in words, and names and places as people read them.", async () => {
    const plate = unique("CSV").slice(-18);
    await rows(
      `INSERT INTO tow_trucks (license_plate, model, driver_id, status, capacity, latitude, longitude, located_at, created_at, updated_at)
       VALUES (?, 'MAN', ?, 'AVAILABLE', 3.5, 55.75, 37.61, ?, 1, 1)`,
      plate,
      made[1],
      Date.UTC(2026, 10, 29, 13, 5),
    );
    const answer = await send(
      new Request(`http://localhost/api/admin/tow-trucks/export.csv?readable=1&search=${plate}`, {
        headers: { authorization: `Bearer ${staff.token}`, "accept-language": "ru" },
      }),
    );
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [head = "", row = ""] = new TextDecoder().decode(bytes).split("\r\n");
    expect(head).toMatch(/^№,Номер,Модель,Водитель,Состояние,.*Местоположение,"Последние координаты, UTC"/);
    expect(row).toContain('"55.75, 37.61",2026-11-29 13:05:00');
    const driver = await get(`/api/admin/users/${made[1]}/`, { token: staff.token });
    expect(row).toContain(`MAN,${driver.body.name},AVAILABLE`);
  });

  test("A CSV export with a wrong filter is refused.", async () => {
    expect((await get("/api/admin/users/export.csv?colour=red", { token: staff.token })).status).toBe(400);
  });

  test("A CSV export leaves an audit row.", async () => {
    await get(`/api/admin/users/export.csv?search=${mark}audit`, { token: staff.token });
    const log = await rows<{ after: string }>(
      "SELECT after FROM audit_log WHERE action = 'user.export' AND actor_id = ?",
      staff.id,
    );
    expect(JSON.parse(log.at(-1)?.after ?? "")).toEqual({ search: `${mark}audit` });
  });

  test.each<[unknown, string]>([
    [null, ""],
    ["plain", "plain"],
    ['a "b", c', '"a ""b"", c"'],
    ["two\nlines", '"two\nlines"'],
    ["=1+1", "'=1+1"],
    ["+7999", "'+7999"],
    ["-5.10", "-5.10"],
    ["-cmd", "'-cmd"],
    ["@sum", "'@sum"],
    ["\tx", "'\tx"],
    [-5, "-5"],
    [true, "true"],
    [{ a: 1 }, '"{""a"":1}"'],
  ])("A CSV cell of %j is written as %j.", (value, written) => {
    expect(csvCell(value)).toBe(written);
  });
});

test("The first row of each list is read by its id, with its version, also when the id has a colon.", async () => {
  const staff = await newPerson("staff");
  await rows("INSERT OR IGNORE INTO rooms (name, seen_at) VALUES ('ticket:read-test', ?)", Date.now());
  const declared = (await get("/api/admin/resources/", staff)).body as { name: string }[];
  const unread: string[] = [];
  for (const { name } of declared) {
    const [first] = (await get(`/api/admin/${name}/?per_page=1`, staff)).body.results;
    if (!first) continue;
    const { status, body } = await get(`/api/admin/${name}/${encodeURIComponent(first.id)}/`, staff);
    if (status !== 200 || !body.version) unread.push(`${name}/${first.id}: ${status}`);
  }
  expect(unread).toEqual([]);
  expect((await get("/api/admin/rooms/ticket:read-test/", staff)).body.name).toBe("ticket:read-test");
  await rows("DELETE FROM rooms WHERE name = 'ticket:read-test'");
});
