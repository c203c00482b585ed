/** What one request may cost: texts, lists and nestings without end are turned away before anything walks them. */
import { expect, test } from "vitest";
import { person, post, put, unique } from "../support/api.ts";

const TOO_LONG = ["Ensure this field has no more than 150 characters."];

test.each([
  ["a text on which the pattern of an address would spend a minute", `a@${".".repeat(500_000)}@`],
  ["a text that no username may be", "!".repeat(151)],
])("a username that is too long meets no pattern: %s", async (_, username) => {
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
  "%s of a batch without end is one fault, not one for each item",
  async (method) => {
    const ann = await person();
    const send = method === "POST" ? post : put;
    const { status, body } = await send("/api/batch_events/", Array(1001).fill({}), { token: ann.token });
    expect(status).toBe(400);
    expect(body).toEqual({ error: TOO_MANY.non_field_errors[0], ...TOO_MANY });
  },
);

test("a batch as large as one may be is still read", async () => {
  const ann = await person();
  const { status, body } = await post("/api/batch_events/", Array(1000).fill({}), { token: ann.token });
  expect(status).toBe(400);
  expect(body["999"].name).toEqual(["This field is required."]);
});
