/** Every rate is a setting: an attempt over the limit is a 429 with `Retry-After`, and nobody else is affected. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { runtimeOf } from "../../../src/env.ts";
import { counterFor } from "../../../src/platform/http/limits/counter.ts";
import { RATE_NAMES, type RateName } from "../../../src/platform/runtime.ts";
import { post, unique, uniquePhone } from "../../harness/api.ts";
import { address, ENGLISH, expectThrottled, password, RUSSIAN, signUp } from "./throttled.ts";

interface LimitedRoute {
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

const LIMITED_ROUTES: readonly LimitedRoute[] = [
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

/** How often something was counted so far, whatever object counts it. */
async function counted(key: string): Promise<{ n: number }[]> {
  return runInDurableObject(counterFor(runtimeOf(env), "codeGuess"), (_, state) => [
    ...state.storage.sql.exec<{ n: number }>(
      "SELECT count AS n FROM hits WHERE key = ? AND ends_at > ?",
      key,
      Date.now(),
    ),
  ]);
}

/** Tested elsewhere: letters in the outbox, entries in their room, second factors at every sign-in, API keys with them. */
const ELSEWHERE = [
  "letters",
  "lettersSent",
  "eventEntries",
  "roomEntries",
  "otpGuess",
  "otpGuessDay",
  "apiKey",
];

test("Every rate of a route is tested below or where what it limits is tested.", () => {
  expect([...LIMITED_ROUTES.map(({ rate }) => rate), ...ELSEWHERE].sort()).toEqual([...RATE_NAMES].sort());
});

describe.each(LIMITED_ROUTES.filter(({ rate }) => rate !== "codeGuessTotal"))("$variable", (route) => {
  test("This rate is set by the settings; the attempt over the limit must wait, and others may continue.", async () => {
    const settings = { [route.variable]: `2/${route.seconds}` };
    const subject = unique();
    const headers: Record<string, string> = address();
    const attempt = (who = subject) => {
      const [path, body] = route.attempt(headers, who);
      return post(path, body, { headers, settings });
    };
    expect((await attempt()).status).toBe(route.status);
    expect((await attempt()).status).toBe(route.status);
    expectThrottled(await attempt(), route.seconds, route.russian ? RUSSIAN : ENGLISH);
    if (route.free === "address") Object.assign(headers, address());
    expect((await attempt(route.free === "subject" ? unique() : subject)).status).toBe(route.status);
  });
});

test("The setting RATE_CODE_GUESS_TOTAL counts all clients together, without the codes of phones.", async () => {
  const [{ n } = { n: 0 }] = await counted("codeGuessTotal|everybody");
  const settings = { RATE_CODE_GUESS_TOTAL: `${n + 1}/900` };
  const path = "/api/v1/users/reset_password/validate_token/";
  expect((await post(path, { token: "000000" }, { settings, headers: address() })).status).toBe(404);
  const refused = await post(path, { token: "000000" }, { settings, headers: address() });
  expect([refused.status, refused.body]).toEqual([429, RUSSIAN]);
  // The first guess began the quarter of an hour.
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
