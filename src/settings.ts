/** Parses the settings from variables and secrets. An error names every setting that is missing or wrong, and prints no value. */

import { type Cost, DEFAULT_COST, parseCost } from "./platform/crypto/scrypt.ts";
import {
  QUOTA_NAMES,
  type QuotaName,
  RATE_NAMES,
  type Rate,
  type RateName,
  type Settings,
} from "./platform/runtime.ts";
import { timeZoneNamed } from "./platform/time-zones.ts";
import { z } from "./platform/zod.ts";
import { readPushSettings } from "./push-settings.ts";

/** Default rates, as attempts/seconds. Each can be set: `RATE_GUESS=20/900`. */
const DEVELOPMENT_RATES: Record<RateName, string> = {
  registration: "1000/60",
  login: "1000/60",
  guess: "50/900",
  guessFromAddress: "20/900",
  reset: "1000/60",
  resetMail: "10/3600",
  codeGuess: "60/900",
  codeGuessTotal: "1000/900",
  apiKey: "10000/60",
  otpGuess: "10/900",
  otpGuessDay: "50/86400",
  letters: "100000/3600",
  lettersSent: "100000/3600",
  eventEntries: "100000/3600",
  roomEntries: "100000/10",
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
  apiKey: "600/60",
  otpGuess: "10/900",
  otpGuessDay: "50/86400",
  letters: "200/3600",
  lettersSent: "500/3600",
  eventEntries: "300/3600",
  // Two sockets that each send as many frames as they may.
  roomEntries: "1000/10",
};

/** Default quotas. Each can be set: `QUOTA_VEHICLES=50`. */
const DEVELOPMENT_QUOTAS: Record<QuotaName, number> = {
  openOrders: 1000,
  vehicles: 1000,
  documents: 1000,
  openTickets: 1000,
  orderLinks: 1000,
  apiKeys: 100,
  webhookEndpoints: 100,
  pushSubscriptions: 100,
};
const PRODUCTION_QUOTAS: Record<QuotaName, number> = {
  openOrders: 20,
  vehicles: 50,
  documents: 200,
  openTickets: 50,
  orderLinks: 20,
  apiKeys: 20,
  webhookEndpoints: 20,
  pushSubscriptions: 20,
};

const optional = z.string().trim().min(1).optional();
const url = z.url({ protocol: /^https?$/ });
const origin = url.transform((value) => new URL(value).origin);
const list = z.string().transform((words) =>
  words
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean),
);

const costOf = ({ N, r, p }: Cost) => N * r * p;
const passwordCost = z
  .string()
  .optional()
  .transform((words) => (words === undefined ? DEFAULT_COST : parseCost(words)))
  .refine((cost) => cost !== null, "must be N/r/p, like 16384/8/5");

/** Waits before the second attempt, the third and so on, in seconds. */
const schedule = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,3})?(,\d{1,7}(\.\d{1,3})?){0,19}$/, "must be seconds, like 5,300,1800")
  .transform((words) => words.split(",").map((seconds) => Number(seconds) * 1000));

