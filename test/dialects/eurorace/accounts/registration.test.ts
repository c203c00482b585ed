/** Eurorace's registration: the key, the mail that confirms an address, and what is refused. */
import { expect, test } from "vitest";
import { get, outboxOf, post, rows, unique } from "../../../harness/api.ts";
import { multipart } from "../../../harness/forms.ts";
import { keyOf, newcomer, registration, signedUp } from "../people.ts";

const PATH = "/api/auth/registration/";

const usersNamed = (username: string) => rows("SELECT id FROM users WHERE username = ?", username);

test("A registration returns a key of forty hex digits that works at once.", async () => {
  const { username, email, body } = newcomer();
  const answer = await post(PATH, body);
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({ key: expect.stringMatching(/^[0-9a-f]{40}$/) });
  const me = await get("/api/auth/user/", { key: answer.body.key });
  expect(me.status).toBe(200);
  expect(me.body).toEqual({ pk: expect.any(Number), username, email, first_name: "", last_name: "" });
});

test.each([
  ["without its slash", "/api/auth/registration", undefined],
  ["urlencoded", PATH, (body: Record<string, string>) => new URLSearchParams(body)],
  ["as multipart", PATH, multipart],
])("Registration works %s.", async (_, path, encode) => {
  const { body } = newcomer();
  const answer = await post(path, encode ? encode(body) : body);
  expect(answer.status).toBe(201);
  expect(Object.keys(answer.body)).toEqual(["key"]);
});

test("The address is optional at registration, and without one no mail is sent.", async () => {
  const { username, body } = newcomer();
  const { email: _, ...nameless } = body;
  const { status, body: answer } = await post(PATH, nameless);
  expect(status).toBe(201);
  const me = await get("/api/auth/user/", { key: answer.key });
  expect(me.body.email).toBe("");
  expect(await rows("SELECT id FROM outbox WHERE payload LIKE ?", `%${username}%`)).toEqual([]);
});

test("Registering mails a link that confirms the address.", async () => {
  const { username, email } = await signedUp();
  const letters = await outboxOf(email);
  expect(letters).toHaveLength(1);
  expect(letters[0]?.subject).toBe("[Caravan] Please Confirm Your Email Address");
  expect(letters[0]?.text).toContain(username);
  expect(letters[0]?.links).toEqual([
    expect.stringMatching(/^http:\/\/caravan\.test\/account-confirm-email\/[\w-]{43}\/$/),
  ]);
});

const REQUIRED = ["This field is required."];
const FORMAT = [
  "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
];
const SHORT = "This password is too short. It must contain at least 8 characters.";
const COMMON = "This password is too common.";
const NUMERIC = "This password is entirely numeric.";
const MISMATCH = ["The two password fields didn't match."];

test.each<[string, Record<string, unknown>, Record<string, string[]>]>([
  [
    "nothing at all",
    { username: undefined, password1: undefined, password2: undefined },
    { username: REQUIRED, password1: REQUIRED, password2: REQUIRED },
  ],
  ["a blank username", { username: " " }, { username: ["This field may not be blank."] }],
  ["a username with a space", { username: "two words" }, { username: FORMAT }],
  [
    "a username that is too long",
    { username: "a".repeat(151) },
    { username: ["Ensure this field has no more than 150 characters."] },
  ],
  ["an address that is none", { email: "nobody" }, { email: ["Enter a valid email address."] }],
  ["a short password", { password1: "aZ3$x9q", password2: "aZ3$x9q" }, { password1: [SHORT] }],
  ["a common password", { password1: "password123", password2: "password123" }, { password1: [COMMON] }],
  [
    "digits everybody uses",
    { password1: "12345678", password2: "12345678" },
    { password1: [COMMON, NUMERIC] },
  ],
  ["digits nobody uses", { password1: "8305927461", password2: "8305927461" }, { password1: [NUMERIC] }],
  ["two passwords", { password2: "securepassword124" }, { non_field_errors: MISMATCH }],
])("Registration refuses %s and creates nothing.", async (_, change, errors) => {
  const { body } = newcomer();
  const given = { ...body, ...change };
  const answer = await post(PATH, given);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual(errors);
  expect(await usersNamed(String(given.username ?? body.username))).toEqual([]);
  expect(await outboxOf(body.email)).toEqual([]);
});

