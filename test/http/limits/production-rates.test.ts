/** The rates of production, what a throttled request leaves behind, and the coarse rate limit. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../../src/settings.ts";
import { outboxOf, person, post, rows, send, type TestEnv, unique } from "../../harness/api.ts";
import { address, ENGLISH, expectThrottled, RUSSIAN, signUp } from "./throttled.ts";

const PRODUCTION = {
  APP_ENV: "production",
  PUBLIC_ORIGIN: "https://caravan.example",
  RESEND_API_KEY: "re_of_the_tests",
};

describe("with production's own figures", () => {
  const { rates } = readSettings({ ...PRODUCTION, SIGNING_SECRET: "x".repeat(32) }).settings;

  test("Ten wrong passwords for one account from one address end in a 429.", async () => {
    const ann = await person();
    const headers = address();
    const signIn = (word: string) =>
      post(
        "/api/auth/signin/",
        { username: ann.username, password: word },
        { headers, settings: PRODUCTION },
      );
    for (let tries = 0; tries < rates.guessFromAddress.limit; tries++)
      expect((await signIn("a wrong one")).status).toBe(401);
    expectThrottled(await signIn("a wrong one"), 900);
    // The right one does not help a guesser either; its owner gets in from elsewhere.
    expectThrottled(await signIn(ann.password), 900);
    Object.assign(headers, address());
    expect((await signIn(ann.password)).status).toBe(200);
  });

  test("Reset letters to one address stop at the limit, whatever client requests them.", async () => {
    const ann = await person();
    const ask = () =>
      post("/api/auth/password/reset/", { email: ann.email }, { headers: address(), settings: PRODUCTION });
    for (let tries = 0; tries < rates.resetMail.limit; tries++) expect((await ask()).status).toBe(200);
    expectThrottled(await ask(), 3600);
    const resets = (await outboxOf(ann.email)).filter(({ subject }) => subject.includes("Password Reset"));
    expect(resets).toHaveLength(rates.resetMail.limit);
  });

  test("Ten reset requests from one address end in a 429, whomever they name.", async () => {
    const headers = address();
    const ask = () =>
      post(
        "/api/auth/password/reset/",
        { email: `${unique()}@example.com` },
        { headers, settings: PRODUCTION },
      );
    for (let tries = 0; tries < rates.reset.limit; tries++) expect((await ask()).status).toBe(200);
    expectThrottled(await ask(), 3600);
  });

  test("Ten guessed codes from one address end in a 429.", async () => {
    const headers = address();
    const guess = () =>
      post(
        "/api/v1/users/reset_password/validate_token/",
        { token: "000001" },
        { headers, settings: PRODUCTION },
      );
    for (let tries = 0; tries < rates.codeGuess.limit; tries++) expect((await guess()).status).toBe(404);
    expectThrottled(await guess(), 900, RUSSIAN);
  });
});

test("A throttled sign-up leaves nothing behind.", async () => {
  const settings = { RATE_REGISTRATION: "1/3600" };
  const headers = address();
  await post("/api/auth/signup/", signUp(unique()), { settings, headers });
  const late = signUp(unique());
  expectThrottled(await post("/api/auth/signup/", late, { settings, headers }), 3600);
  expect(await rows("SELECT id FROM users WHERE username = ?", late.username)).toEqual([]);
  expect(await outboxOf(late.email)).toEqual([]);
});

describe("the coarse rate limit", () => {
  /** An environment whose Rate Limiting binding refuses every key, and records the keys. */
  function shielded(): { environment: TestEnv; keys: string[] } {
    const keys: string[] = [];
    const limit = async ({ key }: { key: string }) => {
      keys.push(key);
      return { success: false };
    };
    return { environment: { ...env, SHIELD: { limit } as unknown as RateLimit }, keys };
  }
  const ask = (method: string, path: string, headers: Record<string, string>) =>
    new Request(`http://caravan.test${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(method === "GET" ? {} : { body: "{}" }),
    });

  test("The coarse rate limit covers every public route that writes, per route and client address.", async () => {
    const { environment, keys } = shielded();
    const answer = await send(
      ask("POST", "/api/auth/signin/", { "cf-connecting-ip": "203.0.113.7" }),
      environment,
    );
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toBe("60");
    expect(await answer.json()).toEqual(ENGLISH);
    expect(keys).toEqual(["/api/auth/signin|203.0.113.7"]);
  });

  test("The coarse rate limit counts signed-in callers by person, and no reads.", async () => {
    const { environment, keys } = shielded();
    const { id, token } = await person();
    expect((await send(ask("GET", "/health/", {}), environment)).status).toBe(200);
    expect(keys).toEqual([]);
    const headers = { authorization: `Bearer ${token}` };
    expect((await send(ask("PUT", "/api/settings/", headers), environment)).status).toBe(429);
    expect(keys).toEqual([`/api/settings|user:${id}`]);
  });
});
