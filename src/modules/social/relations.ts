/** What two people are to each other. */
import { sql } from "drizzle-orm";
import type { Scope } from "../../platform/runtime.ts";

export interface Relation {
  readonly friends: boolean;
  /** One of them has blocked the other. */
  readonly blocked: boolean;
}

/** One statement. Nobody is their own friend. */
export async function relation(scope: Scope, one: number, other: number): Promise<Relation> {
  const [row] = await scope.db.all<{ friends: number; blocked: number }>(sql`SELECT
    EXISTS (SELECT 1 FROM friendships WHERE low_id = ${Math.min(one, other)} AND high_id = ${Math.max(one, other)}) AS friends,
    EXISTS (SELECT 1 FROM blocks WHERE (user_id = ${one} AND blocked_id = ${other})
      OR (user_id = ${other} AND blocked_id = ${one})) AS blocked`);
  return { friends: row?.friends === 1, blocked: row?.blocked === 1 };
}
