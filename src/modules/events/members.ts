/** The rows of who takes part, as statements for a batch. */
import { sql } from "drizzle-orm";
import type { Caller } from "../../platform/http/caller.ts";
import type { Scope } from "../../platform/runtime.ts";
import type { Person } from "./queries.ts";

export type WithMembers = { readonly uuid: string; readonly members: readonly Person[] };

/**
 * Adds people to events; those who are in already stay as they are. By uuid: the event may come into being in the same
 * batch. Creators who name themselves and people who had asked take part by their own act; the others are only named.
 */
export function insertMembers(scope: Scope, caller: Caller, made: readonly WithMembers[]) {
  const now = scope.now();
  const rows = made.flatMap(({ uuid, members }) =>
    members.map(({ userId, isOrganizer }) => ({ uuid, userId, isOrganizer: isOrganizer ? 1 : 0 })),
  );
  return scope.db.run(sql`INSERT INTO event_members (event_id, user_id, is_organizer, joined_at, accepted_at)
    SELECT e.id, m.value ->> 'userId', m.value ->> 'isOrganizer', ${now},
      iif((e.creator_id = ${caller.userId} AND m.value ->> 'userId' = ${caller.userId})
        OR EXISTS (SELECT 1 FROM participation_requests AS r WHERE r.event_id = e.id
          AND r.user_id = m.value ->> 'userId' AND r.status IN ('Pending', 'Accepted')), ${now}, NULL)
    FROM json_each(${JSON.stringify(rows)}) AS m JOIN events e ON e.uuid = m.value ->> 'uuid'
    WHERE EXISTS (SELECT 1 FROM users WHERE id = m.value ->> 'userId')
    ON CONFLICT DO NOTHING`);
}

/** Takes out everybody who is not in the new set. */
export function dropMembers(scope: Scope, replaced: readonly (WithMembers & { id: number })[]) {
  const rows = replaced.map(({ id, members }) => ({ id, keep: members.map(({ userId }) => userId) }));
  return scope.db.run(sql`DELETE FROM event_members WHERE (event_id, user_id) IN (
    SELECT m.event_id, m.user_id FROM json_each(${JSON.stringify(rows)}) AS r
    JOIN event_members m ON m.event_id = r.value ->> 'id'
    WHERE m.user_id NOT IN (SELECT value FROM json_each(r.value -> 'keep')))`);
}
