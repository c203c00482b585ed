/** Types of the runtime (settings and bindings, once per isolate) and of the request context (one request or job). */
import type { SQL } from "drizzle-orm";
import type { Keyring } from "./crypto/digest.ts";
import type { Hasher } from "./crypto/hasher.ts";
import type { OutboxRow } from "./db/claims.ts";
import type { Db } from "./db/client.ts";
import type { Counter } from "./http/limits/counter.ts";
import type { Locale } from "./http/text.ts";
import type { ConnectionRegistry } from "./realtime/handshake/connection-registry.ts";
import type { Archivist } from "./realtime/log/archive/archivist.ts";
import type { RelayStub } from "./realtime/relay/rpc.ts";
import type { RoomStub } from "./realtime/rpc.ts";

/** Rates are `{ limit, seconds }`: at most `limit` in a fixed window of `seconds`. */
export interface Rate {
  readonly limit: number;
  readonly seconds: number;
}

/** Names of the rate limits: see docs/settings.md for what each counts. */
export const RATE_NAMES = [
  "registration",
  "login",
  "guess",
  "guessFromAddress",
  "reset",
  "resetMail",
  "codeGuess",
  "codeGuessTotal",
  "apiKey",
  "otpGuess",
  "otpGuessDay",
  "letters",
  "lettersSent",
  "eventEntries",
  "roomEntries",
] as const;
export type RateName = (typeof RATE_NAMES)[number];

/** Names of the quotas: see `db/quota.ts`. */
export const QUOTA_NAMES = [
  "openOrders",
  "vehicles",
  "documents",
  "openTickets",
  "orderLinks",
  "apiKeys",
  "webhookEndpoints",
  "pushSubscriptions",
] as const;
export type QuotaName = (typeof QUOTA_NAMES)[number];

/** How pushes are sent. A service without settings takes none. */
export interface PushSettings {
  /** Signs Web Push; null: in development a pair is made and kept, elsewhere there is no Web Push. Base64url. */
  readonly vapid: { readonly publicKey: string; readonly privateKey: string } | null;
  /** How push services reach the operator of this server: a `mailto:` or `https:` URL. */
  readonly vapidSubject: string;
  readonly fcm: {
    readonly url: string;
    readonly projectId: string;
    readonly clientEmail: string;
    /** PKCS #8 in PEM. */
    readonly privateKey: string;
    readonly tokenUrl: string;
  } | null;
  readonly apns: {
    readonly url: string;
    /** PKCS #8 in PEM. */
    readonly key: string;
    readonly keyId: string;
    readonly teamId: string;
    /** The app's bundle id. */
    readonly topic: string;
  } | null;
}

