/** Eurorace's sign-in, its keys, its sign-out, and how refused credentials are answered. */
import { expect, test } from "vitest";
import { call, get, post, rows, unique } from "../../../harness/api.ts";
import { newcomer, signedUp } from "../people.ts";

const LOGIN = "/api/auth/login/";
const LOGOUT = "/api/auth/logout/";
const ME = "/api/auth/user/";
const CANNOT = { non_field_errors: ["Unable to log in with provided credentials."] };

test("A sign-in returns a key, tokens and the user.", async () => {
  const { username, email, password } = await signedUp();
  const { status, body } = await post(LOGIN, { username, password });
  expect(status).toBe(200);
  expect(body).toEqual({
    key: expect.stringMatching(/^[0-9a-f]{40}$/),
    access: expect.any(String),
    refresh: expect.any(String),
    jwt: body.access,
    user: {
      pk: expect.any(Number),
      id: body.user.pk,
      username,
      email,
      first_name: "",
      last_name: "",
      name: username,
    },
  });
  expect((await get(ME, { key: body.key })).body.pk).toBe(body.user.pk);
  expect((await get(ME, { token: body.access })).body.pk).toBe(body.user.pk);
});

test.each<[string, (who: { username: string; email: string }) => Record<string, string>]>([
  ["the username", ({ username }) => ({ username })],
  ["the username in another case", ({ username }) => ({ username: username.toUpperCase() })],
  ["the address as username", ({ email }) => ({ username: email })],
  ["the address in its own field", ({ email }) => ({ email })],
  ["the address with a blank username", ({ email }) => ({ username: "", email })],
])("Users can sign in by %s.", async (_, identifier) => {
  const { username, email, password } = await signedUp();
  const { status, body } = await post(LOGIN, { ...identifier({ username, email }), password });
  expect(status).toBe(200);
  expect(body.user.username).toBe(username);
});

test("Every device gets its own key, and the key of the registration stays valid.", async () => {
  const { username, password, key } = await signedUp();
  const first = (await post(LOGIN, { username, password })).body.key;
  const second = (await post(LOGIN, { username, password })).body.key;
  expect(new Set([key, first, second]).size).toBe(3);
  for (const each of [key, first, second]) expect((await get(ME, { key: each })).status).toBe(200);
});

test.each<[string, Record<string, unknown>, Record<string, string[]>]>([
  [
    "without a username",
    { password: "x" },
    { non_field_errors: ['Must include "username" and "password".'] },
  ],
  ["without a password", { username: "x" }, { password: ["This field is required."] }],
  ["with nothing", {}, { password: ["This field is required."] }],
])("A sign-in %s is refused.", async (_, given, errors) => {
  expect(await post(LOGIN, given)).toMatchObject({ status: 400, body: errors });
});

test("A wrong password and an unknown username get the same answer.", async () => {
  const { username } = await signedUp();
  const wrong = await post(LOGIN, { username, password: "wrongpassword" });
  const unknown = await post(LOGIN, { username: unique("nobody"), password: "wrongpassword" });
  expect(wrong).toMatchObject({ status: 400, body: CANNOT });
  expect(unknown).toMatchObject({ status: 400, body: CANNOT });
});

test("An inactive account cannot sign in.", async () => {
  const { username, password } = await signedUp();
  await rows("UPDATE users SET is_active = 0 WHERE username = ?", username);
  expect(await post(LOGIN, { username, password })).toMatchObject({ status: 400, body: CANNOT });
});

test("A password is compared verbatim, including spaces.", async () => {
  const { username, body } = newcomer();
  const password = "  spaced out words ";
  await post("/api/auth/registration/", { ...body, password1: password, password2: password });
  expect((await post(LOGIN, { username, password: password.trim() })).status).toBe(400);
  expect((await post(LOGIN, { username, password })).status).toBe(200);
});

