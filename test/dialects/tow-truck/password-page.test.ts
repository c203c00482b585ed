/** The page of a reset by phone: the message's link leads to it, the code activates the password typed in the app. */
import { describe, expect, test } from "vitest";
import { call, get, outboxOf, post, rows } from "../../harness/api.ts";
import { stranger } from "../../identity/requests.ts";
import { codeFor, login, otherThan, registered } from "./people.ts";
import { ask, confirm, NEW } from "./resets.ts";

/** Somebody who has asked for a new password, with what the message holds. */
async function forgetful() {
  const who = await registered();
  const options = { headers: { ...stranger(), "accept-language": "en" } };
  await ask(who.phone, {}, options);
  const [message] = await outboxOf(who.phone);
  const url = message?.links[0] ?? "";
  return {
    ...who,
    text: message?.text ?? "",
    url,
    link: new URL(url).pathname,
    code: await codeFor(who.phone),
  };
}

const authorize = (link: string, code: string) =>
  post(link, new URLSearchParams({ code }), { headers: { ...stranger(), "accept-language": "en" } });

describe("the message of a reset by phone", () => {
  test("holds the code before the link", async () => {
    const { text, code, url } = await forgetful();
    expect(text).toBe(`Caravan: your code is ${code}. Or enter it here: ${url}`);
    expect(/\d{6}/.exec(text)?.[0]).toBe(code);
  });

  test("leads to a page with a field for the code, which looking does not spend", async () => {
    const { link, phone } = await forgetful();
    for (const method of ["HEAD", "GET", "GET"]) expect((await call(method, link)).status).toBe(200);
    const page = await get(link);
    expect(page.body).toContain('<form method="post">');
    expect(page.body).toContain('name="code"');
    expect(page.body).not.toContain("<script");
    expect((await login(phone, NEW)).status).toBe(400);
  });
});

describe("the page", () => {
  test("activates the password typed in the app, ends every session, and works once", async () => {
    const { link, phone, code, access } = await forgetful();
    const done = await authorize(link, ` ${code} `);
    expect(done.status).toBe(200);
    expect(done.body).toContain("<h1>Your password was changed</h1>");
    expect((await get("/api/v1/auth/profile/", { token: access })).status).toBe(401);
    expect((await login(phone)).status).toBe(400);
    expect((await login(phone, NEW)).status).toBe(200);
    expect((await get(link)).status).toBe(404);
    expect((await authorize(link, code)).status).toBe(404);
  });

  test("shows a wrong code as wrong, five times", async () => {
    const { link, code, phone } = await forgetful();
    for (let guess = 0; guess < 5; guess++) {
      const refused = await authorize(link, otherThan(code));
      expect(refused.status).toBe(400);
      expect(refused.body).toContain('role="alert"');
    }
    expect((await authorize(link, code)).status).toBe(404);
    expect((await login(phone, NEW)).status).toBe(400);
  });

  test("shares its code with the app's own confirmation: either spends it", async () => {
    const one = await forgetful();
    expect((await confirm(one.phone, one.code)).status).toBe(200);
    expect((await authorize(one.link, one.code)).status).toBe(404);
    const two = await forgetful();
    expect((await authorize(two.link, two.code)).status).toBe(200);
    expect((await confirm(two.phone, two.code)).status).toBe(400);
  });

  test("takes no code of another request", async () => {
    const [ann, bob] = [await forgetful(), await forgetful()];
    expect((await authorize(ann.link, bob.code)).status).toBe(ann.code === bob.code ? 200 : 400);
    expect((await login(bob.phone, NEW)).status).toBe(400);
  });

  test("is dead for an unknown address, a malformed one, and after its time", async () => {
    const { link, phone } = await forgetful();
    expect((await get(`/password_reset_phone/${crypto.randomUUID()}/`)).status).toBe(404);
    expect((await get("/password_reset_phone/nothing/")).status).toBe(404);
    await rows("UPDATE codes SET expires_at = ? WHERE target = ?", Date.now() - 1, phone);
    expect((await get(link)).status).toBe(404);
  });

  test("does not exist for a request that comes while somebody else's is still open", async () => {
    const { phone } = await forgetful();
    await ask(phone, {}, { headers: stranger() });
    const [second] = await outboxOf(phone);
    expect(second?.links).toEqual([]);
    expect((await confirm(phone, second?.codes[0] ?? "")).status).toBe(200);
  });
});

test("the password that waits is stored sealed: neither it nor a hash of it stands in the database", async () => {
  const { id } = await forgetful();
  const [code] = await rows<{ sealed_password: string }>("SELECT * FROM codes WHERE user_id = ?", id);
  expect(code?.sealed_password).toMatch(/^[\w+/=]+\.[\w+/=]+$/);
  expect(JSON.stringify(code)).not.toContain("scrypt");
  expect(JSON.stringify(code)).not.toContain(NEW);
});
