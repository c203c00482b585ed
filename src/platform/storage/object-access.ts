/** Access to objects by their first folder: `private/` requires a signed URL, `shared/` does if `MEDIA_ACCESS` says so. */
import { equalInConstantTime } from "../crypto/digest.ts";
import { refuse } from "../http/errors.ts";
import { text } from "../http/text.ts";
import type { RequestContext, Settings } from "../runtime.ts";

export const MEDIA_PATH = "/media";

const HOUR = 3600;

const linkRefused = text(
  "This link is not signed, or no longer valid. Ask for a new one.",
  "Ссылка не подписана или больше не действует. Запросите новую.",
);

function needsSignature(key: string, settings: Settings): boolean {
  return key.startsWith("private/") || (key.startsWith("shared/") && settings.mediaAccess === "signed");
}

/** URL of an object. A signed URL is valid for one to two hours and constant within the hour, so it can be cached. */
export async function objectUrl(ctx: RequestContext, key: string): Promise<string> {
  const url = `${ctx.origin}${MEDIA_PATH}/${key}`;
  if (!needsSignature(key, ctx.runtime.settings)) return url;
  const expires = (Math.floor(ctx.now() / 1000 / HOUR) + 2) * HOUR;
  return `${url}?expires=${expires}&signature=${await sign(ctx, key, expires)}`;
}

/** Refuses with 403 without a valid signature. Returns the seconds until it expires; null when none is required. */
export async function requireAccess(
  ctx: RequestContext,
  key: string,
  query: URLSearchParams,
): Promise<number | null> {
  if (!needsSignature(key, ctx.runtime.settings)) return null;
  const expires = Number(query.get("expires"));
  const seconds = expires - Math.floor(ctx.now() / 1000);
  const signed = equalInConstantTime(query.get("signature") ?? "", await sign(ctx, key, expires));
  if (!signed || !(seconds > 0)) throw refuse(403, linkRefused);
  return seconds;
}

function sign(ctx: RequestContext, key: string, expires: number): Promise<string> {
  return ctx.runtime.keys.hmac("media", key, expires);
}