test("Guesses at one account are limited, and other accounts are unaffected.", async () => {
  const victim = await signedUp();
  const other = await signedUp();
  const settings = { RATE_GUESS: "3/900" };
  for (let guess = 0; guess < 3; guess++) {
    const { status } = await post(
      LOGIN,
      { username: victim.username, password: "wrongpassword" },
      { settings },
    );
    expect(status).toBe(400);
  }
  const right = { username: victim.username, password: victim.password };
  const refused = await post(LOGIN, right, { settings });
  expect(refused).toMatchObject({ status: 429, body: { detail: "Request was throttled." } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(800);
  const unharmed = { username: other.username, password: other.password };
  expect((await post(LOGIN, unharmed, { settings })).status).toBe(200);
});

test("Sign-ins from one client address are limited.", async () => {
  const { username, password } = await signedUp();
  const options = { settings: { RATE_LOGIN: "1/60" }, headers: { "cf-connecting-ip": unique("address") } };
  expect((await post(LOGIN, { username, password }, options)).status).toBe(200);
  expect((await post(LOGIN, { username, password }, options)).status).toBe(429);
});

test("A sign-out ends this key and no other.", async () => {
  const { username, password, key } = await signedUp();
  const other = (await post(LOGIN, { username, password })).body.key;
  const answer = await post(LOGOUT, undefined, { key });
  expect(answer).toMatchObject({ status: 200, body: { detail: "Successfully logged out." } });
  expect((await get(ME, { key })).status).toBe(401);
  expect((await get(ME, { key: other })).status).toBe(200);
});

test("A sign-out without a key is a 400, with an invalid key a 401.", async () => {
  expect(await post(LOGOUT)).toMatchObject({
    status: 400,
    body: { detail: "You should be logged in to logout. Check whether the token is passed." },
  });
  const bad = await post(LOGOUT, undefined, { key: "f".repeat(40) });
  expect(bad).toMatchObject({ status: 401, body: { detail: "Invalid token." } });
  expect(bad.headers.get("www-authenticate")).toBe("Token");
});

test.each<[string, Record<string, string>, string]>([
  ["no credentials", {}, "Authentication credentials were not provided."],
  ["an unknown scheme", { authorization: "Basic YTpi" }, "Authentication credentials were not provided."],
  ["an unknown key", { authorization: `Token ${"0".repeat(40)}` }, "Invalid token."],
  ["no key", { authorization: "Token" }, "Invalid token header. No credentials provided."],
  [
    "a key with spaces",
    { authorization: "Token a b" },
    "Invalid token header. Token string should not contain spaces.",
  ],
])("A request with %s is a 401 in the Token scheme.", async (_, headers, detail) => {
  const answer = await get(ME, { headers });
  expect(answer).toMatchObject({ status: 401, body: { detail } });
  expect(answer.headers.get("www-authenticate")).toBe("Token");
});

test("The key of an inactive account is a 401.", async () => {
  const { username, key } = await signedUp();
  await rows("UPDATE users SET is_active = 0 WHERE username = ?", username);
  const answer = await get(ME, { key });
  expect(answer).toMatchObject({ status: 401, body: { detail: "User inactive or deleted." } });
});

test("The scheme Token is read in any case.", async () => {
  const { key } = await signedUp();
  expect((await get(ME, { headers: { authorization: `token ${key}` } })).status).toBe(200);
});

test("A key is not accepted as a Bearer token.", async () => {
  const { key } = await signedUp();
  expect((await get(ME, { token: key })).status).toBe(401);
});

test.each([
  ["registration/", {}],
  ["registration/verify-email/", { key: "x" }],
  ["registration/resend-email/", {}],
  ["login/", {}],
  ["password/reset/", {}],
  ["password/reset/confirm/", {}],
])("The route %s ignores an invalid key.", async (path, body) => {
  const headers = { authorization: "Token junk" };
  expect([400, 404]).toContain((await post(`/api/auth/${path}`, body, { headers })).status);
});

test.each([
  ["GET", "/api/auth/login/"],
  ["GET", "/api/auth/logout/"],
  ["GET", "/api/auth/registration/"],
  ["GET", "/api/auth/registration/verify-email/"],
  ["GET", "/api/auth/password/reset/confirm/"],
])("The request %s %s is a 405.", async (method, path) => {
  const answer = await call(method, path);
  expect(answer).toMatchObject({ status: 405, body: { detail: 'Method "GET" not allowed.' } });
  expect(answer.headers.get("allow")).toBe("POST, OPTIONS");
});

test.each(["/api/auth/token/verify/", "/api/auth/registration/account-email-verification-sent/"])(
  "The path %s is a 404.",
  async (path) => {
    expect(await post(path, {})).toMatchObject({ status: 404, body: { detail: "Not found." } });
  },
);

test("A body that is not JSON is a 400, another media type is a 415.", async () => {
  const broken = await post(LOGIN, "{");
  expect(broken.status).toBe(400);
  expect(broken.body.detail).toMatch(/^JSON parse error - /);
  const text = await post(LOGIN, "username=x", { headers: { "content-type": "text/plain" } });
  expect(text).toMatchObject({
    status: 415,
    body: { detail: 'Unsupported media type "text/plain" in request.' },
  });
});
