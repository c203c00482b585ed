/** Nobody can lock an owner out: attempts of strangers count against strangers, and the owner's device can still sign in. */
import { describe, expect, test } from "vitest";
import { outboxOf, person, post, rows, uniquePhone } from "../../harness/api.ts";
import { APPS, type Everybody, everybody } from "../app-sign-ins.ts";
import { stranger } from "../requests.ts";

const at = (address: string, agent: string, cookie?: string) => ({
  "cf-connecting-ip": address,
  "user-agent": agent,
  ...(cookie ? { cookie } : {}),
});
const mine = () => at(`10.1.${Math.floor(Math.random() * 250)}.7`, "Owner/1");

describe("strangers who guess at a password", () => {
  test.each(APPS.map((profile) => [profile.path, profile] as const))(
    "Strangers who guess passwords do not lock out the owner's device at %s.",
    async (_, profile) => {
      const who = await everybody();
      const own = mine();
      const settings = { RATE_GUESS: "2/900", RATE_GUESS_FROM_ADDRESS: "2/900" };
      const authorize = (headers: Record<string, string>, body: object) =>
        post(profile.path, body, { headers, settings });
      expect((await authorize(own, profile.body(who))).status).toBe(200);
      const wrong = { ...profile.body(who), password: "wrong guess 1" };
      for (let guess = 0; guess < 4; guess++) await authorize(stranger(), wrong);
      expect((await authorize(stranger(), profile.body(who))).status).toBe(429);
      expect((await authorize(own, profile.body(who))).status).toBe(200);
    },
  );

  test("Strangers at the owner's own network address do not lock out the owner's device.", async () => {
    const who = await everybody();
    const own = mine();
    const settings = { RATE_GUESS_FROM_ADDRESS: "2/900", RATE_LOGIN: "4/60" };
    const authorize = (headers: Record<string, string>, password = who.password) =>
      post("/api/auth/login/", { username: who.username, password }, { headers, settings });
    expect((await authorize(own)).status).toBe(200);
    const neighbour = { ...own, "user-agent": "Neighbour/1" };
    for (let guess = 0; guess < 6; guess++) await authorize(neighbour, "wrong guess 1");
    expect((await authorize(neighbour)).status).toBe(429);
    expect((await authorize(own)).status).toBe(200);
  });

  test("The right password passes on a device with the cookie, however many attempts failed and at any address.", async () => {
    const who = await everybody();
    const settings = { RATE_GUESS: "2/900", RATE_GUESS_FROM_ADDRESS: "2/900" };
    const authorize = (headers: Record<string, string>, password = who.password) =>
      post("/api/auth/login/", { username: who.username, password }, { headers, settings });
    const first = await authorize(mine());
    const cookie = first.headers.getSetCookie().find((each) => each.startsWith("caravan_device="));
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax$/);
    const elsewhere = at("10.9.9.9", "Owner/2", cookie?.split(";")[0]);
    const statuses: number[] = [];
    for (let guess = 0; guess < 4; guess++) statuses.push((await authorize(elsewhere, "wrong guess")).status);
    expect(statuses).toEqual([400, 400, 429, 429]);
    expect((await authorize(elsewhere)).status).toBe(200);
  });

  test("Password guesses use up no limit of other accounts, and the owner can still change the password.", async () => {
    const who = await person();
    const settings = { RATE_GUESS: "2/900" };
    for (let guess = 0; guess < 4; guess++)
      await post(
        "/api/auth/login/",
        { username: who.username, password: "wrong guess" },
        { settings, headers: stranger() },
      );
    const change = {
      old_password: who.password,
      new_password1: "a quiet harbour",
      new_password2: "a quiet harbour",
    };
    const answer = await post("/api/auth/password/change/", change, { settings, token: who.token });
    expect(answer.status).toBe(200);
  });
});

test("A stolen session gains no guesses at its password by another address or user agent.", async () => {
  const who = await person();
  const settings = { RATE_GUESS: "3/900" };
  const statuses: number[] = [];
  for (let guess = 0; guess < 5; guess++) {
    const body = { current_password: `wrong guess ${guess}`, new_password: "a quiet harbour" };
    const options = { settings, token: who.token, headers: stranger() };
    statuses.push((await post("/api/v1/users/set_password/", body, options)).status);
  }
  expect(statuses).toEqual([400, 400, 400, 429, 429]);
});

