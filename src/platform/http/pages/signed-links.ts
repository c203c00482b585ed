/**
 * Links in letters that act for one person without a sign-in. The signature names the purpose and the facts, so that a
 * link does this one thing only. A page behind such a link shows a button: looking at it (GET, HEAD, scanners of mail)
 * changes nothing, the button's POST acts.
 */
import { equalInConstantTime } from "../../crypto/digest.ts";
import type { RequestContext } from "../../runtime.ts";

type Facts = readonly (string | number)[];

const sign = (ctx: RequestContext, purpose: string, facts: Facts) =>
  ctx.runtime.keys.hmac(`link:${purpose}`, ...facts);

/** An absolute address with `query` and the signature of `facts` in it. */
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
