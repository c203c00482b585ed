/** A new address or phone: it works at once or with its code, the former one is told, stays reserved and takes it back. */
import { describe, expect, test } from "vitest";
import {
  call,
  get,
  outboxOf,
  patch,
  person,
  post,
  put,
  rows,
  staffMember,
  unique,
  uniquePhone,
} from "../../harness/api.ts";
import { stranger } from "../requests.ts";
import { routesFor, subjectFor, withEmail } from "./naming-routes.ts";

const WEEK = 7 * 24 * 3600_000;
const newEmail = () => `${unique("new")}@example.com`.toLowerCase();
const press = (link: string) => post(link, new URLSearchParams());

/** The path of the newest link of a kind that went to an address or phone. */
async function linkTo(to: string, part: string): Promise<string> {
  const letter = (await outboxOf(to)).find(({ links }) => links[0]?.includes(part));
  return new URL(letter?.links[0] ?? "http://nowhere/").pathname;
}
const undoLink = (to: string) => linkTo(to, "/account-undo/");
const stateOf = async (id: number) =>
  (await rows("SELECT email, email_verified_at, phone FROM users WHERE id = ?", id))[0];
const signsIn = async (name: string, password = "verysecret") =>
  (await post("/api/v1/auth/login/", { phone: name, password }, { headers: stranger() })).status === 200;

/** Somebody who has changed their address. */
async function moved() {
  const who = await person();
  const email = newEmail();
  const answer = await patch("/api/auth/user/", { email }, { token: who.token });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return { ...who, old: who.email, email };
}

const changing = routesFor("email").filter(([, { makes }]) => !makes);

