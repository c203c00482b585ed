/** Bindings and settings, parsed once an isolate. What is missing or malformed is named; no value is ever printed. */
import { z } from "zod";
import { Keyring } from "./platform/crypto/digest.ts";
import { roomIn } from "./platform/realtime/rooms.ts";
import {
  type JobMessage,
  RATE_NAMES,
  type Rate,
  type RateName,
  type Runtime,
  type Settings,
} from "./platform/runtime.ts";

/** Attempts and seconds, by environment. Each can be set: `RATE_GUESS=20/900`. */
const DEVELOPMENT_RATES: Record<RateName, string> = {
  registration: "1000/60",
  login: "1000/60",
  guess: "50/900",
  guessFromAddress: "20/900",
  reset: "1000/60",
  resetMail: "10/3600",
  codeGuess: "60/900",
  codeGuessTotal: "1000/900",
};
const PRODUCTION_RATES: Record<RateName, string> = {
  registration: "20/3600",
  login: "60/60",
  guess: "50/900",
  guessFromAddress: "10/900",
  reset: "10/3600",
  resetMail: "5/3600",
  codeGuess: "10/900",
  codeGuessTotal: "300/900",
};

const optional = z.string().trim().min(1).optional();
const origin = z.url({ protocol: /^https?$/ }).transform((value) => new URL(value).origin);

const Variables = z
  .object({
    APP_ENV: z.enum(["development", "staging", "production"]),
    /** At least 32 characters; everything that is signed derives from it. */
    SIGNING_SECRET: z.string().min(32),
    PUBLIC_ORIGIN: origin.optional(),
    /** Comma-separated. */
    CORS_ORIGINS: z.string().default(""),
    EMAIL_VERIFICATION: z.enum(["optional", "mandatory"]).default("optional"),
    MAIL_FROM: z.string().default("Caravan <no-reply@localhost>"),
    RESEND_API_KEY: optional,
    RESEND_BASE_URL: optional,
    SMS_GATEWAY_URL: optional,
    SMS_GATEWAY_TOKEN: optional,
  })
  .superRefine((settings, context) => {
    if (settings.APP_ENV === "development") return;
    for (const name of ["PUBLIC_ORIGIN", "RESEND_API_KEY"] as const) {
      if (!settings[name])
        context.addIssue({ code: "custom", path: [name], message: `is required in ${settings.APP_ENV}` });
    }
  });

/** The runtime of an environment; built once for each. */
export function runtimeOf(env: Cloudflare.Env): Runtime {
  let runtime = built.get(env);
  if (!runtime) {
    runtime = buildRuntime(env);
    built.set(env, runtime);
  }
  return runtime;
}
const built = new WeakMap<Cloudflare.Env, Runtime>();

function buildRuntime(env: Cloudflare.Env): Runtime {
  const { settings, secret } = readSettings(env as unknown as Record<string, unknown>);
  return {
    settings,
    keys: new Keyring(secret),
    database: env.DB,
    queue: env.JOBS as Queue<JobMessage>,
    bucket: env.BUCKET,
    assets: env.ASSETS,
    shield: env.SHIELD,
    hashers: env.HASHERS,
    counters: env.COUNTERS,
    rosters: env.ROSTERS,
    room: (name) => roomIn(env, name),
  };
}

/** Settings from variables and secrets. Throws one error that names everything wrong with them. */
export function readSettings(variables: Record<string, unknown>): { settings: Settings; secret: string } {
  const parsed = Variables.safeParse(variables);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new Error(
      `Caravan can't start, these settings are missing or wrong: ${faults.join("; ")}. See docs/settings.md.`,
    );
  }
  const value = parsed.data;
  const sms = value.SMS_GATEWAY_URL
    ? { url: value.SMS_GATEWAY_URL, token: value.SMS_GATEWAY_TOKEN ?? "" }
    : null;
  const settings: Settings = {
    environment: value.APP_ENV,
    publicOrigin: value.PUBLIC_ORIGIN ?? null,
    corsOrigins: value.CORS_ORIGINS.split(",")
      .map((word) => word.trim())
      .filter(Boolean),
    emailVerification: value.EMAIL_VERIFICATION,
    mail: {
      from: value.MAIL_FROM,
      resendKey: value.RESEND_API_KEY ?? null,
      resendUrl: value.RESEND_BASE_URL,
    },
    sms,
    rates: readRates(value.APP_ENV === "development" ? DEVELOPMENT_RATES : PRODUCTION_RATES, variables),
  };
  return { settings, secret: value.SIGNING_SECRET };
}

function readRates(
  defaults: Record<RateName, string>,
  variables: Record<string, unknown>,
): Record<RateName, Rate> {
  const rates = RATE_NAMES.map((name): [RateName, Rate] => {
    const variable = `RATE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const words = String(variables[variable] ?? defaults[name]);
    const match = /^(\d+)\/(\d+)$/.exec(words);
    if (!match) throw new Error(`Caravan can't start: ${variable} must be attempts/seconds, like 20/900.`);
    return [name, { limit: Number(match[1]), seconds: Number(match[2]) }];
  });
  return Object.fromEntries(rates) as Record<RateName, Rate>;
}
