/**
 * By what a device is known again: the same `user_agent` from the same block of addresses as at an earlier sign-in to
 * the account, or a signed cookie that such a sign-in set.
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

/** How many marks an account keeps; the ones seen last. */
const MAX_MARKS = 100;

/** What a request shows of its device. */
export interface DeviceMarks {
  /** Of `user_agent` and address block. */
  readonly client: string;
  /** Of a cookie that this server signed; null without one. */
  readonly cookie: string | null;
}

/** How an account knows a device. */
export interface DeviceFacts {
  readonly byCookie: boolean;
  readonly byClient: boolean;
  /** The account knows any device at all. */
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

/** Columns beside a row of `users` that say how its account knows the device. */
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
 * Under what a known device's requests are counted, apart from everybody else's: nobody can use up what is its own. Null
 * for a device that the account does not know.
 */
export function deviceSubject(
  ctx: RequestContext,
  { client, cookie }: DeviceMarks,
  facts: Pick<DeviceFacts, "byCookie" | "byClient"> | undefined,
): string | null {
  if (facts?.byCookie) return `device:${cookie}`;
  return facts?.byClient ? `device:${client}|${clientOf(ctx)}` : null;
}

/** The marks under which a new session is remembered; gives the device a cookie if it has none. */
export async function marksToKeep(ctx: RequestContext): Promise<{ clientMark: string; cookieMark: string }> {
  const { client, cookie } = await deviceMarks(ctx);
  return { clientMark: client, cookieMark: cookie ?? (await newCookie(ctx)) };
}

/** Hands out a new cookie with the answer; its mark. */
async function newCookie(ctx: RequestContext): Promise<string> {
  const id = randomToken(16);
  const value = `${id}.${await ctx.runtime.keys.hmac("device-cookie", id)}`;
  ctx.cookies.push(setCookie(DEVICE_COOKIE, value, REMEMBER_MS / 1000, ctx.requestOrigin));
  return cookieMark(ctx, id);
}

/** For a batch: the account knows no device any more. */
export function forgetDevices(ctx: RequestContext, userId: number): BatchItem<"sqlite"> {
  return ctx.db.delete(knownDevices).where(eq(knownDevices.userId, userId));
}

/** Nightly: what was not seen for a year, and of each account all but the marks seen last. */
export async function purgeDevices(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(knownDevices).where(lt(knownDevices.seenAt, ctx.now() - REMEMBER_MS));
  await ctx.db.run(sql`DELETE FROM known_devices WHERE (user_id, mark) IN (SELECT user_id, mark FROM (
    SELECT user_id, mark, row_number() OVER (PARTITION BY user_id ORDER BY seen_at DESC) AS nth FROM known_devices)
    WHERE nth > ${MAX_MARKS})`);
}
