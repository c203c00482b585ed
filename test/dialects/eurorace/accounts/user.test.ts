/** Eurorace's own-account path: partial changes, and a new address that must be confirmed. */
import { expect, test } from "vitest";
import { get, outboxOf, patch, post, put, rows, unique } from "../../../harness/api.ts";
import { keyOf, signedUp } from "../people.ts";

const ME = "/api/auth/user/";

test.each([
  ["PUT", put],
  ["PATCH", patch],
])("The method %s on your user changes the given fields and keeps the rest.", async (_, change) => {
  const { username, email, key } = await signedUp();
  const named = await change(ME, { first_name: "Anna", last_name: "Nowak" }, { key });
  const expected = { pk: expect.any(Number), username, email, first_name: "Anna", last_name: "Nowak" };
  expect(named).toMatchObject({ status: 200, body: expected });
  expect((await change(ME, { last_name: "" }, { key })).body).toEqual({ ...expected, last_name: "" });
  expect((await get(ME, { key })).body).toEqual({ ...expected, last_name: "" });
});

test("The unchanged username may be sent along, and a new one is applied.", async () => {
  const { username, password, key } = await signedUp();
  expect((await put(ME, { username, first_name: "Anna" }, { key })).status).toBe(200);
  const renamed = unique("renamed");
  expect((await put(ME, { username: renamed }, { key })).body.username).toBe(renamed);
  expect((await post("/api/auth/login/", { username: renamed, password })).status).toBe(200);
  expect((await post("/api/auth/login/", { username, password })).status).toBe(400);
});

test("A new address is applied, is unconfirmed and gets a link.", async () => {
  const { username, email, key } = await signedUp();
  await post("/api/auth/registration/verify-email/", { key: await keyOf(email) });
  const address = `New.${username}@Example.com`;
  const folded = address.toLowerCase();
  const changed = await put(ME, { first_name: "Anna", email: address }, { key });
  expect(changed.body.email).toBe(folded);
  const verified = "SELECT email_verified_at IS NOT NULL AS verified FROM users WHERE username = ?";
  expect(await rows(verified, username)).toEqual([{ verified: 0 }]);
  await post("/api/auth/registration/verify-email/", { key: await keyOf(folded) });
  expect(await rows(verified, username)).toEqual([{ verified: 1 }]);
});

test("A link to an address that was changed meanwhile confirms nothing.", async () => {
  const { username, email, key } = await signedUp();
  const old = await keyOf(email);
  await put(ME, { email: `new.${username}@example.com` }, { key });
  await post("/api/auth/registration/verify-email/", { key: old });
  expect(await rows("SELECT email_verified_at FROM users WHERE username = ?", username)).toEqual([
    { email_verified_at: null },
  ]);
});

test("The same address in another case is no change and sends no mail.", async () => {
  const { email, key } = await signedUp();
  await post("/api/auth/registration/verify-email/", { key: await keyOf(email) });
  expect((await patch(ME, { email: email.toUpperCase() }, { key })).body.email).toBe(email);
  expect(await outboxOf(email)).toHaveLength(1);
  expect(
    await rows("SELECT id FROM users WHERE email = ? AND email_verified_at IS NOT NULL", email),
  ).toHaveLength(1);
});

test.each<[string, (other: { username: string; email: string }) => object, Record<string, string[]>]>([
  [
    "somebody's username",
    ({ username }) => ({ username: username.toUpperCase() }),
    { username: ["A user with that username already exists."] },
  ],
  [
    "somebody's address",
    ({ email }) => ({ email: email.toUpperCase() }),
    { email: ["User is already registered with this e-mail address."] },
  ],
  [
    "a first name that is too long",
    () => ({ first_name: "a".repeat(151) }),
    { first_name: ["Ensure this field has no more than 150 characters."] },
  ],
  ["an address that is none", () => ({ email: "nobody" }), { email: ["Enter a valid email address."] }],
])("A change of your user to %s is refused, and nothing changes.", async (_, change, errors) => {
  const other = await signedUp();
  const { key } = await signedUp();
  const before = (await get(ME, { key })).body;
  const answer = await patch(ME, { last_name: "Changed", ...change(other) }, { key });
  expect(answer).toMatchObject({ status: 400, body: errors });
  expect((await get(ME, { key })).body).toEqual(before);
});

test("A change of your user cannot set pk or rights.", async () => {
  const { key } = await signedUp();
  const { pk } = (await get(ME, { key })).body;
  expect((await put(ME, { pk: 1, is_staff: true, user_type: "OPERATOR" }, { key })).body.pk).toBe(pk);
  expect(await rows("SELECT is_staff, user_type FROM users WHERE id = ?", pk)).toEqual([
    { is_staff: 0, user_type: "CLIENT" },
  ]);
});

test.each([
  ["GET", () => get(ME)],
  ["PUT", () => put(ME, { first_name: "x" })],
  ["PATCH", () => patch(ME, { first_name: "x" })],
])("The method %s on your user needs a key.", async (_, request) => {
  expect((await request()).status).toBe(401);
});