const NEW = "another harbour";
const words = (phone: string, more: object = {}) => ({
  phone,
  new_password: NEW,
  new_password_confirm: NEW,
  ...more,
});
const RESET = "/api/v1/auth/password/reset/";
const codeTo = async (to: string) => (await outboxOf(to)).find(({ codes }) => codes[0])?.codes[0];

async function phoned(): Promise<{ who: Everybody; own: Record<string, string> }> {
  const who = await everybody();
  const own = mine();
  await post("/api/v1/auth/login/", { phone: who.phone, password: who.password }, { headers: own });
  return { who, own };
}

describe("strangers who guess at a code", () => {
  test("Strangers who guess a code do not use up the attempts of the client that requested it.", async () => {
    const { who, own } = await phoned();
    await post(RESET, words(who.phone), { headers: own });
    const code = await codeTo(who.phone);
    for (let guess = 0; guess < 8; guess++)
      await post(`${RESET}confirm/`, words(who.phone, { code: "000000" }), { headers: stranger() });
    const theirs = await post(`${RESET}confirm/`, words(who.phone, { code }), { headers: stranger() });
    expect(theirs.status).toBe(400);
    expect((await post(`${RESET}confirm/`, words(who.phone, { code }), { headers: own })).status).toBe(200);
  });

  test("Guesses at codes without an account use up the total, and a client that requested a code may still try.", async () => {
    const who = await person();
    const [own, other] = [mine(), stranger()];
    const settings = { RATE_CODE_GUESS_TOTAL: "1/900" };
    await post("/api/v1/users/reset_password/", { email: who.email }, { headers: own });
    const token = await codeTo(who.email);
    const path = "/api/v1/users/reset_password/confirm/";
    for (let guess = 0; guess < 2; guess++)
      await post(path, { token: "000000", password: NEW }, { headers: stranger(), settings });
    expect((await post(path, { token, password: NEW }, { headers: other, settings })).status).toBe(429);
    expect((await post(path, { token: "000001", password: NEW }, { headers: own, settings })).status).toBe(
      404,
    );
    expect((await post(path, { token, password: NEW }, { headers: own, settings })).status).toBe(200);
  });

  test("Guesses at codes are limited per client, even if the client requested a code.", async () => {
    const who = await person();
    const own = stranger();
    const settings = { RATE_CODE_GUESS_TOTAL: "1/900", RATE_CODE_GUESS: "3/900" };
    await post("/api/v1/users/reset_password/", { email: who.email }, { headers: own });
    const statuses: number[] = [];
    for (let guess = 0; guess < 5; guess++) {
      const body = { token: `00000${guess}`, password: NEW };
      statuses.push(
        (await post("/api/v1/users/reset_password/confirm/", body, { headers: own, settings })).status,
      );
    }
    expect(statuses).toEqual([404, 404, 404, 429, 429]);
  });
});

describe("strangers who ask for letters to somebody", () => {
  const settings = { RATE_RESET_MAIL: "2/3600" };
  test.each<[string, (who: Everybody) => object]>([
    ["/api/auth/password/reset/", ({ email }) => ({ email })],
    ["/api/v1/users/reset_password/", ({ email }) => ({ email })],
    ["/api/auth/registration/resend-email/", ({ email }) => ({ email })],
    [RESET, ({ phone }) => words(phone)],
  ])(
    "Mails requested by strangers at %s do not use up the limit of the owner's device.",
    async (path, body) => {
      const { who, own } = await phoned();
      const statuses: number[] = [];
      for (let time = 0; time < 3; time++)
        statuses.push((await post(path, body(who), { headers: stranger(), settings })).status);
      expect(statuses).toEqual([200, 200, 429]);
      expect((await post(path, body(who), { headers: own, settings })).status).toBe(200);
    },
  );

  test("Strangers who request a change to a phone do not stop its owner from a reset.", async () => {
    const { who, own } = await phoned();
    const thief = await person();
    const phone = uniquePhone();
    for (let time = 0; time < 3; time++)
      await post("/api/v1/auth/profile/", { phone }, { token: thief.token, settings });
    await rows("UPDATE users SET phone = ? WHERE id = ?", phone, who.id);
    expect((await post(RESET, words(phone), { headers: own, settings })).status).toBe(200);
  });
});
