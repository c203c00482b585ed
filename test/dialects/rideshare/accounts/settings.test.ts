/** `/api/settings/`: name, address, language, reminders and password, in part or whole. */
import { expect, test } from "vitest";
import { get, outboxOf, post, put, rows } from "../../../harness/api.ts";
import { rider, signedIn, signIn } from "../people.ts";

const PATHS = ["/api/settings/", "/api/settings", "/api/v1/settings/"];

test.each(PATHS)("GET %s returns the settings.", async (path) => {
  const { name, email, cookie } = await signedIn();
  const answer = await get(path, { headers: cookie });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ name, email, locale: "en", mail_reminders: true });
});

test.each(PATHS)("GET %s needs a session.", async (path) => {
  expect((await get(path)).status).toBe(401);
});

test.each<[Record<string, unknown>]>([
  [{ name: "Maria Ride" }],
  [{ locale: "ru" }],
  [{ mail_reminders: false }],
  [{ name: "Maria", locale: "ru", mail_reminders: false }],
  [{}],
])("PUT of the settings %j changes only these.", async (change) => {
  const { name, email, cookie } = await signedIn();
  const expected = { name, email, locale: "en", mail_reminders: true, ...change };
  expect(await put("/api/settings/", change, { headers: cookie })).toMatchObject({
    status: 200,
    body: expected,
  });
  expect((await get("/api/settings/", { headers: cookie })).body).toEqual(expected);
});

test("The settings accept a boolean from a form.", async () => {
  const { cookie } = await signedIn();
  const form = new URLSearchParams({ mail_reminders: "false" });
  expect((await put("/api/settings/", form, { headers: cookie })).body.mail_reminders).toBe(false);
});

test("A new address is applied and must be confirmed; a blank one is no change.", async () => {
  const { email, id, cookie } = await signedIn();
  await rows("UPDATE users SET email_verified_at = 1 WHERE id = ?", id);
  const moved = `new.${email}`;
  expect((await put("/api/settings/", { email: moved }, { headers: cookie })).body.email).toBe(moved);
  expect(await outboxOf(moved)).toHaveLength(1);
  expect(await rows("SELECT email_verified_at FROM users WHERE id = ?", id)).toEqual([
    { email_verified_at: null },
  ]);
  expect((await put("/api/settings/", { email: "" }, { headers: cookie })).body.email).toBe(moved);
});

test("A new password needs the current one to be right, and ends every other session.", async () => {
  const who = await signedIn();
  const other = await signIn(who);
  const password = "newpassword456";
  const wrong = { name: "Changed", current_password: "wrongpassword", password };
  expect(await put("/api/settings/", wrong, { headers: who.cookie })).toMatchObject({
    status: 400,
    body: { current_password: ["The current password is wrong."] },
  });
  expect((await get("/api/settings/", { headers: who.cookie })).body.name).toBe(who.name);
  expect((await get("/api/user", { headers: other.cookie })).status).toBe(200);

  const right = { current_password: who.password, password };
  expect((await put("/api/settings/", right, { headers: who.cookie })).status).toBe(200);
  expect((await get("/api/user", { headers: who.cookie })).status).toBe(200);
  expect((await get("/api/user", { headers: other.cookie })).status).toBe(401);
  expect((await post("/api/login", { email: who.email, password })).status).toBe(200);
});

test("A new password without the current one is refused, whatever else is sent.", async () => {
  const who = await signedIn();
  const change = { name: "Changed", password: "newpassword456" };
  expect(await put("/api/settings/", change, { headers: who.cookie })).toMatchObject({
    status: 400,
    body: { current_password: ["This field is required."] },
  });
  expect((await get("/api/settings/", { headers: who.cookie })).body.name).toBe(who.name);
  expect((await signIn(who)).cookie).toBeDefined();
});

test("An account without a password sets one without the current password.", async () => {
  const { id, email, cookie } = await signedIn();
  await rows("UPDATE users SET password_hash = NULL WHERE id = ?", id);
  const password = "newpassword456";
  expect((await put("/api/settings/", { password }, { headers: cookie })).status).toBe(200);
  expect((await post("/api/login", { email, password })).status).toBe(200);
});

test.each(["/api/user-update", "/api/user"])(
  "The shipped client's %s requires no current password.",
  async (path) => {
    const { email, cookie } = await signedIn();
    const password = "newpassword456";
    expect((await put(path, { password }, { headers: cookie })).status).toBe(200);
    expect((await post("/api/login", { email, password })).status).toBe(200);
  },
);

test("No response contains a password.", async () => {
  const { cookie, password: current_password } = await signedIn();
  const change = { password: "newpassword456", current_password };
  const { body } = await put("/api/settings/", change, { headers: cookie });
  expect(Object.keys(body).sort()).toEqual(["email", "locale", "mail_reminders", "name"]);
});

test.each<[Record<string, unknown>, Record<string, string[]>]>([
  [
    { password: "12345678" },
    { password: ["This password is too common.", "This password is entirely numeric."] },
  ],
  [{ name: "" }, { name: ["This field may not be blank."] }],
  [{ email: "nobody" }, { email: ["Enter a valid email address."] }],
  [{ locale: "fr" }, { locale: ['"fr" is not a valid choice.'] }],
  [{ mail_reminders: "perhaps" }, { mail_reminders: ["Must be a valid boolean."] }],
])("PUT of the settings %j is refused, and nothing changes.", async (change, errors) => {
  const { cookie } = await signedIn();
  const before = (await get("/api/settings/", { headers: cookie })).body;
  const answer = await put("/api/settings/", { name: "Changed", ...change }, { headers: cookie });
  expect(answer).toMatchObject({ status: 400, body: errors });
  expect((await get("/api/settings/", { headers: cookie })).body).toEqual(before);
});

test("A taken address is refused in the settings.", async () => {
  const { email } = await rider();
  const { cookie } = await signedIn();
  expect(await put("/api/settings/", { email }, { headers: cookie })).toMatchObject({
    status: 400,
    body: { email: ["user with this email already exists."] },
  });
});

test("The settings under /api/v1/ answer in Russian.", async () => {
  const { cookie } = await signedIn();
  const answer = await put("/api/v1/settings/", { name: "" }, { headers: cookie });
  expect(answer).toMatchObject({ status: 400, body: { name: ["Это поле не может быть пустым."] } });
});
