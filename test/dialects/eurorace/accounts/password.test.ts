/** Eurorace's passwords: changed with the old one, reset by mail. */
import { expect, test } from "vitest";
import { get, outboxOf, post, put, rows, unique } from "../../../harness/api.ts";
import { resetOf, signedUp } from "../people.ts";

const CHANGE = "/api/auth/password/change/";
const RESET = "/api/auth/password/reset/";
const CONFIRM = "/api/auth/password/reset/confirm/";
const SENT = { status: 200, body: { detail: "Password reset e-mail has been sent." } };
const NEW = { new_password1: "newpassword456", new_password2: "newpassword456" };

const signIn = (username: string, password: string) => post("/api/auth/login/", { username, password });

test("A password change keeps the calling key and ends every other.", async () => {
  const { username, password, key } = await signedUp();
  const other = (await signIn(username, password)).body;
  const answer = await post(CHANGE, { old_password: password, ...NEW }, { key });
  expect(answer).toMatchObject({ status: 200, body: { detail: "New password has been saved." } });
  expect((await get("/api/auth/user/", { key })).status).toBe(200);
  expect((await get("/api/auth/user/", { key: other.key })).status).toBe(401);
  expect((await get("/api/auth/user/", { token: other.access })).status).toBe(401);
  expect((await post("/api/token/refresh/", { refresh: other.refresh })).status).toBe(401);
  expect((await signIn(username, password)).status).toBe(400);
  expect((await signIn(username, NEW.new_password1)).status).toBe(200);
});

const both = (word: string) => ({ new_password1: word, new_password2: word });

const FAULTS: [string, object, Record<string, string[]>][] = [
  [
    "two passwords",
    { new_password1: "newpassword456", new_password2: "newpassword457" },
    { new_password2: ["The two password fields didn’t match."] },
  ],
  [
    "a short one",
    both("aZ3$x9q"),
    { new_password2: ["This password is too short. It must contain at least 8 characters."] },
  ],
  [
    "a common one of digits",
    both("12345678"),
    { new_password2: ["This password is too common.", "This password is entirely numeric."] },
  ],
  ["only the first", { new_password1: "newpassword456" }, { new_password2: ["This field is required."] }],
];

test.each([
  ...FAULTS,
  [
    "a wrong old one",
    { old_password: "wrongpassword", ...NEW },
    { old_password: ["The current password is wrong."] },
  ],
  ["no old one", { old_password: undefined, ...NEW }, { old_password: ["This field is required."] }],
])("A password change with %s is refused, and the old password stays.", async (_, given, errors) => {
  const { username, password, key } = await signedUp();
  const answer = await post(CHANGE, { old_password: password, ...given }, { key });
  expect(answer).toMatchObject({ status: 400, body: errors });
  expect((await signIn(username, password)).status).toBe(200);
});

test("A new password similar to the username is refused.", async () => {
  const { username, password, key } = await signedUp();
  const answer = await post(CHANGE, { old_password: password, ...both(`${username}1`) }, { key });
  expect(answer).toMatchObject({
    status: 400,
    body: { new_password2: ["The password is too similar to the username."] },
  });
});

test("A password change needs a key, and wrong old passwords are counted.", async () => {
  expect((await post(CHANGE, { old_password: "x", ...NEW })).status).toBe(401);
  const { password, key } = await signedUp();
  const options = { key, settings: { RATE_GUESS: "2/900" } };
  for (let guess = 0; guess < 2; guess++) {
    expect((await post(CHANGE, { old_password: "wrongpassword", ...NEW }, options)).status).toBe(400);
  }
  expect((await post(CHANGE, { old_password: password, ...NEW }, options)).status).toBe(429);
});

test("A reset mails a link with uid and token, in any case of the address.", async () => {
  const { username, email } = await signedUp();
  expect(await post(RESET, { email: email.toUpperCase() })).toMatchObject(SENT);
  const [letter] = await outboxOf(email);
  expect(letter?.subject).toBe("[Caravan] Password Reset Email");
  expect(letter?.text).toContain(username);
  const [user] = await rows<{ id: number }>("SELECT id FROM users WHERE email = ?", email);
  expect(await resetOf(email)).toEqual({
    uid: user?.id.toString(36),
    token: expect.stringMatching(/^[\w-]{43}$/),
  });
});

test("An unknown and a blocked address get the same answer and no mail.", async () => {
  const unknown = `${unique("nobody")}@example.com`;
  expect(await post(RESET, { email: unknown })).toMatchObject(SENT);
  expect(await outboxOf(unknown)).toEqual([]);
  const { email } = await signedUp();
  await rows("UPDATE users SET is_active = 0 WHERE email = ?", email);
  expect(await post(RESET, { email })).toMatchObject(SENT);
  expect(await outboxOf(email)).toHaveLength(1);
});

