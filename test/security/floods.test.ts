/** The cost of one request: endless texts, lists and nestings are refused before anything reads them. */
import { expect, test } from "vitest";
import { del, person, post, put, unique } from "../harness/api.ts";

const TOO_LONG = ["Ensure this field has no more than 150 characters."];

test.each([
  ["a text on which the pattern of an address would spend a minute", `a@${".".repeat(500_000)}@`],
  ["a text that no username may be", "!".repeat(151)],
])("A username that is too long is refused before any pattern is matched: %s.", async (_, username) => {
  const answer = await post("/api/auth/signup/", {
    username,
    email: `${unique()}@example.com`,
    password: "verysecret",
  });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ username: TOO_LONG });
});

const TOO_MANY = { non_field_errors: ["A batch takes at most 1000 items."] };

test.each(["POST", "PUT"])(
  "An endless batch in the request %s is one fault, not one per item.",
  async (method) => {
    const ann = await person();
    const send = method === "POST" ? post : put;
    const { status, body } = await send("/api/batch_events/", Array(1001).fill({}), { token: ann.token });
    expect(status).toBe(400);
    expect(body).toEqual({ error: TOO_MANY.non_field_errors[0], ...TOO_MANY });
  },
);

test("A batch of the maximum size is read, and the number of reported faults is limited.", async () => {
  const ann = await person();
  const { status, body } = await post("/api/batch_events/", Array(1000).fill({}), { token: ann.token });
  expect(status).toBe(400);
  expect(body["0"].name).toEqual(["This field is required."]);
  expect(JSON.stringify(body).match(/This field is required/g)?.length).toBeLessThanOrEqual(1001);
});

const LONG = { detail: "JSON parse error - a list of more than 10000 items" };

test.each<[string, unknown]>([
  ["of ids", { ids: Array(10_001).fill("x") }],
  ["that nobody asked for", { id: 1, unknown: [[Array(10_001).fill(0)]] }],
])("An endless list is refused before its items are checked: one %s.", async (_, body) => {
  const ann = await person();
  const answer = await del("/api/v1/calculator/", body, { token: ann.token });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual(LONG);
});

test("A list of the maximum length is checked.", async () => {
  const ann = await person();
  const event = { participants: Array(10_000).fill("nobody"), starting_time: "2031-01-01T10:00Z" };
  const { status, body } = await post("/api/events/", event, { token: ann.token });
  expect(status).toBe(400);
  expect(body.name).toEqual(["This field is required."]);
});
