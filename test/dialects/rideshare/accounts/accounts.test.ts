/** Rideshare's accounts: the flat routes of its shipped client, and the documented REST paths beside them. */
import { expect, test } from "vitest";
import { get, outboxOf, post, put, rows, unique } from "../../../harness/api.ts";
import { jwtCookies, newcomer, PASSWORD, rider, signedIn, signIn, usersWith } from "../people.ts";

const REGISTER: [string, number, "error" | "password"][] = [
  ["/api/register", 200, "error"],
  ["/api/auth/register/", 201, "password"],
];
const CHANGE: [string, "error" | "password"][] = [
  ["/api/user-update", "error"],
  ["/api/user/", "password"],
];
const SHORT = "This password is too short. It must contain at least 8 characters.";
const COMMON = "This password is too common.";
const NUMERIC = "This password is entirely numeric.";
const REQUIRED = ["This field is required."];

test.each(REGISTER)("POST %s creates an account, returns %i and does not sign in.", async (path, status) => {
  const body = newcomer();
  const answer = await post(path, body);
  const { name, email } = body;
  expect(answer).toMatchObject({ status, body: { id: expect.any(Number), name, email } });
  expect(Object.keys(answer.body)).toEqual(["id", "name", "email"]);
  expect(jwtCookies(answer)).toEqual([]);
  expect(await rows("SELECT id FROM sessions WHERE user_id = ?", answer.body.id)).toEqual([]);
  expect(await outboxOf(email)).toHaveLength(1);
  expect((await signIn(body)).jwt).toEqual(expect.any(String));
});

test.each(["/api/register/", "/api/auth/register"])("Registration works %s too.", async (path) => {
  expect([200, 201]).toContain((await post(path, newcomer())).status);
});

test.each(["Anna", "Anna Maria von Ride", "Анна  Двойная", "O'Hara, Jr."])(
  "The name %s is returned unchanged.",
  async (name) => {
    const body = { ...newcomer(), name: ` ${name} ` };
    expect((await post("/api/register", body)).body.name).toBe(name);
    const { cookie } = await signIn(body);
    expect((await get("/api/user", { headers: cookie })).body.name).toBe(name);
  },
);

test.each(REGISTER)("POST %s accepts an address once, in any case.", async (path) => {
  const { email } = await rider();
  const { name } = newcomer();
  const answer = await post(path, { name, email: email.toUpperCase(), password: PASSWORD });
  expect(answer).toMatchObject({ status: 400, body: { email: ["user with this email already exists."] } });
  expect(await usersWith(email)).toHaveLength(1);
  expect(await outboxOf(email)).toHaveLength(1);
});

test("An address is stored in lower case.", async () => {
  const email = `${unique("Rider")}@Example.COM`;
  const answer = await post("/api/register", { ...newcomer(), email });
  expect(answer.body.email).toBe(email.toLowerCase());
});

test.each<[Record<string, unknown>, Record<string, string[]>]>([
  [
    { name: undefined, email: undefined, password: undefined },
    { name: REQUIRED, email: REQUIRED, password: REQUIRED },
  ],
  [{ password: null }, { password: ["This field may not be null."] }],
  [{ name: "  " }, { name: ["This field may not be blank."] }],
  [{ name: "a".repeat(256) }, { name: ["Ensure this field has no more than 255 characters."] }],
  [{ email: "nobody" }, { email: ["Enter a valid email address."] }],
  [{ password: `${"a1".repeat(128)}` }, { password: ["Ensure this field has no more than 255 characters."] }],
])("Registration with %j is refused and creates nothing.", async (change, errors) => {
  const body = { ...newcomer(), ...change };
  for (const [path] of REGISTER) {
    expect(await post(path, body)).toMatchObject({ status: 400, body: errors });
    expect(await usersWith(String(body.email))).toEqual([]);
  }
});

const WEAK: [string, string[]][] = [
  ["1234567", [SHORT, NUMERIC]],
  ["12345678", [COMMON, NUMERIC]],
  ["aZ3$x9q", [SHORT]],
  ["PassWord123", [COMMON]],
  ["8305927461", [NUMERIC]],
];

test.each(WEAK)(
  "The password %s is refused by every route with all its weaknesses.",
  async (password, faults) => {
    const body = { ...newcomer(), password };
    for (const [path, , key] of REGISTER)
      expect(await post(path, body)).toMatchObject({ status: 400, body: { [key]: faults } });
    expect(await usersWith(body.email)).toEqual([]);
    const { cookie, email } = await signedIn();
    for (const [path, key] of CHANGE) {
      const answer = await put(path, { name: "Changed", password }, { headers: cookie });
      expect(answer).toMatchObject({ status: 400, body: { [key]: faults } });
    }
    expect((await get("/api/user", { headers: cookie })).body.name).not.toBe("Changed");
    expect((await signIn({ email, password: PASSWORD })).jwt).toEqual(expect.any(String));
  },
);

