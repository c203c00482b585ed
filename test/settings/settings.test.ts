/** Settings: all missing or malformed ones are named at once, and no value is printed. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { runtimeOf } from "../../src/env.ts";
import { RATE_NAMES } from "../../src/platform/runtime.ts";
import { readSettings } from "../../src/settings.ts";

const SECRET = "a secret of thirty-two characters";
const DEVELOPMENT = { APP_ENV: "development", SIGNING_SECRET: SECRET };
const PRODUCTION = {
  APP_ENV: "production",
  SIGNING_SECRET: SECRET,
  PUBLIC_ORIGIN: "https://caravan.example",
  RESEND_API_KEY: "re_123",
};

function complaint(variables: Record<string, unknown>): string {
  try {
    readSettings(variables);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("these settings were accepted");
}

test("Development needs a secret and nothing else.", () => {
  const { settings, secret } = readSettings(DEVELOPMENT);
  expect(secret).toBe(SECRET);
  expect(settings).toMatchObject({
    environment: "development",
    publicOrigin: null,
    corsOrigins: [],
    emailVerification: "optional",
    mail: { from: "Caravan <no-reply@localhost>", resendKey: null, resendUrl: undefined },
    sms: null,
  });
});

test.each(["staging", "production"])("The environment %s needs its origin and a mail key.", (APP_ENV) => {
  const message = complaint({ APP_ENV, SIGNING_SECRET: SECRET });
  expect(message).toContain("PUBLIC_ORIGIN is missing; RESEND_API_KEY is missing");
  expect(readSettings({ ...PRODUCTION, APP_ENV }).settings.environment).toBe(APP_ENV);
});

test("All missing settings are named at once.", () => {
  const nothing = complaint({});
  for (const name of ["APP_ENV", "SIGNING_SECRET"]) expect(nothing).toContain(name);
  const message = complaint({ APP_ENV: "production" });
  for (const name of ["SIGNING_SECRET", "PUBLIC_ORIGIN", "RESEND_API_KEY"]) expect(message).toContain(name);
  expect(message).toContain("docs/settings.md");
});

test.each([
  ["APP_ENV", "prod"],
  ["SIGNING_SECRET", "too short"],
  ["PUBLIC_ORIGIN", "caravan.example"],
  ["PUBLIC_ORIGIN", "ftp://caravan.example"],
  ["CORS_ORIGINS", "*"],
  ["CORS_ORIGINS", "https://app.example,app.example"],
  ["EMAIL_VERIFICATION", "sometimes"],
  ["RESEND_API_KEY", "   "],
  ["RESEND_BASE_URL", "api.resend.example"],
  ["SMS_GATEWAY_URL", "not a url"],
  ["OUTBOUND_LOOPBACK", "on"],
  ["RATE_LOGIN", "60"],
  ["RATE_LOGIN", "sixty/60"],
  ["RATE_GUESS_FROM_ADDRESS", "10/0"],
  ["RATE_GUESS_FROM_ADDRESS", "0/900"],
  ["RATE_CODE_GUESS_TOTAL", "-1/60"],
  ["RATE_RESET_MAIL", "5 / 3600 / 1"],
])("A malformed setting %s is named.", (name, value) => {
  expect(complaint({ ...PRODUCTION, [name]: value })).toContain(name);
});

test("Several malformed settings are all named, and no value is printed.", () => {
  const faults = {
    SIGNING_SECRET: "hush-hush",
    CORS_ORIGINS: "hush-origin",
    RESEND_BASE_URL: "hush-url",
    RATE_LOGIN: "hush-rate",
    RATE_GUESS: "hush-guess",
  };
  const message = complaint({ ...PRODUCTION, ...faults });
  for (const name of Object.keys(faults)) expect(message).toContain(name);
  expect(message).not.toContain("hush");
});

test("Origins are stored as browsers write them.", () => {
  const { settings } = readSettings({
    ...PRODUCTION,
    PUBLIC_ORIGIN: "https://Caravan.example/app/?x=1",
    CORS_ORIGINS: " https://App.example/ ,, https://other.example:443,http://third.example:8080",
  });
  expect(settings.publicOrigin).toBe("https://caravan.example");
  expect(settings.corsOrigins).toEqual([
    "https://app.example",
    "https://other.example",
    "http://third.example:8080",
  ]);
});

test("The SMS gateway is a URL with a token.", () => {
  const variables = { ...PRODUCTION, SMS_GATEWAY_URL: "https://sms.example/send", SMS_GATEWAY_TOKEN: "t" };
  expect(readSettings(variables).settings.sms).toEqual({ url: "https://sms.example/send", token: "t" });
});

describe("rates", () => {
  const variableOf = (name: string) =>
    `RATE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

  test.each(RATE_NAMES.map((name) => [variableOf(name), name] as const))(
    "The variable %s sets the rate %s.",
    (variable, name) => {
      const { rates } = readSettings({ ...DEVELOPMENT, [variable]: "7/11" }).settings;
      expect(rates[name]).toEqual({ limit: 7, seconds: 11 });
      for (const other of RATE_NAMES.filter((rate) => rate !== name))
        expect(rates[other]).not.toEqual({ limit: 7, seconds: 11 });
    },
  );

  test("The rates of development allow a thousand sign-ups, sign-ins and resets a minute from one address.", () => {
    const { rates } = readSettings(DEVELOPMENT).settings;
    for (const name of ["registration", "login", "reset"] as const)
      expect((rates[name].limit / rates[name].seconds) * 60).toBeGreaterThanOrEqual(1000);
  });

  test.each([DEVELOPMENT, PRODUCTION])(
    "The rates of $APP_ENV stop guesses within 60 and letters at 10.",
    (variables) => {
      const { rates } = readSettings(variables).settings;
      expect(rates.guess.limit).toBeLessThan(60);
      expect(rates.guessFromAddress.limit).toBeLessThanOrEqual(rates.guess.limit);
      expect(rates.resetMail.limit).toBeLessThanOrEqual(10);
      expect(rates.codeGuess.limit).toBeLessThanOrEqual(60);
    },
  );

  test("The rates of production are no looser than development's.", () => {
    const [loose, strict] = [DEVELOPMENT, PRODUCTION].map(
      (variables) => readSettings(variables).settings.rates,
    );
    const perSecond = (rate = { limit: 0, seconds: 1 }) => rate.limit / rate.seconds;
    for (const name of RATE_NAMES)
      expect(perSecond(strict?.[name])).toBeLessThanOrEqual(perSecond(loose?.[name]));
  });
});

test("An environment's runtime is built once.", () => {
  expect(runtimeOf(env)).toBe(runtimeOf(env));
});

test("A misconfigured Worker says so and serves nothing.", () => {
  const bare = { ...env, SIGNING_SECRET: "short" };
  expect(() => runtimeOf(bare)).toThrow(/SIGNING_SECRET/);
});

test.each([
  [DEVELOPMENT, 8, 16],
  [PRODUCTION, 128, 256],
  [{ ...PRODUCTION, HASHER_POOL: "3", COUNTER_SHARDS: "5" }, 3, 5],
])(
  "Passwords are hashed and rates are counted by as many objects as the settings say: %#.",
  (variables, pool, shards) => {
    const { settings } = readSettings(variables);
    expect([settings.hasherPool, settings.counterShards]).toEqual([pool, shards]);
  },
);
