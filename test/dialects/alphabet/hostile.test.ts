/** Hostile bodies on every route that accepts a body: refused or accepted, never a 500, never a side effect elsewhere. */
import { expect, test } from "vitest";
import { call, person, rows } from "../../harness/api.ts";
import { makeEvent } from "./world.ts";

const ROUTES: [method: string, path: (own: { user: number; event: string }) => string][] = [
  ["POST", () => "/api/auth/signup/"],
  ["POST", () => "/api/auth/signin/"],
  ["POST", () => "/api/token/"],
  ["POST", () => "/api/token/refresh/"],
  ["PUT", ({ user }) => `/api/user/${user}/`],
  ["POST", () => "/api/events/"],
  ["PUT", ({ event }) => `/api/event/${event}/`],
  ["POST", () => "/api/batch_events/"],
  ["PUT", () => "/api/batch_events/"],
  ["DELETE", () => "/api/batch_events/"],
];

const FIELDS = [
  "username",
  "email",
  "password",
  "refresh",
  "id",
  "name",
  "location",
  "starting_time",
  "end_time",
  "participants",
];
const VALUES = [
  "1e400",
  "-0",
  "1e308",
  '"\\ud800"',
  '"\\u0000"',
  "[[[]]]",
  '{"__proto__":{"a":1}}',
  '["\\ud800",{}]',
];

const BODIES: [string, string][] = [
  ...VALUES.map((value): [string, string] => [
    `${value} in every field`,
    `{${FIELDS.map((field) => `"${field}":${value}`).join(",")}}`,
  ]),
  ["a prototype", '{"__proto__":{"is_staff":true},"constructor":{"prototype":{}},"toString":1}'],
  ["nesting without end", `${'{"name":['.repeat(20_000)}`],
  ["closed nesting of lists", `${"[".repeat(20_000)}${"]".repeat(20_000)}`],
  ["one key a thousand times", `{${Array.from({ length: 1000 }, () => '"name":"x"').join(",")}}`],
  ["a list of prototypes", '[{"__proto__":{"id":1}},{"id":{"toString":"x"}}]'],
  ["a byte order mark", "\ufeff{}"],
  ["half a surrogate", '"\\ud800"'],
];

test.each(ROUTES)(
  "The route %s %s answers every hostile value without a server error.",
  async (method, path) => {
    const ann = await person();
    const event = await makeEvent(ann);
    const staff = () => rows("SELECT id FROM users WHERE is_staff = 1");
    const before = await staff();
    for (const [name, body] of BODIES) {
      const answer = await call(method, path({ user: ann.id, event: event.id }), { body, token: ann.token });
      expect.soft(answer.status, name).toBeLessThan(500);
      expect.soft(answer.body, name).toBeTypeOf("object");
    }
    expect(await staff()).toEqual(before);
    expect(Object.hasOwn(Object.prototype, "is_staff")).toBe(false);
  },
);

test.each(VALUES)("A batch is refused as a whole for the item %s.", async (value) => {
  const ann = await person();
  const event = await makeEvent(ann);
  for (const method of ["POST", "PUT", "DELETE"]) {
    const good = method === "DELETE" ? `"${event.id}"` : JSON.stringify({ id: event.id, name: "x" });
    const answer = await call(method, "/api/batch_events/", { body: `[${good},${value}]`, token: ann.token });
    expect(answer.status).toBe(400);
  }
  expect(await rows("SELECT name FROM events WHERE uuid = ?", event.id)).toEqual([{ name: event.name }]);
});
