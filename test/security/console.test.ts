/** What the console's API hides from operators, whatever they request. */
import { beforeAll, describe, expect, test } from "vitest";
import { csvCell as cell } from "../../src/platform/csv.ts";
import { newPerson, type Person } from "../authorization/world.ts";
import { get, post, rows, unique } from "../harness/api.ts";

let operator: Person;
let staff: Person;
beforeAll(async () => {
  operator = await newPerson("operator");
  staff = await newPerson("staff");
});

describe("notifications", () => {
  const ABOUT = ["chat:3", "user:7", "event:2", "task:4", null, "order:a", "ticket:b"];
  const aNotification = async (about: string | null) => {
    const { id } = await newPerson("owner");
    const words = unique("words");
    const [row] = await rows<{ id: number }>(
      `INSERT INTO notifications (user_id, type, title, message, about, ref, created_at)
       VALUES (?, 'GENERAL', 'Title', ?, ?, ?, 1) RETURNING id`,
      id,
      words,
      about,
      unique("ref"),
    );
    return { id: row?.id, words };
  };

  test.each(ABOUT)("Operators see notifications about %s only for orders and tickets.", async (about) => {
    const { id, words } = await aNotification(about);
    const theirs = /^(order|ticket):/.test(about ?? "");
    const path = "/api/admin/notifications/";
    for (const [who, sees] of [
      [operator, theirs],
      [staff, true],
    ] as const) {
      const as = { token: who.token };
      expect((await get(`${path}?search=${words}`, as)).body.count).toBe(sees ? 1 : 0);
      expect((await get(`${path}?ids=${id}`, as)).body.count).toBe(sees ? 1 : 0);
      expect((await get(`${path}${id}/`, as)).status).toBe(sees ? 200 : 404);
      const { body } = await get(`${path}export.csv?search=${words}`, as);
      expect(String(body).includes(words)).toBe(sees);
    }
  });
});

test.each([
  ["=1+1", "'=1+1"],
  ["x;=1+cmd|' /c calc'!A1;-1", "x;'=1+cmd|' /c calc'!A1;'-1"],
  ["a\n@SUM(A1)", '"a\n\'@SUM(A1)"'],
  ["-5.20", "-5.20"],
  ["one; two - three", "one; two - three"],
])("The text %j is exported so that a spreadsheet does not run it as a formula.", (words, written) => {
  expect(cell(words)).toBe(written);
});

test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
  "The word %s is not accepted as an action of a console row.",
  async (name) => {
    const path = `/api/admin/users/${operator.id}/actions/${name}/`;
    expect((await post(path, undefined, { token: staff.token })).status).toBe(404);
  },
);
