/** Accounts in the console: created, changed, signed out, given a password and deleted, each with its consequences. */
import { describe, expect, test } from "vitest";
import { del, get, outboxOf, patch, person, post, rows, staffMember, unique } from "../harness/api.ts";

const headers = { "accept-language": "en", "if-match": "*" };
const byStaff = async () => ({ token: (await staffMember()).token, headers });
const logOf = (id: number) =>
  rows<{ action: string; before: string; after: string; actor_id: number }>(
    "SELECT * FROM audit_log WHERE subject = ? ORDER BY id",
    `user:${id}`,
  );
const at = ({ id }: { id: number }) => `/api/admin/users/${id}/`;
const done = (who: { id: number }, action: string) => `${at(who)}actions/${action}/`;

describe("a new account", () => {
  test("A new account has a profile, a verification mail, no password and an audit row.", async () => {
    const staff = await byStaff();
    const username = unique("made");
    const body = { username, email: `${username}@Example.com`, user_type: "DRIVER", birthday: "1990-05-01" };
    const answer = await post("/api/admin/users/", body, staff);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        username,
        email: `${username}@example.com`.toLowerCase(),
        user_type: "DRIVER",
        birthday: "1990-05-01",
      },
    });
    expect(answer.headers.get("etag")).toBe(`"${answer.body.version}"`);
    expect(await rows("SELECT password_hash FROM users WHERE id = ?", answer.body.id)).toEqual([
      { password_hash: null },
    ]);
    expect(await outboxOf(`${username}@example.com`.toLowerCase())).toHaveLength(1);
    const [row] = await logOf(answer.body.id);
    expect(row?.action).toBe("user.create");
    expect(JSON.parse(row?.after ?? "")).toMatchObject({ username, user_type: "DRIVER" });
  });

  test.each<[string, (taken: { username: string; email: string }) => object, string]>([
    ["name", ({ username }) => ({ username: username.toUpperCase() }), "username"],
    ["address", ({ email }) => ({ username: unique("new"), email }), "email"],
  ])("A new account with a taken %s is refused, and nothing is written.", async (_, body, field) => {
    const staff = await byStaff();
    const known = await person();
    const before = await rows("SELECT count(*) AS n FROM audit_log");
    const answer = await post("/api/admin/users/", body(known), staff);
    expect(answer).toMatchObject({
      status: 400,
      body: { [field]: ["A record with this value already exists."] },
    });
    expect(await rows("SELECT count(*) AS n FROM audit_log")).toEqual(before);
  });

  test("A new account without a username is refused.", async () => {
    const answer = await post("/api/admin/users/", {}, await byStaff());
    expect(answer).toMatchObject({ status: 400, body: { username: ["This field is required."] } });
  });
});

test("A new e-mail is unverified, gets its mail and voids links sent to the old one.", async () => {
  const staff = await byStaff();
  const who = await person();
  await rows("UPDATE users SET email_verified_at = 1 WHERE id = ?", who.id);
  await post(done(who, "send_reset"), undefined, staff);
  const email = `${unique("moved")}@example.com`;
  const answer = await patch(at(who), { email }, staff);
  expect(answer.body).toMatchObject({ email, email_verified_at: null });
  expect(await outboxOf(email)).toHaveLength(1);
  expect(await rows("SELECT purpose FROM codes WHERE user_id = ? AND purpose LIKE 'reset%'", who.id)).toEqual(
    [],
  );
});

test("Sending a reset link mails it to the person with an audit row, and does not show it to staff.", async () => {
  const staff = await byStaff();
  const who = await person();
  const answer = await post(done(who, "send_reset"), undefined, staff);
  expect(answer).toMatchObject({ status: 204, body: "" });
  const letters = await outboxOf(who.email);
  expect(letters.filter(({ links }) => links.some((link) => link.includes("password_reset")))).toHaveLength(
    1,
  );
  expect((await logOf(who.id)).map(({ action }) => action)).toEqual(["user.send_reset"]);
});