test.each([
  [{}, { email: ["This field is required."] }],
  [{ email: "nobody" }, { email: ["Enter a valid email address."] }],
])("A reset request with %j is refused.", async (given, errors) => {
  expect(await post(RESET, given)).toMatchObject({ status: 400, body: errors });
});

test("At most ten reset mails an hour go to one address.", async () => {
  const { email } = await signedUp();
  for (let round = 0; round < 10; round++) expect((await post(RESET, { email })).status).toBe(200);
  expect((await post(RESET, { email })).status).toBe(429);
  expect(await outboxOf(email)).toHaveLength(11);
});

/** A person who has asked for a reset, with what the mail holds. */
async function forgetful() {
  const racer = await signedUp();
  await post(RESET, { email: racer.email });
  return { ...racer, ...(await resetOf(racer.email)) };
}

test("Uid and token set the password once and end every session.", async () => {
  const { username, password, key, uid, token } = await forgetful();
  const answer = await post(CONFIRM, { uid, token, ...NEW });
  expect(answer).toMatchObject({
    status: 200,
    body: { detail: "Password has been reset with the new password." },
  });
  expect((await get("/api/auth/user/", { key })).status).toBe(401);
  expect((await signIn(username, password)).status).toBe(400);
  expect((await signIn(username, NEW.new_password1)).status).toBe(200);
  expect(await post(CONFIRM, { uid, token, ...NEW })).toMatchObject({
    status: 400,
    body: { token: ["Invalid value"] },
  });
});

test("A reset by mail confirms the address.", async () => {
  const { email, uid, token } = await forgetful();
  await post(CONFIRM, { uid, token, ...NEW });
  expect(
    await rows("SELECT id FROM users WHERE email = ? AND email_verified_at IS NOT NULL", email),
  ).toHaveLength(1);
});

test.each<[string, (proof: { uid: string; token: string }) => object, Record<string, string[]>]>([
  ["a wrong token", ({ uid }) => ({ uid, token: "wrong" }), { token: ["Invalid value"] }],
  ["a uid that is none", ({ token }) => ({ uid: "№1", token }), { uid: ["Invalid value"] }],
  ["a uid of nobody", ({ token }) => ({ uid: "zzzzzzzz", token }), { uid: ["Invalid value"] }],
  ["the uid in base 64", ({ uid, token }) => ({ uid: btoa(uid), token }), { uid: ["Invalid value"] }],
  ["neither", () => ({}), { uid: ["This field is required."], token: ["This field is required."] }],
])("A reset with %s changes nothing, and the link stays valid.", async (_, given, errors) => {
  const { username, password, uid, token } = await forgetful();
  expect(await post(CONFIRM, { ...given({ uid, token }), ...NEW })).toMatchObject({
    status: 400,
    body: errors,
  });
  expect((await signIn(username, password)).status).toBe(200);
  expect((await post(CONFIRM, { uid, token, ...NEW })).status).toBe(200);
});

test.each(FAULTS)("A reset with %s is refused, and the link stays valid.", async (_, given, errors) => {
  const { uid, token } = await forgetful();
  expect(await post(CONFIRM, { uid, token, ...given })).toMatchObject({ status: 400, body: errors });
  expect((await post(CONFIRM, { uid, token, ...NEW })).status).toBe(200);
});

test("A token is refused with another user's uid.", async () => {
  const { token } = await forgetful();
  const other = await forgetful();
  const answer = await post(CONFIRM, { uid: other.uid, token, ...NEW });
  expect(answer).toMatchObject({ status: 400, body: { token: ["Invalid value"] } });
  expect((await signIn(other.username, other.password)).status).toBe(200);
});

test("A reset link is void after an hour, after the next link, after a new password and after a new address.", async () => {
  const expired = await forgetful();
  await rows("UPDATE codes SET expires_at = ? WHERE target = ?", Date.now() - 1, expired.email);
  const replaced = await forgetful();
  await post(RESET, { email: replaced.email });
  const changed = await forgetful();
  await post(CHANGE, { old_password: changed.password, ...NEW }, { key: changed.key });
  const moved = await forgetful();
  await put("/api/auth/user/", { email: `new.${moved.email}` }, { key: moved.key });
  for (const { uid, token } of [expired, replaced, changed, moved]) {
    const answer = await post(CONFIRM, { uid, token, ...NEW });
    expect(answer).toMatchObject({ status: 400, body: { token: ["Invalid value"] } });
  }
});

test("Of two concurrent uses of a link, one sets the password.", async () => {
  const { username, uid, token } = await forgetful();
  const words = ["firstnewword77", "secondnewword77"];
  const responses = await Promise.all(words.map((word) => post(CONFIRM, { uid, token, ...both(word) })));
  expect(responses.map(({ status }) => status).sort()).toEqual([200, 400]);
  const signIns = await Promise.all(words.map((word) => signIn(username, word)));
  expect(signIns.map(({ status }) => status)).toEqual(responses.map(({ status }) => status));
});
