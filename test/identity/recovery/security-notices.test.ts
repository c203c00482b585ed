/** Security notices: every way a password changes, and a sign-in from a new device. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, patch, person, post, put, rows, unique } from "../../harness/api.ts";
import { CHANGES, phoned, RESETS, TEMPORARY } from "./password-changes.ts";

const NEW = "a quiet harbour";
const headers = { "accept-language": "en" };
const subjectsTo = async (to: string) => (await outboxOf(to)).map(({ subject }) => subject);

describe("a password changed", () => {
  test.each([...CHANGES, TEMPORARY])(
    "A password change by %s sends a notice without links.",
    async (_, way) => {
      const who = await person();
      expect((await way(who, NEW)).status).toBeLessThan(300);
      const [letter] = await outboxOf(who.email);
      expect(letter?.subject).toBe("[Caravan] The password was changed");
      expect(letter?.links).toEqual([]);
    },
  );

  test.each(RESETS)("A password reset by %s sends a notice.", async (_, way) => {
    const who = await person();
    expect((await way(who, NEW)).status).toBe(200);
    expect((await outboxOf(who.email))[0]?.subject).toBe("[Caravan] The password was reset");
  });

  test("A password change is announced to the account's recent former address too.", async () => {
    const who = await person();
    const email = `${unique("thief")}@example.com`.toLowerCase();
    await patch("/api/auth/user/", { email }, { token: who.token });
    await put("/api/user", { password: NEW }, { token: who.token });
    for (const to of [who.email, email])
      expect((await subjectsTo(to))[0]).toBe("[Caravan] The password was changed");
  });

  test("A password change is announced by text message if the account has no address.", async () => {
    const who = await person();
    const phone = await phoned(who.id);
    await rows("UPDATE users SET email = NULL WHERE id = ?", who.id);
    await put("/api/user", { password: NEW }, { token: who.token });
    expect((await outboxOf(phone))[0]?.text).toContain("The password was changed");
  });

  test("A password change is announced whatever mails the owner has turned off, and however many came before.", async () => {
    const who = await person();
    const settings = { RATE_LETTERS: "1/3600" };
    await put("/api/settings/", { mail_reminders: false }, { token: who.token });
    await put("/api/user", { password: NEW }, { token: who.token, settings });
    expect((await subjectsTo(who.email))[0]).toBe("[Caravan] The password was changed");
  });

  test("Repeated password changes are refused before their notices flood an address.", async () => {
    const who = await person();
    const statuses: number[] = [];
    for (let time = 0; time < 12; time++)
      statuses.push((await put("/api/user", { password: `${NEW} ${time}` }, { token: who.token })).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  });
});

describe("a sign-in from a new device", () => {
  const settings = { NEW_DEVICE_LETTERS: "on" };
  const NEW_DEVICE = "[Caravan] Sign-in from a new device";
  const device = (address: string, agent: string, cookie?: string) => ({
    ...headers,
    "cf-connecting-ip": address,
    "user-agent": agent,
    ...(cookie ? { cookie } : {}),
  });
  const authorize = async (
    who: { username: string; password: string },
    from: Record<string, string>,
    on = settings,
  ) => {
    const { username, password } = who;
    const answer = await post("/api/auth/login/", { username, password }, { headers: from, settings: on });
    expect(answer.status).toBe(200);
    const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("caravan_device="));
    return cookie?.split(";")[0];
  };
  const told = async ({ email }: { email: string }) =>
    (await subjectsTo(email)).filter((subject) => subject === NEW_DEVICE).length;

  test("A sign-in from a new device sends a notice, unless it is the first one after the sign-up.", async () => {
    const who = await person();
    await authorize(who, device("198.51.100.7", "Phone/1"));
    expect(await told(who)).toBe(0);
    await authorize(who, device("203.0.113.7", "Phone/2"));
    expect(await told(who)).toBe(1);
    const [letter] = await outboxOf(who.email);
    expect(letter?.text).toContain("203.0.113.7");
    expect(letter?.text).toContain("Phone/2");
  });

  test.each([
    ["the same block of IPv4 addresses", "198.51.100.7", "198.51.100.200", true],
    ["another block of IPv4 addresses", "198.51.100.7", "198.51.101.7", false],
    ["the same block of IPv6 addresses", "2001:db8:7:1::1", "2001:db8:7:ffff::9", true],
    ["another block of IPv6 addresses", "2001:db8:7:1::1", "2001:db8:8:1::1", false],
  ])("Whether a device is recognized by its user agent from %s.", async (_, first, second, known) => {
    const who = await person();
    await authorize(who, device(first, "Phone/1"));
    await authorize(who, device(second, "Phone/1"));
    expect(await told(who)).toBe(known ? 0 : 1);
    await authorize(who, device(first, "Phone/2"));
    expect(await told(who)).toBe(known ? 1 : 2);
  });

  test("A device is recognized by its cookie at any address, but not by a forged cookie or that of another account.", async () => {
    const who = await person();
    const other = await person();
    const cookie = await authorize(who, device("198.51.100.7", "Phone/1"));
    const foreign = await authorize(other, device("192.0.2.9", "Phone/9"));
    await authorize(who, device("203.0.113.7", "Phone/2", cookie));
    expect(await told(who)).toBe(0);
    await authorize(who, device("203.0.114.7", "Phone/3", foreign));
    await authorize(who, device("203.0.115.7", "Phone/4", "caravan_device=abc.def"));
    expect(await told(who)).toBe(2);
  });

  test("A device is still recognized after it signed out.", async () => {
    const who = await person();
    await authorize(who, device("198.51.100.7", "Phone/1"));
    await rows("DELETE FROM sessions WHERE user_id = ?", who.id);
    await authorize(who, device("198.51.100.7", "Phone/1"));
    expect(await told(who)).toBe(0);
  });

  test("A new device sends no notice if the setting is off, as in development.", async () => {
    const who = await person();
    for (const agent of ["Phone/1", "Phone/2", "Phone/3"])
      await post(
        "/api/auth/login/",
        { username: who.username, password: who.password },
        { headers: device("198.51.100.7", agent) },
      );
    expect(await told(who)).toBe(0);
    expect((await get("/api/auth/user/", { token: who.token })).status).toBe(200);
  });
});