export interface Settings {
  readonly environment: "development" | "staging" | "production";
  /** Origin of links in mails; null in development: the origin of the request. */
  readonly publicOrigin: string | null;
  readonly corsOrigins: readonly string[];
  readonly emailVerification: "optional" | "mandatory";
  /** Whether the owner gets a mail about a sign-in from a new device. */
  readonly newDeviceLetters: boolean;
  /** Whether staff and operators must have a second factor; without one they can only set it up. */
  readonly staffSecondFactor: "optional" | "required";
  readonly passkeys: {
    /** The domain that passkeys belong to; null: the host of the public origin. */
    readonly rpId: string | null;
    /** Origins of pages and apps beside the public one that may use passkeys. */
    readonly origins: readonly string[];
  };
  /** Whether shared pictures are served to anybody with the URL, or by signed URLs only. */
  readonly mediaAccess: "public" | "signed";
  /** The part of requests that the log keeps, 0 to 1. Those that failed by our fault are always kept. */
  readonly requestLogRate: number;
  /** Whether a confirmed order is offered to trucks automatically, or waits for an operator. */
  readonly autoDispatch: boolean;
  /** Ms before the time of a scheduled order at which it is first offered to a truck. */
  readonly offerLead: number;
  /** Whether a driver may start the work without the client's code, which the older client never sends. */
  readonly startCode: "optional" | "required";
  /** Maximum number of sockets per person and room. */
  readonly roomSockets: number;
  /** Maximum number of sockets in the object of a room with relays, and in each relay. */
  readonly relaySockets: number;
  /** Number of objects that hash passwords. */
  readonly hasherPool: number;
  /** Number of objects that count what is limited by a rate. */
  readonly counterShards: number;
  /** Number of objects that write rooms' archives to D1. */
  readonly archivistPool: number;
  /** IANA name: the time zone of events and people that have none of their own. */
  readonly timeZone: string;
  /** ISO 4217 code of all amounts: `RUB`. */
  readonly currency: string;
  /** Number of messages on a chat's page. */
  readonly chatPage: number;
  /** Days for which the text of chats stays in the database; older text becomes objects. */
  readonly chatTextDays: number;
  /** Days for which a track stays in rows; older days become objects. */
  readonly trackRetentionDays: number;
  /** Days for which the trail of a truck is kept. */
  readonly truckTrailDays: number;
  readonly webhooks: {
    /** Ms before the second attempt, the third and so on. */
    readonly schedule: readonly number[];
    /** Days for which deliveries are kept that are over. */
    readonly logDays: number;
    /** For new endpoints: seconds in which one position of a truck is sent. */
    readonly positionSeconds: number;
  };
  readonly push: PushSettings;
  /** Development only: URLs given by users (webhooks, push) may be of this machine, by any port, over http too. */
  readonly outboundLoopback: boolean;
  /** The bucket's S3 API, for uploads that bypass the Worker; null: not offered. `endpoint` may be a path of this server. */
  readonly objectStore: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  } | null;
  readonly mail: {
    readonly from: string;
    readonly resendKey: string | null;
    readonly resendUrl: string | undefined;
    /** The signing secret of Resend's webhook; null: its reports are not taken. */
    readonly webhookSecret: string | null;
  };
  /** A geocoder that speaks Nominatim's API; null: an event is located at its city. */
  readonly geocoderUrl: string | null;
  /** Map tiles for the console, `https://…/{z}/{x}/{y}.png`; null: a plain background. */
  readonly mapTiles: string | null;
  /** Key of a PMTiles file in the bucket; null: the shipped world. */
  readonly mapArchive: string | null;
  readonly sms: { readonly url: string; readonly token: string } | null;
  readonly weather: {
    /** Null: only Open-Meteo is asked, which needs no key. */
    readonly yandexKey: string | null;
    readonly yandexUrl: string;
    readonly openMeteoUrl: string;
    /** Timeout of one provider in ms. */
    readonly timeout: number;
  };
  readonly rates: Readonly<Record<RateName, Rate>>;
  readonly quotas: Readonly<Record<QuotaName, number>>;
}

/** One queue message: the id of the outbox row to deliver. */
export interface JobMessage {
  readonly outbox: string;
  /** Sent by the commit itself: the first delivery of this message needs no claim. */
  readonly isNew?: boolean;
}

export interface Runtime {
  readonly settings: Settings;
  readonly keys: Keyring;
  readonly database: D1Database;
  readonly queue: Queue<JobMessage>;
  readonly bucket: R2Bucket;
  /** Resizes pictures; null without the binding. */
  readonly images: ImagesBinding | null;
  readonly assets: Fetcher;
  readonly coarseRateLimit: RateLimit;
  readonly hashers: DurableObjectNamespace<Hasher>;
  readonly counters: DurableObjectNamespace<Counter>;
  readonly registries: DurableObjectNamespace<ConnectionRegistry>;
  readonly archivists: DurableObjectNamespace<Archivist>;
  /** Runs an effect of any kind, as the outbox does. Throws its handler's errors. */
  runEffect(ctx: RequestContext, row: OutboxRow): Promise<unknown>;
  /** What a commit with effects asks within its transaction, and what runs after it unless the answer is null. No statement more. */
  readonly afterCommit: {
    readonly asks: SQL<string | null>;
    readonly run: (ctx: RequestContext, answer: string) => Promise<void>;
  };
  /** Has the object of a webhook endpoint send what is due. */
  wakeWebhookSender(endpointId: number): Promise<void>;
  /** The object of a room by its name, `event:12`; null for a kind that does not exist. */
  room(name: string): RoomStub | null;
  /** The object of one of a room's relays, numbered from 1. */
  relay(room: string, number: number): RelayStub;
}

/** One request or one job. Services take it first. */
export interface RequestContext {
  readonly runtime: Runtime;
  readonly db: Db;
  /** D1 bookmark of this context; null before its first statement. */
  bookmark(): string | null;
  readonly locale: Locale;
  /** Public origin for links, without a trailing slash. */
  readonly origin: string;
  /** The origin of the request, to which the caller's cookie belongs. */
  readonly requestOrigin: string;
  readonly requestId: string;
  readonly client: {
    readonly address: string;
    readonly userAgent: string;
    /** Value of the device cookie, unverified. */
    readonly device?: string | null;
  };
  /** `Set-Cookie` values of the response. */
  readonly cookies: string[];
  /** Epoch milliseconds. */
  now(): number;
  /** Runs work that may end after the response. A failure is logged with the name `at` and some ids. */
  defer(at: string, work: Promise<unknown>, facts?: Record<string, unknown>): void;
}
