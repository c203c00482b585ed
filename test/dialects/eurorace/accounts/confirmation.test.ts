/** Confirming an address: by the key of the mail, by its page, and with a second mail. */
import { expect, test } from "vitest";
import { call, get, outboxOf, post, rows, unique } from "../../../harness/api.ts";
import { keyOf, linkOf, signedUp } from "../people.ts";

const VERIFY = "/api/auth/registration/verify-email/";
const RESEND = "/api/auth/registration/resend-email/";
const OK = { status: 200, body: { detail: "ok" } };
const NOT_FOUND = { status: 404, body: { detail: "Not found." } };

async function isVerified(email: string): Promise<boolean> {
  return (
    (await rows("SELECT id FROM users WHERE email = ? AND email_verified_at IS NOT NULL", email)).length === 1
  );
}

test("The mailed key confirms the address once.", async () => {
  const { email } = await signedUp();
  const key = await keyOf(email);
  expect(await isVerified(email)).toBe(false);
  expect(await post(VERIFY, { key })).toMatchObject(OK);
  expect(await isVerified(email)).toBe(true);
  expect(await post(VERIFY, { key })).toMatchObject(NOT_FOUND);
});

test("An unknown confirmation key is a 404, a missing one is reported.", async () => {
  expect(await post(VERIFY, { key: "unknown" })).toMatchObject(NOT_FOUND);
  expect(await post(VERIFY, {})).toMatchObject({ status: 400, body: { key: ["This field is required."] } });
});

test("A confirmation key is valid for three days.", async () => {
  const { email } = await signedUp();
  const key = await keyOf(email);
  const [code] = await rows<{ id: string; life: number }>(
    "SELECT id, expires_at - created_at AS life FROM codes WHERE target = ?",
    email,
  );
  expect(code?.life).toBe(3 * 24 * 3600_000);
  await rows("UPDATE codes SET expires_at = ? WHERE id = ?", Date.now() - 1, code?.id);
  expect(await post(VERIFY, { key })).toMatchObject(NOT_FOUND);
  expect(await isVerified(email)).toBe(false);
});

test("The key of a reset mail confirms no address and is not used up by trying.", async () => {
  const { email } = await signedUp();
  await post("/api/auth/password/reset/", { email });
  const [, token = ""] = /-(.+)$/.exec(await linkOf(email)) ?? [];
  expect(await post(VERIFY, { key: token })).toMatchObject(NOT_FOUND);
  expect(await isVerified(email)).toBe(false);
});

test("The mailed link opens a page with a button, and the button confirms the address.", async () => {
  const { email } = await signedUp();
  const link = await linkOf(email);
  const asking = await get(link);
  expect(asking.status).toBe(200);
  expect(asking.body).toContain("<h1>Confirm your address</h1>");
  expect(asking.body).toContain('<form method="post">');
  expect(asking.body).not.toContain("<script");
  const page = await post(link, new URLSearchParams());
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page.headers.get("cache-control")).toBe("no-store");
  expect(page.body).toContain("<h1>Your address is confirmed</h1>");
  expect(await isVerified(email)).toBe(true);
  expect((await get(link)).status).toBe(404);
  expect((await post(link, new URLSearchParams())).status).toBe(404);
});

test("A mail scanner that opens the link does not use it up.", async () => {
  const { email } = await signedUp();
  const link = await linkOf(email);
  for (const method of ["HEAD", "GET", "GET"]) expect((await call(method, link)).status).toBe(200);
  expect(await isVerified(email)).toBe(false);
  expect((await post(link, new URLSearchParams())).status).toBe(200);
  expect(await isVerified(email)).toBe(true);
});

test("The page of an invalid link says so in the reader's language.", async () => {
  const english = await get("/account-confirm-email/unknown/");
  expect(english.status).toBe(404);
  expect(english.body).toContain("<h1>This link no longer works</h1>");
  const russian = await get("/account-confirm-email/unknown", { headers: { "accept-language": "ru" } });
  expect(russian.status).toBe(404);
  expect(russian.body).toContain("<h1>Ссылка больше не действует</h1>");
});

test("The link works without its last slash, and its text is escaped in the page.", async () => {
  const { email } = await signedUp();
  expect((await get((await linkOf(email)).slice(0, -1))).status).toBe(200);
  const page = await get(`/account-confirm-email/${encodeURIComponent("<script>alert(1)</script>")}/`);
  expect(page.body).not.toContain("<script>");
});

test("Requesting the mail again sends a new link and voids the old one.", async () => {
  const { email } = await signedUp();
  const old = await keyOf(email);
  expect(await post(RESEND, { email: email.toUpperCase() })).toMatchObject(OK);
  expect(await outboxOf(email)).toHaveLength(2);
  const fresh = await keyOf(email);
  expect(fresh).not.toBe(old);
  expect(await post(VERIFY, { key: old })).toMatchObject(NOT_FOUND);
  expect(await post(VERIFY, { key: fresh })).toMatchObject(OK);
});

test("An unknown and a confirmed address get the same answer and no mail.", async () => {
  const unknown = `${unique("nobody")}@example.com`;
  expect(await post(RESEND, { email: unknown })).toMatchObject(OK);
  expect(await outboxOf(unknown)).toEqual([]);
  const { email } = await signedUp();
  await post(VERIFY, { key: await keyOf(email) });
  expect(await post(RESEND, { email })).toMatchObject(OK);
  expect(await outboxOf(email)).toHaveLength(1);
});

test("A blocked account gets no confirmation mail.", async () => {
  const { email } = await signedUp();
  await rows("UPDATE users SET is_active = 0 WHERE email = ?", email);
  expect(await post(RESEND, { email })).toMatchObject(OK);
  expect(await outboxOf(email)).toHaveLength(1);
});

test("Requesting the mail again requires a registered address.", async () => {
  const mails = "SELECT count(*) AS mails FROM outbox WHERE kind = 'mail'";
  const before = await rows(mails);
  expect(await post(RESEND, {})).toMatchObject({ status: 400, body: { email: ["This field is required."] } });
  expect(await post(RESEND, { email: "nobody" })).toMatchObject({
    status: 400,
    body: { email: ["Enter a valid email address."] },
  });
  expect(await rows(mails)).toEqual(before);
});

test("At most ten confirmation mails an hour go to one address, registered or not.", async () => {
  const known = (await signedUp()).email;
  for (const email of [known, `${unique("nobody")}@example.com`]) {
    for (let round = 0; round < 10; round++) expect((await post(RESEND, { email })).status).toBe(200);
    expect((await post(RESEND, { email })).status).toBe(429);
  }
  expect(await outboxOf(known)).toHaveLength(11);
});

test("Confirmation requests from one client address are limited.", async () => {
  const options = { settings: { RATE_RESET: "1/3600" }, headers: { "cf-connecting-ip": unique("address") } };
  const another = () => ({ email: `${unique("nobody")}@example.com` });
  expect((await post(RESEND, another(), options)).status).toBe(200);
  expect((await post(RESEND, another(), options)).status).toBe(429);
});
