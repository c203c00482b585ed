/** Reads the facts for `rules.ts`, for any number of watchers of one person in one statement. */
import { sql } from "drizzle-orm";
import { atPrimary } from "../../../platform/db/client.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { sharedEventWindow } from "../../events/index.ts";
import { isFullStaff } from "../../identity/index.ts";
import { consentSince, friendsSince, isBlocked } from "../../social/index.ts";
import { type PlaceVisibility, placeVisibility } from "./rules.ts";

/** What each of these users may see of the owner's locations. Unknown and deactivated users are left out. */
export async function visibilitiesOf(
  ctx: RequestContext,
  ownerId: number,
  watcherIds: readonly number[],
): Promise<ReadonlyMap<number, PlaceVisibility>> {
  const watcher = sql.raw("w.id");
  const rows = await atPrimary(ctx.runtime.database).all<{
    watcherId: number;
    isStaff: number;
    isActive: number;
    isBlocked: number;
    consentSince: number | null;
    friendsSince: number | null;
    fellows: string;
  }>(sql`SELECT w.id AS watcherId, ${isFullStaff("w")} AS isStaff, o.is_active AS isActive,
      ${isBlocked(ownerId, watcher)} AS isBlocked, ${consentSince(ownerId)} AS consentSince,
      ${friendsSince(ownerId, watcher)} AS friendsSince, ${sharedEventWindow(ownerId, watcher, ctx.now())} AS fellows
    FROM users o, users w
    WHERE o.id = ${ownerId} AND w.id IN (SELECT value FROM json_each(${JSON.stringify(watcherIds)})) AND w.is_active`);
  return new Map(
    rows.map((row) => {
      const fellows = JSON.parse(row.fellows) as { since: number | null; until: number | null };
      const verdict = placeVisibility({
        isSelf: row.watcherId === ownerId,
        isStaff: row.isStaff === 1,
        isActive: row.isActive === 1,
        isBlocked: row.isBlocked === 1,
        consentSince: row.consentSince,
        friendsSince: row.friendsSince,
        sharedEventSince: fellows.since,
        sharedEventUntil: fellows.until,
      });
      return [row.watcherId, verdict];
    }),
  );
}

/** The same for one watcher. */
export async function visibilityOf(
  ctx: RequestContext,
  ownerId: number,
  watcherId: number,
): Promise<PlaceVisibility> {
  return (await visibilitiesOf(ctx, ownerId, [watcherId])).get(watcherId) ?? { may: false };
}
