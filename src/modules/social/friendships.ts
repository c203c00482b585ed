/** Friendships made and ended, and people who want nothing to do with each other. */
import { and, eq, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import type { Scope } from "../../platform/runtime.ts";
import { type Parting, parting, sharedAccessRevoked } from "./parting.ts";
import { blocks } from "./tables.ts";

/** What ends somebody's friendships with these people: goes into the batch of the change that it belongs to. */
export function unfriending(
  scope: Scope,
  userId: number,
  others: readonly number[],
): { statements: BatchItem<"sqlite">[]; effects: Effect[]; partings: Parting[] } {
  if (others.length === 0) return { statements: [], effects: [], partings: [] };
  const partings = others.map((other) => parting(userId, other, scope.now()));
  const ids = JSON.stringify(others);
  return {
    statements: [
      scope.db.run(sql`DELETE FROM friendships WHERE (low_id, high_id) IN
        (SELECT min(${userId}, value), max(${userId}, value) FROM json_each(${ids}))`),
    ],
    effects: partings.map(sharedAccessRevoked.row),
    partings,
  };
}

/** False when that was so already. The friendship stays, and counts again once the block is lifted. */
export async function block(scope: Scope, userId: number, blockedId: number): Promise<boolean> {
  const insert = scope.db
    .insert(blocks)
    .values({ userId, blockedId, createdAt: scope.now() })
    .onConflictDoNothing();
  const parted = parting(userId, blockedId, scope.now());
  if ((await commit(scope, insert, [sharedAccessRevoked.row(parted)])) === null) return false;
  sharedAccessRevoked.soon(scope, parted);
  return true;
}

/** False when there was no block. */
export async function unblock(scope: Scope, userId: number, blockedId: number): Promise<boolean> {
  const remove = scope.db
    .delete(blocks)
    .where(and(eq(blocks.userId, userId), eq(blocks.blockedId, blockedId)));
  return (await commit(scope, remove, [])) !== null;
}
