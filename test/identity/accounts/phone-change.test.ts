/** A new phone: how the former one undoes it, and what it may not open. */
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
import { newEmail, press, signsIn, stateOf, undoLink } from "./contact-changes.ts";
import { routesFor, subjectFor } from "./naming-routes.ts";

/** A person with a phone, who has changed it. */
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
    async (_, route) => {
      const who = await rung();
      const answer = await route.send({ phone: who.old }, await subjectFor(route));
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
  // The isolate caches the session for a while.
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
