/** Saved replies: shared by operators, with placeholders that the console knows. */
import { beforeEach, expect, test } from "vitest";
import { call, del, get, type Person, person, post, rows, unique } from "../harness/api.ts";
import { operator } from "./tickets.ts";

const PATH = "/api/admin/saved-replies/";

let olga: Person;
beforeEach(async () => {
  olga = await operator();
});

const reply = (text = "Hello, {name}! {operator} here about order {order}.") => ({
  title: unique("Hello "),
  text,
});

test("A reply that one operator saves is there for the others, who change and delete it, and the audit log has all.", async () => {
  const oleg = await operator();
  const { status, body } = await post(PATH, reply(), olga);
  expect(status).toBe(201);
  const one = `${PATH}${body.id}/`;
  expect((await get(one, oleg)).body).toMatchObject({ title: body.title, text: body.text });
  const changed = await call("PATCH", one, {
    body: { text: "Hi" },
    token: oleg.token,
    headers: { "If-Match": `"${body.version}"` },
  });
  expect(changed.body).toMatchObject({ text: "Hi" });
  expect((await del(one, undefined, oleg)).status).toBe(204);
  const logged = await rows<{ action: string }>(
    "SELECT action FROM audit_log WHERE subject = ? ORDER BY id",
    `saved_reply:${body.id}`,
  );
  expect(logged.map(({ action }) => action)).toEqual(
    ["create", "change", "delete"].map((each) => `saved_reply.${each}`),
  );
});

test.each([
  ["an unknown placeholder", { title: "A", text: "Hello, {nmae}" }, "text"],
  ["no text", { title: "A", text: " " }, "text"],
  ["no title", { text: "Hello" }, "title"],
  ["a title of more than 100 characters", { title: "x".repeat(101), text: "Hello" }, "title"],
  ["a text of more than 4,000 characters", { title: "A", text: "x".repeat(4001) }, "text"],
])("A reply with %s is refused.", async (_, body, field) => {
  const answer = await post(PATH, body, olga);
  expect(answer.status).toBe(400);
  expect(Object.keys(answer.body)).toEqual([field]);
});

test("Two replies can't have one title, and clients see none.", async () => {
  const one = reply();
  const both = await Promise.all([post(PATH, one, olga), post(PATH, one, olga)]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 400]);
  expect((await get(PATH, await person())).status).toBe(403);
});
