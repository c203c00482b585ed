/** Sign-up in AlphaBet: what it accepts and refuses, and that a refusal creates no account. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, post, rows, unique } from "../../../harness/api.ts";
import { claimsOf } from "../world.ts";

const MISSING = { error: "Email, password, and username are required" };

function newcomer(changes: object = {}) {
  const username = unique("New");
  return { username, email: `${username}@example.com`.toLowerCase(), password: "newpassword", ...changes };
}

async function accounts(username: string) {
  return rows("SELECT * FROM users WHERE username = ?", username);
}

describe.each(["/api/auth/signup/", "/api/auth/signup"])("POST %s", (path) => {
  test("A sign-up creates an account and returns 200 with its tokens.", async () => {
    const person = newcomer();
    const { status, body } = await post(path, person);
    expect(status).toBe(200);
    expect(body).toEqual({ status: 200, refresh: expect.any(String), access: expect.any(String) });
    const [row] = await accounts(person.username);
    expect(row).toMatchObject({ email: person.email, user_type: "CLIENT", is_staff: 0 });
    const read = await get(`/api/user/${row?.id}/`, { token: body.access });
    expect(read.body.user).toMatchObject({
      username: person.username,
      email: person.email,
      updated_at: null,
    });
  });

  test("A sign-up accepts forms.", async () => {
    const person = newcomer();
    expect((await post(path, new URLSearchParams(person))).status).toBe(200);
    const other = newcomer();
    const form = new FormData();
    for (const [name, value] of Object.entries(other)) form.set(name, String(value));
    expect((await post(path, form)).status).toBe(200);
    expect(await accounts(person.username)).toHaveLength(1);
    expect(await accounts(other.username)).toHaveLength(1);
  });
});

test("The access token of a sign-up lives a day and carries an integer user_id.", async () => {
  const before = Math.floor(Date.now() / 1000);
  const { body } = await post("/api/auth/signup/", newcomer());
  const claims = claimsOf(body.access);
  expect(claims).toMatchObject({
    token_type: "access",
    user_id: expect.any(Number),
    jti: expect.any(String),
    iat: expect.any(Number),
  });
  expect(Number.isInteger(claims.user_id)).toBe(true);
  expect(Number(claims.exp) - Number(claims.iat)).toBe(24 * 3600);
  expect(Number(claims.iat)).toBeGreaterThanOrEqual(before);
});

test.each(["admin", "newpassword", "testpassword"])(
  "The fixture password %j is accepted.",
  async (password) => {
    const person = newcomer({ password });
    expect((await post("/api/auth/signup/", person)).status).toBe(200);
    expect((await post("/api/auth/signin/", person)).status).toBe(200);
  },
);

test("A password is stored verbatim, including spaces.", async () => {
  const person = newcomer({ password: "  my secret words  " });
  expect((await post("/api/auth/signup/", person)).status).toBe(200);
  expect((await post("/api/auth/signin/", person)).status).toBe(200);
  const trimmed = await post("/api/auth/signin/", { ...person, password: "my secret words" });
  expect(trimmed.status).toBe(401);
});

test.each([
  ["only a username", { email: undefined, password: undefined }],
  ["no username", { username: undefined }],
  ["no e-mail", { email: undefined }],
  ["no password", { password: undefined }],
  ["an empty username", { username: "" }],
  ["an empty e-mail", { email: "" }],
  ["an empty password", { password: "" }],
  ["a null username", { username: null }],
  ["a null password", { password: null }],
])("A sign-up with %s is refused with AlphaBet's one message.", async (_, changes) => {
  const person = newcomer(changes);
  const answer = await post("/api/auth/signup/", person);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual(MISSING);
  if (typeof person.username === "string") expect(await accounts(person.username)).toEqual([]);
});

test("A sign-up without a body is refused with the same message.", async () => {
  const answer = await post("/api/auth/signup/");
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual(MISSING);
});

const USERNAME_FORMAT =
  "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";

test.each([
  ["a username with a space", { username: "two words" }, { username: [USERNAME_FORMAT] }],
  ["a username with a slash", { username: "a/b" }, { username: [USERNAME_FORMAT] }],
  [
    "a username of 151 characters",
    { username: "u".repeat(151) },
    { username: ["Ensure this field has no more than 150 characters."] },
  ],
  ["a malformed e-mail", { email: "nobody" }, { email: ["Enter a valid email address."] }],
  ["an e-mail of digits", { email: 5 }, { email: ["Enter a valid email address."] }],
  ["a number as password", { password: 12345678 }, { password: ["Not a valid string."] }],
  ["a list as password", { password: ["verysecret"] }, { password: ["Not a valid string."] }],
  ["an object as password", { password: { a: 1 } }, { password: ["Not a valid string."] }],
  ["true as password", { password: true }, { password: ["Not a valid string."] }],
  ["a list as username", { username: ["a"] }, { username: ["Not a valid string."] }],
  [
    "a password of digits only",
    { password: "19283746556" },
    { password: ["This password is entirely numeric."] },
  ],
])("A sign-up with %s is refused and creates no account.", async (_, changes, body) => {
  const person = newcomer(changes);
  const answer = await post("/api/auth/signup/", person);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual(body);
  const left = await rows(
    "SELECT id FROM users WHERE username = ? OR email = ?",
    `${person.username}`,
    `${person.email}`,
  );
  expect(left).toEqual([]);
  expect(await outboxOf(String(person.email))).toEqual([]);
});

test("A username of 150 characters with every allowed sign is accepted.", async () => {
  const username = `${unique("Ünï.Имя")}@+-_`.padEnd(150, "x");
  expect(
    (await post("/api/auth/signup/", newcomer({ username, email: `${unique()}@example.com` }))).status,
  ).toBe(200);
  expect(await accounts(username)).toHaveLength(1);
});

test("A username that is taken is refused in Django's words, and the first account stays as it was.", async () => {
  const first = newcomer();
  await post("/api/auth/signup/", first);
  const again = await post("/api/auth/signup/", {
    ...newcomer(),
    username: first.username,
    password: "otherwords",
  });
  expect(again.status).toBe(400);
  expect(again.body).toEqual({ username: ["A user with that username already exists."] });
  expect(await accounts(first.username)).toHaveLength(1);
  expect((await post("/api/auth/signin/", first)).status).toBe(200);
});

test("Concurrent identical sign-ups create one account.", async () => {
  const person = newcomer();
  const responses = await Promise.all([1, 2, 3].map(() => post("/api/auth/signup/", person)));
  expect(responses.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  expect(await accounts(person.username)).toHaveLength(1);
});

test("A username that looks like an e-mail address is refused.", async () => {
  const owner = newcomer();
  await post("/api/auth/signup/", owner);
  const answer = await post("/api/auth/signup/", newcomer({ username: owner.email, password: "otherwords" }));
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ username: ["A username may not be an e-mail address."] });
  const stolen = await post("/api/auth/signin/", { username: owner.email, password: "otherwords" });
  expect(stolen.status).toBe(401);
});

test.each([
  ["JSON that breaks off", "{"],
  ["a list", "[]"],
  ["a list with things in it", '[{"username":"x"}]'],
  ["a string", '"username"'],
  ["null", "null"],
  ["bytes that are no UTF-8 text", "\u0000\u0001"],
])("A sign-up with %s as the body is a 400.", async (_, body) => {
  const answer = await post("/api/auth/signup/", body);
  expect(answer.status).toBe(400);
  expect(answer.headers.get("content-type")).toContain("json");
});

test("A sign-up with another media type is a 415 in JSON.", async () => {
  const answer = await post("/api/auth/signup/", "<a/>", { headers: { "content-type": "application/xml" } });
  expect(answer.status).toBe(415);
  expect(answer.body).toEqual({ detail: 'Unsupported media type "application/xml" in request.' });
});

test("A sign-up ignores keys that users may not set.", async () => {
  const person = newcomer({ is_staff: true, is_superuser: true, id: 1, user_type: "OPERATOR" });
  expect((await post("/api/auth/signup/", person)).status).toBe(200);
  const [row] = await accounts(person.username);
  expect(row).toMatchObject({ is_staff: 0, user_type: "CLIENT" });
  expect(row?.id).not.toBe(1);
});

test("A repeated Idempotency-Key returns the first account's tokens and creates no second account.", async () => {
  const person = newcomer();
  const headers = { "idempotency-key": crypto.randomUUID() };
  const first = await post("/api/auth/signup/", person, { headers });
  const again = await post("/api/auth/signup/", person, { headers });
  expect(again.status).toBe(200);
  expect(again.body).toEqual(first.body);
  expect(await accounts(person.username)).toHaveLength(1);
});

test("Sign-ups from one address are limited, in JSON with Retry-After.", async () => {
  const options = {
    settings: { RATE_REGISTRATION: "2/600" },
    headers: { "cf-connecting-ip": unique("address") },
  };
  expect((await post("/api/auth/signup/", newcomer(), options)).status).toBe(200);
  expect((await post("/api/auth/signup/", newcomer(), options)).status).toBe(200);
  const over = newcomer();
  const answer = await post("/api/auth/signup/", over, options);
  expect(answer.status).toBe(429);
  expect(answer.body).toEqual({ detail: "Request was throttled." });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await accounts(over.username)).toEqual([]);
});

test("A sign-up returns no tokens if the address must be confirmed first.", async () => {
  const settings = { EMAIL_VERIFICATION: "mandatory" };
  const person = newcomer();
  const answer = await post("/api/auth/signup/", person, { settings });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ status: 200, detail: "Verification e-mail sent." });
  const signIn = await post("/api/auth/signin/", person, { settings });
  expect(signIn.status).toBe(401);
  expect(signIn.body).toEqual({ status: "error", message: "E-mail is not verified." });
});