const Variables = z.object({
  APP_ENV: z.enum(["development", "staging", "production"]),
  /** At least 32 characters; all signing keys derive from it. */
  SIGNING_SECRET: z.string().min(32),
  PUBLIC_ORIGIN: origin.optional(),
  CORS_ORIGINS: list.prefault("").pipe(z.array(origin)),
  EMAIL_VERIFICATION: z.enum(["optional", "mandatory"]).default("optional"),
  /** Default: off in development, on elsewhere. */
  NEW_DEVICE_LETTERS: z.enum(["on", "off"]).optional(),
  STAFF_SECOND_FACTOR: z.enum(["optional", "required"]).default("optional"),
  PASSKEY_RP_ID: optional,
  /** Web origins, or `android:apk-key-hash:…` of Android apps. */
  PASSKEY_ORIGINS: list.prefault(""),
  PASSWORD_COST: passwordCost,
  MEDIA_ACCESS: z.enum(["public", "signed"]).default("public"),
  AUTO_DISPATCH: z.enum(["on", "off"]).default("off"),
  OFFER_LEAD_MINUTES: z.coerce.number().int().min(0).max(10_080).default(45),
  START_CODE: z.enum(["optional", "required"]).default("optional"),
  /** Default: 1,000 in development, 20 elsewhere. */
  REQUEST_LOG_RATE: z.coerce.number().min(0).max(1).default(0.01),
  ROOM_SOCKETS: z.coerce.number().int().min(1).max(10_000).optional(),
  RELAY_SOCKETS: z.coerce.number().int().min(1).max(20_000).default(1000),
  /** Default: 8 in development, 128 elsewhere. */
  HASHER_POOL: z.coerce.number().int().min(1).max(1024).optional(),
  /** Default: 16 in development, 256 elsewhere. */
  COUNTER_SHARDS: z.coerce.number().int().min(1).max(4096).optional(),
  /** Default: 2 in development, 16 elsewhere. */
  ARCHIVIST_POOL: z.coerce.number().int().min(1).max(1024).optional(),
  CHAT_PAGE: z.coerce.number().int().min(1).max(300).default(30),
  CHAT_TEXT_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  TRUCK_TRAIL_DAYS: z.coerce.number().int().min(3).max(3650).default(7),
  TRACK_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
  OUTBOUND_LOOPBACK: z.enum(["on", "off"]).default("off"),
  WEBHOOK_RETRIES: schedule.prefault("5,300,1800,7200,18000,36000,50400,72000,86400"),
  WEBHOOK_LOG_DAYS: z.coerce.number().int().min(1).max(365).default(14),
  WEBHOOK_POSITION_SECONDS: z.coerce.number().int().min(5).max(86_400).default(60),
  TIME_ZONE: z
    .string()
    .default("UTC")
    .transform(timeZoneNamed)
    .refine((zone) => zone !== null, "must be an IANA time zone, like Europe/Moscow"),
  CURRENCY: z
    .string()
    .default("RUB")
    .transform((code) => code.toUpperCase())
    .refine((code) => /^[A-Z]{3}$/.test(code), "must be a currency's code of ISO 4217, like RUB"),
  MAIL_FROM: z.string().default("Caravan <no-reply@localhost>"),
  RESEND_API_KEY: optional,
  RESEND_BASE_URL: url.optional(),
  RESEND_WEBHOOK_SECRET: z
    .string()
    .regex(
      /^whsec_(?:[A-Za-z0-9+/]{4}){6,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      "must be whsec_ and base64",
    )
    .optional(),
  GEOCODER_URL: url.optional(),
  SMS_GATEWAY_URL: url.optional(),
  SMS_GATEWAY_TOKEN: optional,
  MAP_TILES_URL: z
    .string()
    .regex(/^https?:\/\/[^/{}]+\/.*\{z\}.*$/, "must be a URL with {z}, {x} and {y}")
    .optional(),
  MAP_PMTILES: z
    .string()
    .regex(/^[\w./-]{1,300}\.pmtiles$/, "must be the key of a .pmtiles file in the bucket")
    .optional(),
  YANDEX_WEATHER_KEY: optional,
  YANDEX_WEATHER_URL: url.default("https://api.weather.yandex.ru/v2/informers"),
  OPEN_METEO_URL: url.default("https://api.open-meteo.com/v1/forecast"),
});
/** Outside development mails are sent, and their links need a public origin. */
const Deployed = Variables.required({ PUBLIC_ORIGIN: true, RESEND_API_KEY: true }).extend({
  PASSWORD_COST: passwordCost.refine(
    (cost) => !cost || costOf(cost) >= costOf(DEFAULT_COST),
    "must not be below 16384/8/5",
  ),
  OUTBOUND_LOOPBACK: z.literal("off", "is for development only").default("off"),
});

/** All four or none. A path instead of a URL is on this server, as the local object store is. */
const ObjectStore = z.object({
  R2_S3_ENDPOINT: z.union([url, z.string().startsWith("/")]),
  R2_S3_BUCKET: z.string().min(1),
  R2_ACCESS_KEY_ID: z.string().min(1),
  R2_SECRET_ACCESS_KEY: z.string().min(1),
});

const Quotas = z.record(z.string(), z.coerce.number().int().min(1));

const Rates = z.record(
  z.string(),
  z
    .string()
    .regex(/^[1-9]\d*\/[1-9]\d*$/, "must be attempts/seconds, like 20/900")
    .transform((words): Rate => {
      const [limit = 0, seconds = 0] = words.split("/").map(Number);
      return { limit, seconds };
    }),
);

/** Parses settings from variables and secrets. Throws one error that names all faults. */
export function readSettings(variables: Record<string, unknown>): { settings: Settings; secret: string } {
  const development = variables.APP_ENV === "development";
  const parsed = (development ? Variables : Deployed).safeParse(variables);
  const rates = Rates.safeParse(
    named("RATE", variables, RATE_NAMES, development ? DEVELOPMENT_RATES : PRODUCTION_RATES),
  );
  const quotas = Quotas.safeParse(
    named("QUOTA", variables, QUOTA_NAMES, development ? DEVELOPMENT_QUOTAS : PRODUCTION_QUOTAS),
  );
  const store = Object.keys(ObjectStore.shape).some((name) => variables[name])
    ? ObjectStore.safeParse(variables)
    : null;
  const push = readPushSettings(variables);
  if (!parsed.success || !rates.success || !quotas.success || !push.success || store?.success === false) {
    const issues = [parsed, rates, quotas, push, store].flatMap((result) => result?.error?.issues ?? []);
    const faults = issues.map(({ path, message }) => {
      const missing = variables[String(path[0])] === undefined;
      return `${path.join(".")} ${missing ? "is missing" : message}`;
    });
    throw new Error(
      `Caravan can't start, these settings are missing or wrong: ${faults.join("; ")}. See docs/settings.md.`,
    );
  }
  const value = parsed.data;
  const settings: Settings = {
    environment: value.APP_ENV,
    publicOrigin: value.PUBLIC_ORIGIN ?? null,
    corsOrigins: value.CORS_ORIGINS,
    emailVerification: value.EMAIL_VERIFICATION,
    newDeviceLetters: (value.NEW_DEVICE_LETTERS ?? (development ? "off" : "on")) === "on",
    staffSecondFactor: value.STAFF_SECOND_FACTOR,
    passkeys: { rpId: value.PASSKEY_RP_ID ?? null, origins: value.PASSKEY_ORIGINS },
    mediaAccess: value.MEDIA_ACCESS,
    autoDispatch: value.AUTO_DISPATCH === "on",
    offerLead: value.OFFER_LEAD_MINUTES * 60_000,
    startCode: value.START_CODE,
    chatPage: value.CHAT_PAGE,
    requestLogRate: value.REQUEST_LOG_RATE,
    roomSockets: value.ROOM_SOCKETS ?? (development ? 1000 : 20),
    relaySockets: value.RELAY_SOCKETS,
    hasherPool: value.HASHER_POOL ?? (development ? 8 : 128),
    counterShards: value.COUNTER_SHARDS ?? (development ? 16 : 256),
    archivistPool: value.ARCHIVIST_POOL ?? (development ? 2 : 16),
    timeZone: value.TIME_ZONE ?? "UTC",
    currency: value.CURRENCY,
    chatTextDays: value.CHAT_TEXT_DAYS,
    trackRetentionDays: value.TRACK_RETENTION_DAYS,
    truckTrailDays: value.TRUCK_TRAIL_DAYS,
    webhooks: {
      schedule: value.WEBHOOK_RETRIES,
      logDays: value.WEBHOOK_LOG_DAYS,
      positionSeconds: value.WEBHOOK_POSITION_SECONDS,
    },
    push: push.settings(value.PUBLIC_ORIGIN ?? null, value.MAIL_FROM),
    outboundLoopback: value.OUTBOUND_LOOPBACK === "on",
    objectStore: store && {
      endpoint: store.data.R2_S3_ENDPOINT.replace(/\/$/, ""),
      bucket: store.data.R2_S3_BUCKET,
      accessKeyId: store.data.R2_ACCESS_KEY_ID,
      secretAccessKey: store.data.R2_SECRET_ACCESS_KEY,
    },
    mail: {
      from: value.MAIL_FROM,
      resendKey: value.RESEND_API_KEY ?? null,
      resendUrl: value.RESEND_BASE_URL,
      webhookSecret: value.RESEND_WEBHOOK_SECRET ?? null,
    },
    geocoderUrl: value.GEOCODER_URL ?? null,
    mapTiles: value.MAP_TILES_URL ?? null,
    mapArchive: value.MAP_PMTILES ?? null,
    sms: value.SMS_GATEWAY_URL ? { url: value.SMS_GATEWAY_URL, token: value.SMS_GATEWAY_TOKEN ?? "" } : null,
    weather: {
      yandexKey: value.YANDEX_WEATHER_KEY ?? null,
      yandexUrl: value.YANDEX_WEATHER_URL,
      openMeteoUrl: value.OPEN_METEO_URL,
      // A developer's machine may be offline.
      timeout: development ? 2000 : 6000,
    },
    rates: Object.fromEntries(
      RATE_NAMES.map((name) => [name, rates.data[variableOf("RATE", name)]]),
    ) as Settings["rates"],
    quotas: Object.fromEntries(
      QUOTA_NAMES.map((name) => [name, quotas.data[variableOf("QUOTA", name)]]),
    ) as Settings["quotas"],
  };
  return { settings, secret: value.SIGNING_SECRET };
}

/** `guessFromAddress` is set by `RATE_GUESS_FROM_ADDRESS`. */
function variableOf(kind: "RATE" | "QUOTA", name: string): string {
  return `${kind}_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** The variables of a kind, with defaults for missing ones. */
function named<Name extends string>(
  kind: "RATE" | "QUOTA",
  variables: Record<string, unknown>,
  names: readonly Name[],
  defaults: Record<Name, unknown>,
) {
  return Object.fromEntries(
    names.map((name) => [variableOf(kind, name), variables[variableOf(kind, name)] ?? defaults[name]]),
  );
}
