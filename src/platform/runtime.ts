/** What a Worker invocation works with: settings parsed once, the platform's parts, and one caller's scope over them. */
import type { Keyring } from "./crypto/digest.ts";
import type { Hasher } from "./crypto/hasher.ts";
import type { OutboxRow } from "./db/claims.ts";
import type { Db } from "./db/client.ts";
import type { Counter } from "./http/limits/counter.ts";
import type { Locale } from "./http/text.ts";
import type { RoomStub } from "./realtime/rpc.ts";
import type { ConnectionRegistry } from "./realtime/socket/registry.ts";

/** Rates are `{ limit, seconds }`: at most `limit` in a fixed window of `seconds`. */
export interface Rate {
  readonly limit: number;
  readonly seconds: number;
}

/** Which thing is counted: see `http/limits.ts` for where each applies. */
export const RATE_NAMES = [
  "registration",
  "login",
  "guess",
  "guessFromAddress",
  "reset",
  "resetMail",
  "codeGuess",
  "codeGuessTotal",
  "letters",
  "lettersSent",
  "eventEntries",
] as const;
export type RateName = (typeof RATE_NAMES)[number];

/** Which rows are limited: see `db/quota.ts`. */
export const QUOTA_NAMES = ["openOrders", "vehicles", "documents", "openTickets", "orderLinks"] as const;
export type QuotaName = (typeof QUOTA_NAMES)[number];

export interface Settings {
  readonly environment: "development" | "staging" | "production";
  /** Where links in mails point; null in development: the origin that the request came in on. */
  readonly publicOrigin: string | null;
  readonly corsOrigins: readonly string[];
  readonly emailVerification: "optional" | "mandatory";
  /** Whether an account's owner is told of a sign-in from a new device. */
  readonly newDeviceLetters: boolean;
  /** Whether pictures that members share are served to whoever has their address, or by signed ones only. */
  readonly mediaAccess: "public" | "signed";
  /** Whether a confirmed order calls for trucks by itself, or waits for an operator. */
  readonly autoDispatch: boolean;
  /** Ms before the time of a scheduled order at which it is first offered to a truck. */
  readonly offerLead: number;
  /** Whether a driver may start the work without the client's code: the older client never sends it. */
  readonly startCode: "optional" | "required";
  /** How many sockets one person may have in one room. */
  readonly roomSockets: number;
  /** How many messages a chat's page shows. */
  readonly chatPage: number;
  /** How many days of a track stay rows; older ones become objects. */
  readonly trackRetentionDays: number;
  /** The bucket's S3 door, for uploads that pass the Worker by; null: none is offered. `endpoint` may be a path of the server itself. */
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
  };
  /** Finds places by their address, as Nominatim does; null: an event is where its city is. */
  readonly geocoderUrl: string | null;
  /** Map tiles for the console, `https://…/{z}/{x}/{y}.png`; null: a plain ground that needs none. */
  readonly mapTiles: string | null;
  readonly sms: { readonly url: string; readonly token: string } | null;
  readonly weather: {
    /** Null: only Open-Meteo is asked, which wants none. */
    readonly yandexKey: string | null;
    readonly yandexUrl: string;
    readonly openMeteoUrl: string;
    /** Ms that one provider may take. */
    readonly timeout: number;
  };
  readonly rates: Readonly<Record<RateName, Rate>>;
  readonly quotas: Readonly<Record<QuotaName, number>>;
}

/** One queue message: the outbox row that wants delivering. */
export interface JobMessage {
  readonly outbox: string;
}

export interface Runtime {
  readonly settings: Settings;
  readonly keys: Keyring;
  readonly database: D1Database;
  readonly queue: Queue<JobMessage>;
  readonly bucket: R2Bucket;
  /** Makes pictures smaller; null where none is bound. */
  readonly images: ImagesBinding | null;
  readonly assets: Fetcher;
  readonly coarseRateLimit: RateLimit;
  readonly hashers: DurableObjectNamespace<Hasher>;
  readonly counters: DurableObjectNamespace<Counter>;
  readonly registries: DurableObjectNamespace<ConnectionRegistry>;
  /** Carries out an effect of any kind, as the outbox would. Throws what its handler throws. */
  runEffect(ctx: RequestContext, row: OutboxRow): Promise<unknown>;
  /** The object of a room by its name, `event:12`; null for a kind that does not exist. */
  room(name: string): RoomStub | null;
}

/** One request or one job. Services take it first. */
export interface RequestContext {
  readonly runtime: Runtime;
  readonly db: Db;
  /** How far this scope has read and written; null before its first statement. */
  bookmark(): string | null;
  readonly locale: Locale;
  /** Public origin for links, without a trailing slash. */
  readonly origin: string;
  /** The origin that the request came in on: where the caller's cookie goes. */
  readonly requestOrigin: string;
  readonly requestId: string;
  readonly client: {
    readonly address: string;
    readonly userAgent: string;
    /** The cookie by which a device is known again, as it came. */
    readonly device?: string | null;
  };
  /** `Set-Cookie` values that go out with the answer. */
  readonly cookies: string[];
  /** Epoch milliseconds. */
  now(): number;
  /** Work that may end after the answer has left. What fails is logged with the name of its place and some ids. */
  defer(at: string, work: Promise<unknown>, facts?: Record<string, unknown>): void;
}