test("Staff can mark an e-mail as verified, once.", async () => {
  const staff = await byStaff();
  const who = await person();
  expect((await post(done(who, "confirm_email"), undefined, staff)).status).toBe(204);
  expect((await get(at(who), staff)).body.email_verified_at).toMatch(/Z$/);
  expect((await post(done(who, "confirm_email"), undefined, staff)).status).toBe(409);
  expect((await logOf(who.id)).map(({ action }) => action)).toEqual(["user.confirm_email"]);
});

test("No reset link can be sent without an e-mail, and nothing is written.", async () => {
  const staff = await byStaff();
  const who = await person();
  await rows("UPDATE users SET email = NULL WHERE id = ?", who.id);
  expect((await post(done(who, "send_reset"), undefined, staff)).status).toBe(409);
  expect(await logOf(who.id)).toEqual([]);
});

describe("a temporary password", () => {
  const signIn = (username: string, password: string) =>
    post("/api/auth/login/", { username, password }, { headers: { "accept-language": "en" } });
  const submit = (url: string, password: string) =>
    post(new URL(url).pathname, { new_password1: password, new_password2: password });
  const sessionsOf = ({ id }: { id: number }) => rows("SELECT id FROM sessions WHERE user_id = ?", id);

  test("A temporary password is shown once, replaces the old one and ends every session.", async () => {
    const staff = await byStaff();
    const who = await person();
    const { status, body } = await post(done(who, "temporary_password"), undefined, staff);
    expect(status).toBe(200);
    expect(body.password).toMatch(/^[\w-]{16}$/);
    expect((await get("/api/v1/auth/profile/", { token: who.token })).status).toBe(401);
    expect((await signIn(who.username, who.password)).status).toBe(400);
    const log = await logOf(who.id);
    expect(log.map(({ action }) => action)).toEqual(["user.temporary_password"]);
    expect(JSON.stringify(log)).not.toContain(body.password);
  });

  test.each<[string, (name: string, password: string) => ReturnType<typeof post>]>([
    ["Tow Truck", (phone, password) => post("/api/v1/auth/login/", { phone, password })],
    ["Find Friend", (email, password) => post("/api/v1/auth/token/login/", { email, password })],
    ["Eurorace", (username, password) => post("/api/auth/login/", { username, password })],
    ["AlphaBet", (username, password) => post("/api/auth/signin/", { username, password })],
    ["Rideshare", (email, password) => post("/api/login", { email, password })],
  ])(
    "A temporary password opens no session at the sign-in of %s, which names the page for changing it.",
    async (_, authorize) => {
      const staff = await byStaff();
      const who = await person();
      const { password } = (await post(done(who, "temporary_password"), undefined, staff)).body;
      const answer = await authorize(who.email, password);
      expect(answer).toMatchObject({
        status: 403,
        body: {
          detail: expect.stringContaining(answer.body.change_url),
          code: "password_temporary",
          change_url: expect.stringContaining("/password_reset_confirm/"),
        },
      });
      expect(await sessionsOf(who)).toEqual([]);
    },
  );

  test("A temporary password is changed on its page once; then only the new one signs in.", async () => {
    const staff = await byStaff();
    const who = await person();
    const { password } = (await post(done(who, "temporary_password"), undefined, staff)).body;
    const { change_url: url, detail } = (await signIn(who.username, password)).body;
    expect(detail).toBe(`This password is a temporary one. Choose your own: ${url}`);
    expect((await submit(url, "my very own words")).status).toBe(200);
    expect((await signIn(who.username, "my very own words")).status).toBe(200);
    expect((await signIn(who.username, password)).status).toBe(400);
    expect((await submit(url, "once more, please")).status).toBe(404);
    expect(await rows("SELECT email_verified_at FROM users WHERE id = ?", who.id)).toEqual([
      { email_verified_at: null },
    ]);
  });

  test("A temporary password opens an account that staff made without a password.", async () => {
    const staff = await byStaff();
    const username = unique("made");
    const { body: made } = await post("/api/admin/users/", { username }, staff);
    const { password } = (await post(done(made, "temporary_password"), undefined, staff)).body;
    const { change_url: url } = (await signIn(username, password)).body;
    await submit(url, "my very own words");
    expect((await signIn(username, "my very own words")).status).toBe(200);
  });
});

