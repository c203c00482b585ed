/** The social part of an account's export. */
import { eq } from "drizzle-orm";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { toRequestWire } from "./friends/request-routes.ts";
import { listRequests } from "./friends/requests.ts";
import { findPerson } from "./profiles/queries.ts";
import { toPersonWire } from "./schemas.ts";
import { blocks, socialProfiles } from "./tables.ts";

export async function exportSocial(ctx: RequestContext, userId: number): Promise<object> {
  const person = await findPerson(ctx, { userId, isStaff: false }, userId);
  const [located] = await ctx.db.select().from(socialProfiles).where(eq(socialProfiles.userId, userId));
  const blocked = await ctx.db
    .select({ user: blocks.blockedId, at: blocks.createdAt })
    .from(blocks)
    .where(eq(blocks.userId, userId));
  return {
    social_profile: person && toPersonWire(ctx, person),
    location: located?.locatedAt
      ? {
          latitude: located.latitude,
          longitude: located.longitude,
          at: isoTime(located.locatedAt),
        }
      : null,
    friend_requests: (await listRequests(ctx, userId)).map(toRequestWire),
    blacklist: blocked.map(({ user, at }) => ({ user, at: isoTime(at) })),
  };
}
