/** Who is told to wait: the figures are settings, a refusal is 429 with `Retry-After`, and nobody else feels it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { counterFor } from "../../../src/platform/http/limits/counter.ts";
import { RATE_NAMES, type RateName } from "../../../src/platform/runtime.ts";
import { readSettings } from "../../../src/settings.ts";
import {
  type Answer,
  outboxOf,
  person,
  post,
  rows,
  send,
  type TestEnv,
  unique,
  uniquePhone,
} from "../../harness/api.ts";

const ENGLISH = { detail: "Request was throttled." };
const RUSSIAN = { detail: "Запрос был проигнорирован." };

function expectThrottled(answer: Answer, seconds: number, body: unknown = ENGLISH): void {
  expect(answer.status).toBe(429);
  expect(answer.body).toEqual(body);
  const wait = Number(answer.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(seconds - 30);
  expect(wait).toBeLessThanOrEqual(seconds);
}

/** A client address of its own. */
const address = () => ({ "cf-connecting-ip": unique("198.51.100.") });
const password = "securepassword123";

interface ClientProfile {
  readonly rate: RateName;
  readonly variable: string;
  readonly seconds: number;
  readonly russian?: boolean;
  /** One attempt of the same client at the same thing, however often it is called. */
  readonly attempt: (headers: Record<string, string>, subject: string) => [path: string, body: object];
  /** Status of an attempt that is not throttled. */
  readonly status: number;
  /** Who is not touched by it. */
  readonly free: "address" | "subject" | "nobody";
}

const signUp = (username: string) => ({ username, email: `${username}@example.com`, password });

const DOORS: readonly ClientProfile[] = [
  {
    rate: "registration",
    variable: "RATE_REGISTRATION",
    seconds: 3600,
    attempt: () => ["/api/auth/signup/", signUp(unique())],
    status: 200,
    free: "address",
  },
  {
    rate: "login",
    variable: "RATE_LOGIN",
    seconds: 60,
    attempt: () => ["/api/auth/signin/", { username: unique(), password }],
    status: 400,
    free: "address",
  },
  {
    rate: "guess",
    variable: "RATE_GUESS",
    seconds: 900,
    attempt: (headers, username) => {
      Object.assign(headers, address());
      return ["/api/auth/login/", { username, password }];
    },
    status: 400,
    free: "subject",
  },
  {
    rate: "guessFromAddress",
    variable: "RATE_GUESS_FROM_ADDRESS",
    seconds: 900,
    attempt: (_, username) => ["/api/auth/login/", { username, password }],
    status: 400,
    free: "address",
  },
  {
    rate: "reset",
    variable: "RATE_RESET",
    seconds: 3600,
    attempt: () => ["/api/auth/password/reset/", { email: `${unique()}@example.com` }],
    status: 200,
    free: "address",
  },
  {
    rate: "resetMail",
    variable: "RATE_RESET_MAIL",
    seconds: 3600,
    attempt: (headers, subject) => {
      Object.assign(headers, address());
      return ["/api/auth/password/reset/", { email: `${subject}@example.com` }];
    },
    status: 200,
    free: "subject",
  },
  {
    rate: "codeGuess",
    variable: "RATE_CODE_GUESS",
    seconds: 900,
    russian: true,
    attempt: () => ["/api/v1/users/reset_password/validate_token/", { token: "000000" }],
    status: 404,
    free: "address",
  },
  {
    rate: "codeGuessTotal",
    variable: "RATE_CODE_GUESS_TOTAL",
    seconds: 900,
    russian: true,
    attempt: (headers) => {
      Object.assign(headers, address());
      return ["/api/v1/users/reset_password/validate_token/", { token: "000000" }];
    },
    status: 404,
    free: "nobody",
  },
];

test("every rate of a door is tried below; letters are limited where they leave, entries in their room", () => {
  expect([...DOORS.map(({ rate }) => rate), "letters", "lettersSent", "eventEntries"].sort()).toEqual(
    [...RATE_NAMES].sort(),
  );
});