test("A reset mail opens an account that staff made without a password.", async () => {
  const staff = await byStaff();
  const username = unique("made");
  const email = `${username}@example.com`.toLowerCase();
  const { body: made } = await post("/api/admin/users/", { username, email }, staff);
  expect((await post(done(made, "send_reset"), undefined, staff)).status).toBe(204);
  const link = (await outboxOf(email))
    .flatMap(({ links }) => links)
    .find((each) => each.includes("password_reset"));
  const words = { new_password1: "my very own words", new_password2: "my very own words" };
  expect((await post(new URL(link ?? "").pathname, words)).status).toBe(200);
  expect((await post("/api/auth/login/", { username, password: words.new_password1 })).status).toBe(200);
});

test("Signing a person out ends their sessions with an audit row; without sessions nothing is written.", async () => {
  const staff = await byStaff();
  const who = await person();
  expect((await post(done(who, "end_sessions"), undefined, staff)).status).toBe(204);
  expect((await get("/api/v1/auth/profile/", { token: who.token })).status).toBe(401);
  expect((await post(done(who, "end_sessions"), undefined, staff)).status).toBe(204);
  expect((await logOf(who.id)).map(({ action }) => action)).toEqual(["user.end_sessions"]);
});

test("One session can be ended alone.", async () => {
  const staff = await byStaff();
  const who = await person();
  await post("/api/auth/signin/", { username: who.username, password: who.password });
  const { body } = await get(`/api/admin/sessions/?user=${who.id}&sort=created_at`, staff);
  expect(body.count).toBe(2);
  expect((await del(`/api/admin/sessions/${body.results[0].id}/`, undefined, staff)).status).toBe(204);
  expect((await get("/api/v1/auth/profile/", { token: who.token })).status).toBe(401);
  expect(await rows("SELECT id FROM sessions WHERE user_id = ?", who.id)).toHaveLength(1);
});

test("A deleted account loses its sessions, and the audit log says whose it was.", async () => {
  const staff = await byStaff();
  const who = await person();
  expect((await del(at(who), undefined, staff)).status).toBe(204);
  expect((await get("/api/v1/auth/profile/", { token: who.token })).status).toBe(401);
  expect(await rows("SELECT id FROM users WHERE id = ?", who.id)).toEqual([]);
  const [row] = await logOf(who.id);
  expect(JSON.parse(row?.before ?? "")).toEqual({ username: who.username, user_type: "CLIENT" });
});

test("Staff can't delete their own account here.", async () => {
  const staff = await staffMember();
  const answer = await del(at(staff), undefined, { token: staff.token, headers });
  expect(answer).toMatchObject({ status: 409, body: { detail: "You can't delete your own account here." } });
  expect(await rows("SELECT id FROM users WHERE id = ?", staff.id)).toHaveLength(1);
});

test("An operator can find people but not change them.", async () => {
  const who = await person();
  const { token } = await staffMember({ staff: false, type: "OPERATOR" });
  const options = { token, headers };
  const { body } = await get(`/api/admin/users/?search=${who.email.toUpperCase()}`, options);
  expect(body.results.map(({ id }: { id: number }) => id)).toEqual([who.id]);
  for (const action of ["end_sessions", "send_reset", "temporary_password"])
    expect((await post(done(who, action), undefined, options)).status).toBe(403);
  expect((await get("/api/admin/sessions/", options)).status).toBe(403);
  expect(await logOf(who.id)).toEqual([]);
});
