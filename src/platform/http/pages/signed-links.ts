/**
 * Links in mails that act for one person without a sign-in. The signature covers the purpose and the facts, so a link
 * does one thing only. The page behind it shows a button: GET and HEAD (mail scanners) change nothing, the POST acts.
 */
import { equalInConstantTime } from "../../crypto/digest.ts";
import type { RequestContext } from "../../runtime.ts";

type Facts = readonly (string | number)[];

const sign = (ctx: RequestContext, purpose: string, facts: Facts) =>
  ctx.runtime.keys.hmac(`link:${purpose}`, ...facts);

/** An absolute URL with `query` and the signature of `facts`. */
export async function signedUrl(
  ctx: RequestContext,
  purpose: string,
  path: string,
  query: Readonly<Record<string, string | number>>,
  facts: Facts,
): Promise<string> {
  const url = new URL(path, ctx.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  url.searchParams.set("signature", await sign(ctx, purpose, facts));
  return url.href;
}

export async function isSigned(
  ctx: RequestContext,
  purpose: string,
  facts: Facts,
  signature: string,
): Promise<boolean> {
  return equalInConstantTime(signature, await sign(ctx, purpose, facts));
}
