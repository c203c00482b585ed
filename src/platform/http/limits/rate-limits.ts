/** Rate limits: a coarse shield on every door, exact counts where somebody could guess, flood or spam. */
import type { RateName, RequestContext } from "../../runtime.ts";
import type { Caller } from "../caller.ts";
import { throttled } from "../errors.ts";
import { counterFor } from "./counter.ts";

/** Window of the SHIELD binding in `wrangler.toml`. */
const SHIELD_WINDOW = 60;

/** The coarse one: per door and person (client address when nobody signed in), per location, not accurate, nearly free. */
export async function coarseRateLimit(
  ctx: RequestContext,
  door: string,
  caller: Caller | null = null,
): Promise<void> {
  const who = caller ? `user:${caller.userId}` : clientOf(ctx);
  const { success } = await ctx.runtime.coarseRateLimit.limit({ key: `${door}|${who}` });
  if (!success) throw throttled(SHIELD_WINDOW);
}

/** Who counts as one client: an IPv4 address, or the /64 of an IPv6 one, all of which one household has. */
export function clientOf({ client: { address } }: Pick<RequestContext, "client">): string {
  return isVersion6(address) ? `${groupsOf(address).slice(0, 4).join(":")}::/64` : address;
}

/** The block of addresses that a provider moves one household about in: the /24 of IPv4, the /48 of IPv6. */
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

/** Something counted: at most so many hits of `subject` (an address, an account) as the settings' rate says. */
export interface Limit {
  readonly rate: RateName;
  readonly subject: string;
}

/** Counts one hit; 429 beyond the rate. */
export async function count(ctx: RequestContext, rate: RateName, subject: string): Promise<void> {
  await attempt(ctx, `${rate}|${subject}`, [{ rate, subject }]);
}

/** Counts one hit of each, in one call to the counter of `shard`; when one of them is used up, 429 and nothing is counted. */
export async function attempt(ctx: RequestContext, shard: string, limits: readonly Limit[]): Promise<void> {
  const hits = limits.map(({ rate, subject }) => ({
    key: `${rate}|${subject}`,
    ...ctx.runtime.settings.rates[rate],
  }));
  const retryAfter = await counterFor(ctx.runtime.counters, shard).hit(hits);
  if (retryAfter !== null) throw throttled(retryAfter);
}

/** Letters and messages that anybody may ask for: limited per client and, everywhere, per address. */
export async function countMail(ctx: RequestContext, address: string): Promise<void> {
  await count(ctx, "reset", clientOf(ctx));
  await count(ctx, "resetMail", address);
}

/** Forgets what was counted: whoever got it right had no need to guess. */
export async function clearHits(ctx: RequestContext, shard: string, limits: readonly Limit[]): Promise<void> {
  await counterFor(ctx.runtime.counters, shard).clear(keysOf(limits));
}

/** Takes back one hit of each: what was attempted turned out to be no guess. */
export async function refund(ctx: RequestContext, shard: string, limits: readonly Limit[]): Promise<void> {
  await counterFor(ctx.runtime.counters, shard).giveBack(keysOf(limits));
}

function keysOf(limits: readonly Limit[]): string[] {
  return limits.map(({ rate, subject }) => `${rate}|${subject}`);
}
