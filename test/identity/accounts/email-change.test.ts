/** A new e-mail address: when it signs in, how the former one undoes it, and what it may not open. */
import { describe, expect, test } from "vitest";
import { call, get, outboxOf, patch, person, post, rows, staffMember, unique } from "../../harness/api.ts";
import { stranger } from "../requests.ts";
import { linkTo, newEmail, press, signsIn, stateOf, undoLink } from "./contact-changes.ts";
import { routesFor, subjectFor, withEmail } from "./naming-routes.ts";

const WEEK = 7 * 24 * 3600_000;

/** A person who has changed their address. */
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
    async (_, route) => {
      const who = await person();
      const email = newEmail();
      expect((await route.send({ email }, who)).status).toBeLessThan(300);
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
    async (_, route) => {
      const who = await moved();
      const answer = await route.send({ email: who.old.toUpperCase() }, await subjectFor(route));
      expect(answer.status).toBe(400);
      expect(answer.body).toHaveProperty("error" in answer.body ? "error" : "email");
      expect(await withEmail(who.old)).toEqual([]);
    },
  );

  test.each(routesFor("email"))(
    "A former address is free again after seven days at %s.",
    async (_, route) => {
      const who = await moved();
      const [kept] = await rows<{ life: number }>(
        "SELECT expires_at - created_at AS life FROM former_contacts WHERE user_id = ?",
        who.id,
      );
      expect(kept?.life).toBe(WEEK);
      await rows("UPDATE former_contacts SET expires_at = ? WHERE user_id = ?", Date.now() - 1, who.id);
      expect((await get(await undoLink(who.old))).status).toBe(404);
      expect((await route.send({ email: who.old }, await subjectFor(route))).status).toBeLessThan(300);
    },
  );

  test.each(changing)(
    "An owner who returns to the former address at %s gets it back in its former state.",
    async (_, route) => {
      const who = await person();
      await rows("UPDATE users SET email_verified_at = 5 WHERE id = ?", who.id);
      await patch("/api/auth/user/", { email: newEmail() }, { token: who.token });
      const link = await undoLink(who.email);
      expect((await route.send({ email: who.email }, who)).status).toBeLessThan(300);
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
