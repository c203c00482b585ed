/** SQL and queries for the relation of two people: friends, blocked. */
import { type Column, type SQL, sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";

/** A user's id: a value, or a column of the statement around it (`sql.raw("m.user_id")`, `users.id`). */
type UserId = number | SQL | Column;

/** SQL condition: the two are friends now. */
export function areFriends(one: UserId, other: UserId): SQL {
  return sql`EXISTS (SELECT 1 FROM friendships WHERE low_id = min(${one}, ${other}) AND high_id = max(${one}, ${other}))`;
}

/**
 * SQL value: since when the two are friends without a block between them, epoch ms; null while they are not friends. A
 * block that stands is `isBlocked`.
 */
export function friendsSince(one: UserId, other: UserId): SQL {
  return sql`(SELECT max(created_at, coalesce(unblocked_at, 0)) FROM friendships
    WHERE low_id = min(${one}, ${other}) AND high_id = max(${one}, ${other}))`;
}

/** SQL condition: one of the two has blocked the other. */
export function isBlocked(one: UserId, other: UserId): SQL {
  return sql`EXISTS (SELECT 1 FROM blocks WHERE (user_id = ${one} AND blocked_id = ${other})
    OR (user_id = ${other} AND blocked_id = ${one}))`;
}

/** SQL subquery: the ids of everybody who has blocked this user or whom this user has blocked. */
export function blockedWith(user: UserId): SQL {
  return sql`(SELECT blocked_id AS id FROM blocks WHERE user_id = ${user}
    UNION ALL SELECT user_id FROM blocks WHERE blocked_id = ${user})`;
}

export interface Relation {
  readonly friends: boolean;
  /** One of them has blocked the other. */
  readonly blocked: boolean;
}

/** The relation of two people, in one statement. */
export async function relation(ctx: RequestContext, one: number, other: number): Promise<Relation> {
  const [row] = await ctx.db.all<{ friends: number; blocked: number }>(
    sql`SELECT ${areFriends(one, other)} AS friends, ${isBlocked(one, other)} AS blocked`,
  );
  return { friends: row?.friends === 1, blocked: row?.blocked === 1 };
}
