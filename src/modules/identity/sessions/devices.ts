/**
 * Recognizes devices that have signed in to an account before: by the same `user_agent` in the same address block, or by
 * a signed cookie from an earlier sign-in.
 */
import { eq, lt, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { equalInConstantTime, randomToken } from "../../../platform/crypto/digest.ts";
import { DEVICE_COOKIE, setCookie } from "../../../platform/http/cookies.ts";
import { addressBlock, clientOf } from "../../../platform/http/limits/rate-limits.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { knownDevices } from "../tables.ts";

/** How long a device is remembered after its last sign-in, in ms. */
const REMEMBER_MS = 365 * 24 * 3600_000;

/** The most marks that an account keeps: those seen last. */
const MAX_MARKS = 100;

/** The marks of a request's device. */
export interface DeviceMarks {
  /** Keyed hash of `user_agent` and address block. */
  readonly client: string;
  /** Keyed hash of a cookie signed by this server; null without one. */
  readonly cookie: string | null;
}

/** How an account recognizes a device. */
export interface DeviceFacts {
  readonly byCookie: boolean;
  readonly byClient: boolean;
  /** Whether the account knows any device. */
  readonly knowsAny: boolean;
}

/** Reads the marks of the request's device. */
export async function deviceMarks(ctx: RequestContext): Promise<DeviceMarks> {
  const { address, userAgent, device } = ctx.client;
  const [id = "", mac = ""] = (device ?? "").split(".");
  const signed = id !== "" && equalInConstantTime(mac, await ctx.runtime.keys.hmac("device-cookie", id));
  return {
    client: await ctx.runtime.keys.hmac("device", "client", userAgent, addressBlock(address)),
    cookie: signed ? await cookieMark(ctx, id) : null,
  };
}

function cookieMark(ctx: RequestContext, id: string): Promise<string> {
  return ctx.runtime.keys.hmac("device", "cookie", id);
}

/** Columns for a query of `users`: how the account recognizes the device. */
export function deviceColumns({ client, cookie }: DeviceMarks) {
  const has = (mark: string): SQL<number> =>
    sql`EXISTS (SELECT 1 FROM known_devices AS d WHERE d.user_id = users.id AND d.mark = ${mark})`;
  return {
    byCookie: has(cookie ?? "").mapWith(Boolean),
    byClient: has(client).mapWith(Boolean),
    knowsAny: sql`EXISTS (SELECT 1 FROM known_devices AS d WHERE d.user_id = users.id)`.mapWith(Boolean),
  };
}

/**
 * The rate-limit subject of a known device. Its requests are counted apart, so that nobody else can use up its limit.
 * Null if the account does not know the device.
 */
export function deviceSubject(
  ctx: RequestContext,
  { client, cookie }: DeviceMarks,
  facts: Pick<DeviceFacts, "byCookie" | "byClient"> | undefined,
): string | null {
  if (facts?.byCookie) return `device:${cookie}`;
  return facts?.byClient ? `device:${client}|${clientOf(ctx)}` : null;
}

/** The marks to store with a new session. Gives the device a cookie if it has none. */
export async function marksToKeep(ctx: RequestContext): Promise<{ clientMark: string; cookieMark: string }> {
  const { client, cookie } = await deviceMarks(ctx);
  return { clientMark: client, cookieMark: cookie ?? (await newCookie(ctx)) };
}

/** Sets a new cookie on the response and returns its mark. */
async function newCookie(ctx: RequestContext): Promise<string> {
  const id = randomToken(16);
  const value = `${id}.${await ctx.runtime.keys.hmac("device-cookie", id)}`;
  ctx.cookies.push(setCookie(DEVICE_COOKIE, value, REMEMBER_MS / 1000, ctx.requestOrigin));
  return cookieMark(ctx, id);
}

/** A statement for a batch: forgets all devices of the account. */
export function forgetDevices(ctx: RequestContext, userId: number): BatchItem<"sqlite"> {
  return ctx.db.delete(knownDevices).where(eq(knownDevices.userId, userId));
}

/** Only accounts that were used lately can have more marks than before. Some nights may be missed. */
const LATELY_MS = 14 * 24 * 3600_000;

/** Nightly: deletes marks not seen for a year, and the oldest marks of accounts that have too many. */
export async function purgeDevices(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(knownDevices).where(lt(knownDevices.seenAt, ctx.now() - REMEMBER_MS));
  await ctx.db.run(sql`DELETE FROM known_devices WHERE (user_id, mark) IN (SELECT user_id, mark FROM (
    SELECT user_id, mark, row_number() OVER (PARTITION BY user_id ORDER BY seen_at DESC) AS nth FROM known_devices
    WHERE user_id IN (SELECT user_id FROM known_devices WHERE seen_at > ${ctx.now() - LATELY_MS}))
    WHERE nth > ${MAX_MARKS})`);
}
