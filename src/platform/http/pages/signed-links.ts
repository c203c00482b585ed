/**
 * Links in mails that act for one person without a sign-in. The signature covers the purpose and the facts, so a link
 * does one thing only. The page behind it shows a button: GET and HEAD (mail scanners) change nothing, the POST acts.
 */
import { equalInConstantTime } from "../../crypto/digest.ts";
import type { RequestContext } from "../../runtime.ts";

type Facts = readonly (string | number)[];

const sign = (ctx: RequestContext, purpose: string, facts: Facts) =>
  ctx.runtime.keys.hmac(`link:${purpose}`, ...facts);

type Query = Readonly<Record<string, string | number>>;

/** An absolute URL with `query` and the signature of `facts`. */
export async function signedUrl(
  ctx: RequestContext,
  purpose: string,
  path: string,
  query: Query,
  facts: Facts,
): Promise<string> {
  const toUrl = await signedUrls(ctx, purpose, query, facts);
  return toUrl(path);
}

/** For several acts that one signature covers: makes the absolute URL of each path, with `query` and that signature. */
export async function signedUrls(
  ctx: RequestContext,
  purpose: string,
  query: Query,
  facts: Facts,
): Promise<(path: string) => string> {
  const signature = await sign(ctx, purpose, facts);
  const given = Object.entries({ ...query, signature }).map(([name, value]) => [name, String(value)]);
  const search = new URLSearchParams(given).toString();
  return (path) => `${new URL(path, ctx.origin).href}?${search}`;
}

export async function isSigned(
  ctx: RequestContext,
  purpose: string,
  facts: Facts,
  signature: string,
): Promise<boolean> {
  return equalInConstantTime(signature, await sign(ctx, purpose, facts));
}