test.each(["testpassword", "securepassword123", "newpassword456"])(
  "The password %s is accepted.",
  async (word) => {
    const { body } = newcomer();
    expect((await post(PATH, { ...body, password1: word, password2: word })).status).toBe(201);
  },
);

test("A password similar to the username is refused as a fault of several fields.", async () => {
  const username = unique("bicycle");
  const word = `${username}1`;
  const answer = await post(PATH, registration(username, null, word));
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ non_field_errors: ["The password is too similar to the username."] });
});

test("A password similar to the address is refused as a fault of several fields.", async () => {
  const local = unique("mountain");
  const answer = await post(PATH, registration(unique("zq"), `${local}@example.com`, `${local}!`));
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ non_field_errors: ["The password is too similar to the email address."] });
});

test("A username is taken in every case of its letters.", async () => {
  const { username } = await signedUp();
  const { body } = newcomer();
  const answer = await post(PATH, { ...body, username: username.toUpperCase() });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ username: ["A user with that username already exists."] });
  expect(await outboxOf(body.email)).toEqual([]);
});

test.each([
  ["confirmed", true],
  ["unconfirmed", false],
])("An address is taken in every case of its letters, also while it is %s.", async (_, confirmed) => {
  const { email } = await signedUp();
  if (confirmed) await post("/api/auth/registration/verify-email/", { key: await keyOf(email) });
  const { username, body } = newcomer();
  const answer = await post(PATH, { ...body, email: email.toUpperCase() });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ email: ["User is already registered with this e-mail address."] });
  expect(await usersNamed(username)).toEqual([]);
  expect(await outboxOf(email)).toHaveLength(1);
});

test("Registration ignores an invalid key.", async () => {
  const { body } = newcomer();
  expect((await post(PATH, body, { key: "junk" })).status).toBe(201);
});

test("Registration grants no rights from the body.", async () => {
  const { username, body } = newcomer();
  await post(PATH, {
    ...body,
    is_staff: true,
    user_type: "OPERATOR",
    is_active: false,
    email_verified_at: 1,
  });
  expect(
    await rows(
      "SELECT is_staff, user_type, is_active, email_verified_at FROM users WHERE username = ?",
      username,
    ),
  ).toEqual([{ is_staff: 0, user_type: "CLIENT", is_active: 1, email_verified_at: null }]);
});

test("Registration stores only hashes of password and key.", async () => {
  const { username, key, password } = await signedUp();
  const [row] = await rows<{ password_hash: string; key_hash: string }>(
    "SELECT password_hash, key_hash FROM users JOIN sessions ON user_id = users.id WHERE username = ?",
    username,
  );
  expect(row?.password_hash).toMatch(/^scrypt\$/);
  expect(JSON.stringify(row)).not.toContain(password);
  expect(JSON.stringify(row)).not.toContain(key);
});

test("A retry with the same Idempotency-Key returns the same key and creates no second account.", async () => {
  const { username, email, body } = newcomer();
  const headers = { "idempotency-key": unique("retry") };
  const first = await post(PATH, body, { headers });
  const second = await post(PATH, body, { headers });
  expect(second).toMatchObject({ status: 201, body: first.body });
  expect(await usersNamed(username)).toHaveLength(1);
  expect(await outboxOf(email)).toHaveLength(1);
});

test("Registrations from one client address are limited.", async () => {
  const options = {
    settings: { RATE_REGISTRATION: "2/3600" },
    headers: { "cf-connecting-ip": unique("address") },
  };
  for (let round = 0; round < 2; round++)
    expect((await post(PATH, newcomer().body, options)).status).toBe(201);
  const { username, body } = newcomer();
  const refused = await post(PATH, body, options);
  expect(refused.status).toBe(429);
  expect(refused.body).toEqual({ detail: "Request was throttled." });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(3000);
  expect(await usersNamed(username)).toEqual([]);
});
