/** The page behind a mailed reset link: a form without a script, which sets the password and ends every session. */
import { expect, test } from "vitest";
import { get, post, rows } from "../../../harness/api.ts";
import { linkOf, signedUp } from "../people.ts";

/** A person who has asked for a reset, with the link of the mail. */
async function forgetful() {
  const racer = await signedUp();
  await post("/api/auth/password/reset/", { email: racer.email });
  return { ...racer, link: await linkOf(racer.email) };
}

const submit = (link: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  post(link, new URLSearchParams(fields), { headers });

const both = (word: string) => ({ new_password1: word, new_password2: word });

const signIn = async (username: string, password: string) =>
  (await post("/api/auth/login/", { username, password })).status;

test("The reset link opens a form that posts to itself and needs no script.", async () => {
  const { link, password, username } = await forgetful();
  const page = await get(link);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toContain("form-action 'self'");
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  expect(page.body).toContain("<h1>Choose a new password</h1>");
  expect(page.body).toContain('<form method="post">');
  expect(page.body).toContain('type="password" name="new_password1"');
  expect(page.body).toContain('type="password" name="new_password2"');
  expect(page.body).not.toContain("<script");
  expect(await signIn(username, password)).toBe(200);
});

test("The reset form sets the password, signs every device out and works once.", async () => {
  const { link, username, password, key } = await forgetful();
  const done = await submit(link, both("newpassword456"));
  expect(done.status).toBe(200);
  expect(done.body).toContain("<h1>Your password was changed</h1>");
  expect((await get("/api/auth/user/", { key })).status).toBe(401);
  expect(await signIn(username, password)).toBe(400);
  expect(await signIn(username, "newpassword456")).toBe(200);
  expect((await get(link)).status).toBe(404);
  const again = await submit(link, both("anotherword789"));
  expect(again.status).toBe(404);
  expect(again.body).toContain("<h1>This link no longer works</h1>");
  expect(await signIn(username, "newpassword456")).toBe(200);
});

test.each<[string, (username: string) => Record<string, string>, string]>([
  [
    "two passwords",
    () => ({ new_password1: "newpassword456", new_password2: "newpassword457" }),
    "The two password fields didn&#39;t match.",
  ],
  [
    "a short one",
    () => both("aZ3$x9q"),
    "This password is too short. It must contain at least 8 characters.",
  ],
  ["a common one", () => both("password123"), "This password is too common."],
  ["only digits", () => both("8305927461"), "This password is entirely numeric."],
  ["the username itself", (username) => both(`${username}1`), "The password is too similar to the username."],
  ["nothing", () => ({}), "This password is too short. It must contain at least 8 characters."],
])("The reset form shows what is wrong with %s, and the link stays valid.", async (_, fields, fault) => {
  const { link, username, password } = await forgetful();
  const refused = await submit(link, fields(username));
  expect(refused.status).toBe(400);
  expect(refused.body).toContain(`<p class="fault" role="alert">${fault}</p>`);
  expect(refused.body).toContain('<form method="post">');
  expect(await signIn(username, password)).toBe(200);
  expect((await submit(link, both("newpassword456"))).status).toBe(200);
});

test("The reset page is in the reader's language.", async () => {
  const { link } = await forgetful();
  const page = await get(link, { headers: { "accept-language": "ru-RU,ru;q=0.9" } });
  expect(page.body).toContain('<html lang="ru">');
  expect(page.body).toContain("<h1>Новый пароль</h1>");
  const refused = await submit(link, both("12345678"), { "accept-language": "ru" });
  expect(refused.body).toContain("Введённый пароль состоит только из цифр.");
});

test("A reset link works with a trailing slash.", async () => {
  const { link } = await forgetful();
  expect((await get(`${link}/`)).status).toBe(200);
});

test.each<[string, (link: string) => string]>([
  ["a wrong token", (link) => `${link.slice(0, -3)}xyz`],
  ["somebody else's uid", (link) => link.replace(/confirm\/[0-9a-z]+-/, "confirm/zzzz-")],
  ["no token", (link) => link.replace(/-.*$/, "-x")],
])("A reset link with %s opens no form and accepts no password.", async (_, broken) => {
  const { link, username, password } = await forgetful();
  const page = await get(broken(link));
  expect(page.status).toBe(404);
  expect(page.body).toContain("<h1>This link no longer works</h1>");
  expect((await submit(broken(link), both("newpassword456"))).status).toBe(404);
  expect(await signIn(username, password)).toBe(200);
});

test("An expired reset link opens no form.", async () => {
  const { link, email } = await forgetful();
  await rows(
    "UPDATE codes SET expires_at = ? WHERE target = ? AND purpose = 'reset_link'",
    Date.now() - 1,
    email,
  );
  expect((await get(link)).status).toBe(404);
});

test("A confirmation link resets no password.", async () => {
  const { email } = await signedUp();
  const key = (await linkOf(email)).split("/")[2];
  const [user] = await rows<{ id: number }>("SELECT id FROM users WHERE email = ?", email);
  expect((await get(`/password_reset_confirm/${user?.id.toString(36)}-${key}`)).status).toBe(404);
});