describe("a new address", () => {
  test.each(changing)(
    "A new address set by %s signs in at once, and the former address can undo the change.",
    async (_, door) => {
      const who = await person();
      const email = newEmail();
      expect((await door.send({ email }, who)).status).toBeLessThan(300);
      expect(await stateOf(who.id)).toMatchObject({ email, email_verified_at: null });
      expect(await signsIn(email)).toBe(true);
      expect(await signsIn(who.email)).toBe(false);
      const link = await undoLink(who.email);
      for (const method of ["HEAD", "GET", "GET"]) expect((await call(method, link)).status).toBe(200);
      expect(await stateOf(who.id)).toMatchObject({ email });
      const done = await press(link);
      expect(done.status).toBe(200);
      expect(await stateOf(who.id)).toMatchObject({ email: who.email });
      expect((await get("/api/v1/auth/profile/", { token: who.token })).status).toBe(401);
      expect(await rows("SELECT id FROM sessions WHERE user_id = ?", who.id)).toEqual([]);
      expect(await signsIn(who.email)).toBe(true);
      expect(await signsIn(email)).toBe(false);
      expect((await get(link)).status).toBe(404);
      expect((await press(link)).status).toBe(404);
    },
  );

  test.each(routesFor("email"))(
    "A former address or phone cannot be taken by another account at %s.",
    async (_, door) => {
      const who = await moved();
      const answer = await door.send({ email: who.old.toUpperCase() }, await subjectFor(door));
      expect(answer.status).toBe(400);
      expect(answer.body).toHaveProperty("error" in answer.body ? "error" : "email");
      expect(await withEmail(who.old)).toEqual([]);
    },
  );

  test.each(routesFor("email"))("A former address is free again after seven days at %s.", async (_, door) => {
    const who = await moved();
    const [kept] = await rows<{ life: number }>(
      "SELECT expires_at - created_at AS life FROM former_contacts WHERE user_id = ?",
      who.id,
    );
    expect(kept?.life).toBe(WEEK);
    await rows("UPDATE former_contacts SET expires_at = ? WHERE user_id = ?", Date.now() - 1, who.id);
    expect((await get(await undoLink(who.old))).status).toBe(404);
    expect((await door.send({ email: who.old }, await subjectFor(door))).status).toBeLessThan(300);
  });

  test.each(changing)(
    "An owner who returns to the former address at %s gets it back in its former state.",
    async (_, door) => {
      const who = await person();
      await rows("UPDATE users SET email_verified_at = 5 WHERE id = ?", who.id);
      await patch("/api/auth/user/", { email: newEmail() }, { token: who.token });
      const link = await undoLink(who.email);
      expect((await door.send({ email: who.email }, who)).status).toBeLessThan(300);
      expect(await stateOf(who.id)).toMatchObject({ email: who.email, email_verified_at: 5 });
      expect((await get(link)).status).toBe(404);
      expect(await rows("SELECT id FROM former_contacts WHERE user_id = ?", who.id)).toEqual([]);
    },
  );

  test("A new address gets no password reset by any route until it is verified, while the address of the sign-up does.", async () => {
    const who = await moved();
    const ask = async (email: string) => {
      await rows("DELETE FROM codes WHERE user_id = ? AND purpose LIKE 'reset%'", who.id);
      await post("/api/auth/password/reset/", { email }, { headers: stranger() });
      const friend = await post("/api/v1/users/reset_password/", { email }, { headers: stranger() });
      const staff = await staffMember();
      const console = await post(
        `/api/admin/users/${who.id}/actions/send_reset/`,
        {},
        { token: staff.token },
      );
      const codes = await rows("SELECT id FROM codes WHERE user_id = ? AND purpose LIKE 'reset%'", who.id);
      return [friend.status, console.status, codes.length];
    };
    expect(await ask(who.email)).toEqual([400, 409, 0]);
    expect((await press(await linkTo(who.email, "/account-confirm-email/"))).status).toBe(200);
    expect(await ask(who.email)).toEqual([200, 204, 2]);
    const other = await person();
    expect((await post("/api/v1/users/reset_password/", { email: other.email })).status).toBe(200);
  });

  test("The first address can undo all changes that an intruder made after it.", async () => {
    const who = await moved();
    await press(await linkTo(who.email, "/account-confirm-email/"));
    const third = newEmail();
    await patch("/api/auth/user/", { email: third }, { token: who.token });
    const thiefs = await undoLink(who.email);
    expect((await get(thiefs)).status).toBe(200);
    expect((await press(await undoLink(who.old))).status).toBe(200);
    expect(await stateOf(who.id)).toMatchObject({ email: who.old });
    expect((await press(thiefs)).status).toBe(404);
    expect(await stateOf(who.id)).toMatchObject({ email: who.old });
  });

  test("A changed address that was never verified is not kept and gets no link that opens the account.", async () => {
    const who = await moved();
    await patch("/api/auth/user/", { email: newEmail() }, { token: who.token });
    expect((await outboxOf(who.email)).filter(({ links }) => links[0]?.includes("undo"))).toEqual([]);
    const body = { username: unique(), email: who.email, password: "verysecret" };
    expect((await post("/api/auth/signup/", body)).status).toBe(200);
    expect((await press(await undoLink(who.old))).status).toBe(200);
  });

  test("Two concurrent changes to the same address leave the undo link of the first.", async () => {
    const who = await person();
    const [one, two] = [newEmail(), newEmail()];
    await Promise.all([one, two].map((email) => patch("/api/auth/user/", { email }, { token: who.token })));
    const former = await rows("SELECT value FROM former_contacts WHERE user_id = ?", who.id);
    expect(former).toEqual([{ value: who.email }]);
    expect((await press(await undoLink(who.email))).status).toBe(200);
    expect(await stateOf(who.id)).toMatchObject({ email: who.email });
  });

  test("Staff can void an undo link without seeing its secret.", async () => {
    const who = await moved();
    const staff = await staffMember();
    const list = await get(`/api/admin/former-contacts/?user=${who.id}`, { token: staff.token });
    expect(list.body.results).toMatchObject([{ kind: "email", value: who.old }]);
    expect(JSON.stringify(list.body)).not.toContain("secret");
    const path = `/api/admin/former-contacts/${list.body.results[0].id}/`;
    expect((await call("DELETE", path, { token: staff.token, headers: { "if-match": "*" } })).status).toBe(
      204,
    );
    expect((await press(await undoLink(who.old))).status).toBe(404);
  });

  test("Former contacts are deleted with their account and reserve nothing.", async () => {
    const who = await moved();
    await call("DELETE", "/api/v1/auth/profile/", { token: who.token });
    expect(await outboxOf(who.old)).toEqual([]);
    const body = { username: unique(), email: who.old, password: "verysecret" };
    expect((await post("/api/auth/signup/", body)).status).toBe(200);
  });
});

/** Somebody with a phone, who has changed it. */
async function rung() {
  const who = await person();
  const [old, phone] = [uniquePhone(), uniquePhone()];
  await rows("UPDATE users SET phone = ? WHERE id = ?", old, who.id);
  await patch("/api/v1/auth/profile/", { phone }, { token: who.token });
  const code = (await outboxOf(phone))[0]?.codes[0];
  const before = await outboxOf(old);
  const answer = await post("/api/v1/auth/phone/confirm/", { code }, { token: who.token });
  return { ...who, old, phone, before, answer };
}

