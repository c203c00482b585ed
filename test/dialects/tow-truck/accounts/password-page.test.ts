/** The page of a reset by phone: the message's link leads to it, the code activates the password typed in the app. */
import { describe, expect, test } from "vitest";
import { call, get, outboxOf, post, rows } from "../../../harness/api.ts";
import { stranger } from "../../../identity/requests.ts";
import { codeFor, login, otherThan, registered } from "../people.ts";
import { ask, confirm, NEW } from "./resets.ts";

/** A person who requested a new password, with the code and link in the message. */
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

describe("the message for a reset by phone", () => {
  test("The message names the code before the link.", async () => {
    const { text, code, url } = await forgetful();
    expect(text).toBe(`Caravan: your code is ${code}. Or enter it here: ${url}`);
    expect(/\d{6}/.exec(text)?.[0]).toBe(code);
  });

  test("The link opens a page with a field for the code, and opening it does not use the code up.", async () => {
    const { link, phone } = await forgetful();
    for (const method of ["HEAD", "GET", "GET"]) expect((await call(method, link)).status).toBe(200);
    const page = await get(link);
    expect(page.body).toContain('<form method="post">');
    expect(page.body).toContain('name="code"');
    expect(page.body).not.toContain("<script");
    expect((await login(phone, NEW)).status).toBe(400);
  });
});

describe("the page for a reset by phone", () => {
  test("The page activates the password typed in the app, ends every session, and works once.", async () => {
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

  test("The page refuses a wrong code, five times.", async () => {
    const { link, code, phone } = await forgetful();
    for (let guess = 0; guess < 5; guess++) {
      const refused = await authorize(link, otherThan(code));
      expect(refused.status).toBe(400);
      expect(refused.body).toContain('role="alert"');
    }
    expect((await authorize(link, code)).status).toBe(404);
    expect((await login(phone, NEW)).status).toBe(400);
  });

  test("The page and the app's own confirmation share one code.", async () => {
    const one = await forgetful();
    expect((await confirm(one.phone, one.code)).status).toBe(200);
    expect((await authorize(one.link, one.code)).status).toBe(404);
    const two = await forgetful();
    expect((await authorize(two.link, two.code)).status).toBe(200);
    expect((await confirm(two.phone, two.code)).status).toBe(400);
  });

  test("The page refuses the code of another request.", async () => {
    const [ann, bob] = [await forgetful(), await forgetful()];
    expect((await authorize(ann.link, bob.code)).status).toBe(ann.code === bob.code ? 200 : 400);
    expect((await login(bob.phone, NEW)).status).toBe(400);
  });

  test("The page is not found for an unknown token, a malformed one and an expired one.", async () => {
    const { link, phone } = await forgetful();
    expect((await get(`/password_reset_phone/${crypto.randomUUID()}/`)).status).toBe(404);
    expect((await get("/password_reset_phone/nothing/")).status).toBe(404);
    await rows("UPDATE codes SET expires_at = ? WHERE target = ?", Date.now() - 1, phone);
    expect((await get(link)).status).toBe(404);
  });

  test("There is no page for a request made while another request is open.", async () => {
    const { phone } = await forgetful();
    await ask(phone, {}, { headers: stranger() });
    const [second] = await outboxOf(phone);
    expect(second?.links).toEqual([]);
    expect((await confirm(phone, second?.codes[0] ?? "")).status).toBe(200);
  });
});

test("A pending password is stored encrypted: neither it nor its hash is in the database.", async () => {
  const { id } = await forgetful();
  const [code] = await rows<{ sealed_password: string }>("SELECT * FROM codes WHERE user_id = ?", id);
  expect(code?.sealed_password).toMatch(/^[\w+/=]+\.[\w+/=]+$/);
  expect(JSON.stringify(code)).not.toContain("scrypt");
  expect(JSON.stringify(code)).not.toContain(NEW);
});
