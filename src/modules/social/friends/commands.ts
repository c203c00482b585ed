/** Friendships made and ended, and people who want nothing to do with each other. */
import { and, eq, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { blocks } from "../tables.ts";
import { sharedAccessEffects } from "./shared-access.ts";

/** What ends somebody's friendships with these people: goes into the batch of the change that it belongs to. */
export function unfriending(
  ctx: RequestContext,
  userId: number,
  others: readonly number[],
): { statements: BatchItem<"sqlite">[]; effects: Effect[] } {
  if (others.length === 0) return { statements: [], effects: [] };
  const ids = JSON.stringify(others);
  return {
    statements: [
      ctx.db.run(sql`DELETE FROM friendships WHERE (low_id, high_id) IN
        (SELECT min(${userId}, value), max(${userId}, value) FROM json_each(${ids}))`),
    ],
    effects: others.flatMap((other) => sharedAccessEffects(userId, other)),
  };
}

/** False when that was so already. The friendship stays, and counts again once the block is lifted. */
export async function block(ctx: RequestContext, userId: number, blockedId: number): Promise<boolean> {
  const insert = ctx.db
    .insert(blocks)
    .values({ userId, blockedId, createdAt: ctx.now() })
    .onConflictDoNothing();
  return (await commit(ctx, insert, sharedAccessEffects(userId, blockedId))) !== null;
}

/** False when there was no block. */
export async function unblock(ctx: RequestContext, userId: number, blockedId: number): Promise<boolean> {
  const remove = ctx.db.delete(blocks).where(and(eq(blocks.userId, userId), eq(blocks.blockedId, blockedId)));
  return (await commit(ctx, remove, [])) !== null;
}
