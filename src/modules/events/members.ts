/** The rows of who takes part, as statements for a batch. */
import { sql } from "drizzle-orm";
import type { Scope } from "../../platform/runtime.ts";
import type { Person } from "./queries.ts";

export type WithMembers = { readonly uuid: string; readonly members: readonly Person[] };

/** By uuid: the event may come into being in the same batch. */
export function insertMembers(scope: Scope, made: readonly WithMembers[]) {
  const rows = made.flatMap(({ uuid, members }) =>
    members.map(({ userId, isOrganizer }) => ({ uuid, userId, isOrganizer: isOrganizer ? 1 : 0 })),
  );
  return scope.db.run(sql`INSERT INTO event_members (event_id, user_id, is_organizer, joined_at)
    SELECT e.id, m.value ->> 'userId', m.value ->> 'isOrganizer', ${scope.now()}
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
