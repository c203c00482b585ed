/** Rate limits: a coarse one on every route, and exact counters where guessing, flooding or spam is possible. */
import type { RateName, RequestContext } from "../../runtime.ts";
import type { Caller } from "../caller.ts";
import { throttled } from "../errors.ts";
import { counterFor } from "./counter.ts";

/** Window of the SHIELD binding in `wrangler.toml`. */
const SHIELD_WINDOW = 60;

/** Coarse limit per route and person (client address without a sign-in), counted per location. Inaccurate, almost free. */
export async function coarseRateLimit(
  ctx: RequestContext,
  path: string,
  caller: Caller | null = null,
): Promise<void> {
  const who = caller ? `user:${caller.userId}` : clientOf(ctx);
  const { success } = await ctx.runtime.coarseRateLimit.limit({ key: `${path}|${who}` });
  if (!success) throw throttled(SHIELD_WINDOW);
}

/** What counts as one client: an IPv4 address, or the /64 of an IPv6 address, which belongs to one household. */
export function clientOf({ client: { address } }: Pick<RequestContext, "client">): string {
  return isVersion6(address) ? `${groupsOf(address).slice(0, 4).join(":")}::/64` : address;
}

/** The address block within which providers reassign a household's address: the /24 of IPv4, the /48 of IPv6. */
export function addressBlock(address: string): string {
  if (isVersion6(address)) return `${groupsOf(address).slice(0, 3).join(":")}::/48`;
  return address.replace(/\.\d+$/, ".0/24");
}

function isVersion6(address: string): boolean {
  return address.includes(":") && !address.includes(".");
}

/** The eight groups of an IPv6 address, written out. */
function groupsOf(address: string): string[] {
  const [head = [], tail = []] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  return [...head, ...zeros, ...tail];
}

/** A counted subject (an address, an account) and the rate of the settings that limits it. */
export interface Limit {
  readonly rate: RateName;
  readonly subject: string;
}

/** Counts one hit; 429 beyond the rate. */
export async function count(ctx: RequestContext, rate: RateName, subject: string): Promise<void> {
  await attempt(ctx, `${rate}|${subject}`, [{ rate, subject }]);
}

/** Counts one hit of each limit, in one call to the counter of `shard`. If one is exhausted: 429, and none is counted. */
export async function attempt(ctx: RequestContext, shard: string, limits: readonly Limit[]): Promise<void> {
  const hits = limits.map(({ rate, subject }) => ({
    key: `${rate}|${subject}`,
    ...ctx.runtime.settings.rates[rate],
  }));
  const retryAfter = await counterFor(ctx.runtime, shard).hit(hits);
  if (retryAfter !== null) throw throttled(retryAfter);
}

/** Counts a mail or SMS that anybody may request: limited per client, and per receiving address in every environment. */
export async function countMail(ctx: RequestContext, address: string): Promise<void> {
  await count(ctx, "reset", clientOf(ctx));
  await count(ctx, "resetMail", address);
}

/** Clears the counters after a correct password or code. */
export async function clearHits(ctx: RequestContext, shard: string, limits: readonly Limit[]): Promise<void> {
  await counterFor(ctx.runtime, shard).clear(keysOf(limits));
}

/** Takes back one hit of each limit: the attempt turned out not to be a guess. */
export async function refund(ctx: RequestContext, shard: string, limits: readonly Limit[]): Promise<void> {
  await counterFor(ctx.runtime, shard).giveBack(keysOf(limits));
}

function keysOf(limits: readonly Limit[]): string[] {
  return limits.map(({ rate, subject }) => `${rate}|${subject}`);
}