describe.each(DOORS.filter(({ rate }) => rate !== "codeGuessTotal"))("$variable", (door) => {
  test("is taken from the settings; the one too many is told to wait, another is not", async () => {
    const settings = { [door.variable]: `2/${door.seconds}` };
    const subject = unique();
    const headers: Record<string, string> = address();
    const attempt = (who = subject) => {
      const [path, body] = door.attempt(headers, who);
      return post(path, body, { headers, settings });
    };
    expect((await attempt()).status).toBe(door.status);
    expect((await attempt()).status).toBe(door.status);
    expectThrottled(await attempt(), door.seconds, door.russian ? RUSSIAN : ENGLISH);
    if (door.free === "address") Object.assign(headers, address());
    expect((await attempt(door.free === "subject" ? unique() : subject)).status).toBe(door.status);
  });
});

test("RATE_CODE_GUESS_TOTAL counts everybody together, and a phone's codes are not in it", async () => {
  const [{ n } = { n: 0 }] = await counted("codeGuessTotal|everybody");
  const settings = { RATE_CODE_GUESS_TOTAL: `${n + 1}/900` };
  const path = "/api/v1/users/reset_password/validate_token/";
  expect((await post(path, { token: "000000" }, { settings, headers: address() })).status).toBe(404);
  const refused = await post(path, { token: "000000" }, { settings, headers: address() });
  expect([refused.status, refused.body]).toEqual([429, RUSSIAN]);
  // Whoever guessed first began the quarter of an hour.
  const wait = Number(refused.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(900);
  const sms = {
    phone: uniquePhone(),
    code: "000000",
    new_password: password,
    new_password_confirm: password,
  };
  const answer = await post("/api/v1/auth/password/reset/confirm/", sms, { settings, headers: address() });
  expect(answer.status).toBe(400);
});

/** How often something was counted so far, whatever object counts it. */
async function counted(key: string): Promise<{ n: number }[]> {
  return runInDurableObject(counterFor(env.COUNTERS, "codeGuess"), (_, state) => [
    ...state.storage.sql.exec<{ n: number }>(
      "SELECT count AS n FROM hits WHERE key = ? AND ends_at > ?",
      key,
      Date.now(),
    ),
  ]);
}

const PRODUCTION = {
  APP_ENV: "production",
  PUBLIC_ORIGIN: "https://caravan.example",
  RESEND_API_KEY: "re_of_the_tests",
};

describe("with production's own figures", () => {
  const { rates } = readSettings({ ...PRODUCTION, SIGNING_SECRET: "x".repeat(32) }).settings;

  test("ten wrong passwords of one account from one address, then 429", async () => {
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

  test("five letters to one address, then none, whoever asks", async () => {
    const ann = await person();
    const ask = () =>
      post("/api/auth/password/reset/", { email: ann.email }, { headers: address(), settings: PRODUCTION });
    for (let tries = 0; tries < rates.resetMail.limit; tries++) expect((await ask()).status).toBe(200);
    expectThrottled(await ask(), 3600);
    const resets = (await outboxOf(ann.email)).filter(({ subject }) => subject.includes("Password Reset"));
    expect(resets).toHaveLength(rates.resetMail.limit);
  });

  test("ten reset requests from one address, whomever they name", async () => {
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

  test("ten guessed codes from one address", async () => {
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

test("who is throttled leaves nothing behind", async () => {
  const settings = { RATE_REGISTRATION: "1/3600" };
  const headers = address();
  await post("/api/auth/signup/", signUp(unique()), { settings, headers });
  const late = signUp(unique());
  expectThrottled(await post("/api/auth/signup/", late, { settings, headers }), 3600);
  expect(await rows("SELECT id FROM users WHERE username = ?", late.username)).toEqual([]);
  expect(await outboxOf(late.email)).toEqual([]);
});

describe("the shield", () => {
  /** An environment whose Rate Limiting binding says no, and remembers what it was asked. */
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

  test("stands before every public door that changes something, per door and client address", async () => {
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

  test("stands before whoever is signed in by person, and before no reading", async () => {
    const { environment, keys } = shielded();
    const { id, token } = await person();
    expect((await send(ask("GET", "/health/", {}), environment)).status).toBe(200);
    expect(keys).toEqual([]);
    const headers = { authorization: `Bearer ${token}` };
    expect((await send(ask("PUT", "/api/settings/", headers), environment)).status).toBe(429);
    expect(keys).toEqual([`/api/settings|user:${id}`]);
  });
});
