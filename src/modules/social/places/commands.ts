/** Stores where people are, as their devices or requests say. Only with consent. */
import { and, eq, isNull, lte, or, type SQL } from "drizzle-orm";
import type { Place } from "../../../platform/geo.ts";
import { forbidden } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { messages } from "../messages.ts";
import { socialProfiles } from "../tables.ts";

/** Minimum interval between two places estimated from the client's address. Milliseconds. */
const GUESS_EVERY = 10 * 60_000;

/** Stores where the request came from, after the response; with consent only, at most every ten minutes. */
export function recordOrigin(ctx: RequestContext, userId: number, request: Request): void {
  const place = originOf(request);
  if (!place) return;
  const now = ctx.now();
  const due = or(isNull(socialProfiles.locatedAt), lte(socialProfiles.locatedAt, now - GUESS_EVERY));
  ctx.defer("social.place", writePlace(ctx, userId, place, due), { userId });
}

/** The place of the client's address according to Cloudflare's edge; null when unknown. */
function originOf(request: Request): Place | null {
  const { latitude, longitude } = (request.cf ?? {}) as { latitude?: unknown; longitude?: unknown };
  if (typeof latitude !== "string" || typeof longitude !== "string") return null;
  const place = { latitude: Number(latitude), longitude: Number(longitude) };
  const real = Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180;
  return real ? place : null;
}

/** Stores a place sent by the person's device. Refused without consent. */
export async function setPlace(ctx: RequestContext, userId: number, place: Place): Promise<void> {
  if (!(await writePlace(ctx, userId, place))) throw forbidden(messages.noConsent);
}

/** Writes only with consent. False when nothing was written. */
async function writePlace(ctx: RequestContext, userId: number, place: Place, due?: SQL): Promise<boolean> {
  const { latitude, longitude } = place;
  const { meta } = await ctx.db
    .update(socialProfiles)
    .set({ latitude, longitude, locatedAt: ctx.now() })
    .where(and(eq(socialProfiles.userId, userId), eq(socialProfiles.isGeoipAllowed, true), due));
  return meta.changes > 0;
}