describe("a new phone", () => {
  test("The former phone is notified of a change and can undo it.", async () => {
    const who = await rung();
    expect(who.answer.status).toBe(200);
    expect(who.before).toEqual([]);
    expect(await signsIn(who.phone)).toBe(true);
    const [message] = await outboxOf(who.old);
    expect(message?.text).toContain(message?.links[0]);
    const link = await undoLink(who.old);
    for (const method of ["HEAD", "GET"]) expect((await call(method, link)).status).toBe(200);
    expect((await press(link)).status).toBe(200);
    expect(await stateOf(who.id)).toMatchObject({ phone: who.old });
    expect((await get("/api/v1/auth/profile/", { token: who.token })).status).toBe(401);
    expect(await signsIn(who.old)).toBe(true);
  });

  test("A new phone is announced to the account's address too.", async () => {
    const who = await rung();
    expect((await outboxOf(who.email))[0]?.subject).toMatch(/phone was changed|телефона изменён/);
  });

  test.each(routesFor("phone"))(
    "A former address or phone cannot be taken by another account at %s.",
    async (_, door) => {
      const who = await rung();
      const answer = await door.send({ phone: who.old }, await subjectFor(door));
      expect(answer).toMatchObject({ status: 400, body: { phone: [expect.any(String)] } });
      expect(await rows("SELECT id FROM users WHERE phone = ?", who.old)).toEqual([]);
    },
  );

  test("A phone that an intruder adds and verifies does not stop resets by the address of the sign-up.", async () => {
    const who = await person();
    const phone = uniquePhone();
    await patch("/api/v1/auth/profile/", { phone }, { token: who.token });
    const code = (await outboxOf(phone))[0]?.codes[0];
    await post("/api/v1/auth/phone/confirm/", { code }, { token: who.token });
    const asked = await post("/api/v1/users/reset_password/", { email: who.email }, { headers: stranger() });
    expect(asked.status).toBe(200);
    const token = (await outboxOf(who.email)).find(({ codes }) => codes[0])?.codes[0];
    const body = { token, password: "another harbour" };
    expect((await post("/api/v1/users/reset_password/confirm/", body)).status).toBe(200);
    expect(await signsIn(who.email, "another harbour")).toBe(true);
  });

  test("A phone set by staff is unverified, and gets no code that opens the account until it is verified.", async () => {
    const staff = await staffMember();
    const who = await person();
    await rows("UPDATE users SET phone = ?, email = NULL WHERE id = ?", uniquePhone(), who.id);
    const phone = uniquePhone();
    const options = { token: staff.token, headers: { "if-match": "*" } };
    expect((await patch(`/api/admin/users/${who.id}/`, { phone }, options)).status).toBe(200);
    const reset = { phone, new_password: "another harbour", new_password_confirm: "another harbour" };
    await post("/api/v1/auth/password/reset/", reset, { headers: stranger() });
    expect(await outboxOf(phone)).toEqual([]);
    const proved = await post(
      `/api/admin/users/${who.id}/actions/confirm_phone/`,
      {},
      { token: staff.token },
    );
    expect(proved.status).toBe(204);
    await post("/api/v1/auth/password/reset/", reset, { headers: stranger() });
    expect(await outboxOf(phone)).toHaveLength(1);
  });
});

test("A session that has ended cannot change the account.", async () => {
  const who = await person();
  // The isolate trusts what it has read of the session for a while.
  expect((await get("/api/auth/user/", { token: who.token })).status).toBe(200);
  await rows("DELETE FROM sessions WHERE user_id = ?", who.id);
  const before = await rows("SELECT * FROM users WHERE id = ?", who.id);
  for (const [path, body] of [
    ["/api/auth/user/", { email: newEmail(), first_name: "X" }],
    ["/api/user", { password: "a quiet harbour", name: "X" }],
    ["/api/v1/auth/profile/", { username: unique(), email: newEmail() }],
    ["/api/v1/users/me/", { first_name: "Анна", last_name: "Новак", email: newEmail() }],
  ] as const)
    expect((await put(path, body, { token: who.token })).status).toBeGreaterThanOrEqual(400);
  for (const path of [
    "/api/v1/auth/profile/",
    "/api/user",
    "/api/user-delete",
    "/api/v1/users/me/",
    `/api/user/${who.id}/`,
  ])
    expect((await call("DELETE", path, { token: who.token })).status, path).toBeGreaterThanOrEqual(400);
  expect(await rows("SELECT * FROM users WHERE id = ?", who.id)).toEqual(before);
});
