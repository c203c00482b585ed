/** What an account takes with it of its social life. */
import { eq } from "drizzle-orm";
import type { Scope } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { findPerson } from "./people.ts";
import { toRequestWire } from "./request-routes.ts";
import { listRequests } from "./requests.ts";
import { toPersonWire } from "./schemas.ts";
import { blocks, socialProfiles } from "./tables.ts";

export async function exportSocial(scope: Scope, userId: number): Promise<object> {
  const person = await findPerson(scope, { userId, isStaff: false }, userId);
  const [located] = await scope.db.select().from(socialProfiles).where(eq(socialProfiles.userId, userId));
  const blocked = await scope.db
    .select({ user: blocks.blockedId, at: blocks.createdAt })
    .from(blocks)
    .where(eq(blocks.userId, userId));
  return {
    social_profile: person && toPersonWire(scope, person),
    location: located?.locatedAt
      ? {
          latitude: located.latitude,
          longitude: located.longitude,
          at: isoTime(located.locatedAt),
        }
      : null,
    friend_requests: (await listRequests(scope, userId)).map(toRequestWire),
    blacklist: blocked.map(({ user, at }) => ({ user, at: isoTime(at) })),
  };
}
