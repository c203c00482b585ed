/** Friendships made and ended, and people who want nothing to do with each other. */
import { and, eq, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import type { Scope } from "../../platform/runtime.ts";
import { sharedAccessEffects } from "./shared-access.ts";
import { blocks } from "./tables.ts";

/** What ends somebody's friendships with these people: goes into the batch of the change that it belongs to. */
export function unfriending(
  scope: Scope,
  userId: number,
  others: readonly number[],
): { statements: BatchItem<"sqlite">[]; effects: Effect[] } {
  if (others.length === 0) return { statements: [], effects: [] };
  const ids = JSON.stringify(others);
  return {
    statements: [
      scope.db.run(sql`DELETE FROM friendships WHERE (low_id, high_id) IN
        (SELECT min(${userId}, value), max(${userId}, value) FROM json_each(${ids}))`),
    ],
    effects: others.flatMap((other) => sharedAccessEffects(userId, other)),
  };
}

/** False when that was so already. The friendship stays, and counts again once the block is lifted. */
export async function block(scope: Scope, userId: number, blockedId: number): Promise<boolean> {
  const insert = scope.db
    .insert(blocks)
    .values({ userId, blockedId, createdAt: scope.now() })
    .onConflictDoNothing();
  return (await commit(scope, insert, sharedAccessEffects(userId, blockedId))) !== null;
}

/** False when there was no block. */
export async function unblock(scope: Scope, userId: number, blockedId: number): Promise<boolean> {
  const remove = scope.db
    .delete(blocks)
    .where(and(eq(blocks.userId, userId), eq(blocks.blockedId, blockedId)));
  return (await commit(scope, remove, [])) !== null;
}
