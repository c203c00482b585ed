/** The facts that decide who may be in a chat, cached briefly so that a reconnecting client costs no statement. */
import { sql } from "drizzle-orm";
import { TtlCache } from "../../platform/cache.ts";
import { atPrimary } from "../../platform/db/client.ts";
import type { Visibility } from "../../platform/realtime/handler.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isFullStaff } from "../identity/index.ts";
import { areFriends, isBlocked } from "../social/index.ts";
import { type ChatFacts, mayJoin } from "./rules.ts";

/** Shorter than the room's memory of people it closed, so that a right that ended meanwhile is refused there. Milliseconds. */
const TRUST = 25_000;
const known = new TtlCache<number, { facts: ChatFacts; asOf: number }>({ ttl: TRUST, size: 5_000 });

/** The current rights of these people in the chat; null for those who may not enter. */
export async function chatRights(
  ctx: RequestContext,
  chatId: number,
  userIds: readonly number[],
): Promise<ReadonlyMap<number, Visibility | null>> {
  const found = await lookUpChat(ctx, chatId, true);
  const staff = await ctx.db.all<{ id: number }>(
    sql`SELECT id FROM users WHERE ${isFullStaff()} AND is_active AND id IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`,
  );
  return new Map(
    userIds.map((userId) => {
      const person = { userId, isStaff: staff.some(({ id }) => id === userId) };
      return [userId, found && mayJoin(found.facts, person) !== "stays out" ? {} : null];
    }),
  );
}

/** `fresh` bypasses the cache. */
export async function lookUpChat(
  ctx: RequestContext,
  chatId: number,
  fresh: boolean,
): Promise<{ facts: ChatFacts; asOf: number } | null> {
  const cached = known.get(chatId, ctx.now());
  if (!fresh && cached) return cached;
  const asOf = ctx.now();
  const [row] = await atPrimary(ctx.runtime.database).all<{
    initiatorId: number | null;
    receiverId: number | null;
    friends: number;
    blocked: number;
  }>(sql`SELECT initiator_id AS initiatorId, receiver_id AS receiverId,
    ${areFriends(sql.raw("c.low_id"), sql.raw("c.high_id"))} AS friends,
    ${isBlocked(sql.raw("c.low_id"), sql.raw("c.high_id"))} AS blocked
    FROM chats c WHERE c.id = ${chatId}`);
  if (!row) return null;
  const facts = { ...row, friends: row.friends === 1, blocked: row.blocked === 1 };
  // Refusals are not cached: people may become friends.
  if (facts.friends && !facts.blocked) known.set(chatId, { facts, asOf }, asOf);
  else known.delete(chatId);
  return { facts, asOf };
}