test("No error contains a comma, because the client splits at commas.", () => {
  for (const fault of [SHORT, COMMON, NUMERIC]) expect(fault).not.toContain(",");
});

test.each(REGISTER)("POST %s checks the password before the other fields.", async (path, _, key) => {
  const answer = await post(path, { email: "nobody", password: "12345678" });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ [key]: [COMMON, NUMERIC] });
});

test("A password may be the person's name and is stored verbatim.", async () => {
  const named = { ...newcomer(), name: "Bartholomew", password: "Bartholomew" };
  expect((await post("/api/register", named)).status).toBe(200);
  const spaced = { ...newcomer(), password: "  spaced out words " };
  expect((await post("/api/register", spaced)).status).toBe(200);
  const trimmed = { email: spaced.email, password: spaced.password.trim() };
  expect((await post("/api/login", trimmed)).status).toBe(401);
  expect((await post("/api/login", spaced)).status).toBe(200);
});

test.each(CHANGE)("PUT %s changes the given fields and keeps the rest.", async (path) => {
  const { id, email, cookie } = await signedIn();
  const named = await put(path, { name: "Maria Ride" }, { headers: cookie });
  expect(named).toMatchObject({ status: 200, body: { id, name: "Maria Ride", email } });
  const address = `new.${email}`;
  const moved = await put(path, { email: address.toUpperCase(), id: 1, is_staff: true }, { headers: cookie });
  expect(moved).toMatchObject({ status: 200, body: { id, name: "Maria Ride", email: address } });
  expect(await outboxOf(address)).toHaveLength(1);
  expect(await rows("SELECT is_staff FROM users WHERE id = ?", id)).toEqual([{ is_staff: 0 }]);
  expect((await put(path, {}, { headers: cookie })).body).toEqual({ id, name: "Maria Ride", email: address });
});

test.each(CHANGE)(
  "PUT %s with a new password keeps this cookie and ends every other session.",
  async (path) => {
    const who = await signedIn();
    const other = await signIn(who);
    const password = "newpassword456";
    expect((await put(path, { password }, { headers: who.cookie })).status).toBe(200);
    expect((await get("/api/user", { headers: who.cookie })).status).toBe(200);
    expect((await get("/api/user", { headers: other.cookie })).status).toBe(401);
    expect((await post("/api/login", { email: who.email, password: who.password })).status).toBe(401);
    expect((await post("/api/login", { email: who.email, password })).status).toBe(200);
  },
);

test.each(CHANGE)("PUT %s refuses a taken address and a blank name.", async (path) => {
  const { email } = await rider();
  const { cookie, name } = await signedIn();
  expect(await put(path, { name: "Changed", email: email.toUpperCase() }, { headers: cookie })).toMatchObject(
    {
      status: 400,
      body: { email: ["user with this email already exists."] },
    },
  );
  expect(await put(path, { name: "" }, { headers: cookie })).toMatchObject({
    status: 400,
    body: { name: ["This field may not be blank."] },
  });
  expect((await get("/api/user", { headers: cookie })).body.name).toBe(name);
});

test.each([...CHANGE.map(([path]) => path), "/api/settings/"])("PUT %s needs a session.", async (path) => {
  expect((await put(path, { name: "Changed" })).status).toBe(401);
});

test("The documented token paths return and refresh a pair.", async () => {
  const { id, email, password } = await rider();
  const pair = await post("/api/auth/token/", { email, password });
  expect(pair).toMatchObject({
    status: 200,
    body: { access: expect.any(String), refresh: expect.any(String) },
  });
  expect((await get("/api/user/", { token: pair.body.access })).body.id).toBe(id);
  const renewed = await post("/api/auth/token/refresh/", { refresh: pair.body.refresh });
  expect(renewed.status).toBe(200);
  expect((await get("/api/user/", { token: renewed.body.access })).body.id).toBe(id);
  expect(await post("/api/auth/token/", { email, password: "wrongpassword" })).toMatchObject({
    status: 401,
    body: { detail: "No active account found with the given credentials" },
  });
});

test("The documented sign-in accepts address and password.", async () => {
  const { id, name, email, password } = await rider();
  const { status, body } = await post("/api/auth/login/", { email, password });
  expect(status).toBe(200);
  expect(body.user).toMatchObject({ id, name, email });
  expect((await get("/api/user/", { token: body.jwt })).body.id).toBe(id);
});

test("Guesses at one account are limited, but thirty quick reads are not.", async () => {
  const { email, password, cookie } = await signedIn();
  const settings = { RATE_GUESS: "2/900" };
  for (let guess = 0; guess < 2; guess++)
    expect((await post("/api/login", { email, password: "wrongpassword" }, { settings })).status).toBe(401);
  const refused = await post("/api/login", { email, password }, { settings });
  expect(refused).toMatchObject({ status: 429, body: { detail: "Request was throttled." } });
  const reads = await Promise.all(Array.from({ length: 40 }, () => get("/api/user", { headers: cookie })));
  expect(reads.every(({ status }) => status === 200)).toBe(true);
});
