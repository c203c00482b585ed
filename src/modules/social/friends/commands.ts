/** Ends friendships; sets and lifts blocks. */
import { and, eq, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { blocks } from "../tables.ts";
import { sharedAccessEffects } from "./shared-access.ts";

/** Statements and effects that end a person's friendships with others, for the batch of the change. */
export function unfriend(
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

/** Blocks a person; false when they were blocked already. The friendship row stays and counts again after the block. */
export async function block(ctx: RequestContext, userId: number, blockedId: number): Promise<boolean> {
  const insert = ctx.db
    .insert(blocks)
    .values({ userId, blockedId, createdAt: ctx.now() })
    .onConflictDoNothing();
  return (await commit(ctx, insert, sharedAccessEffects(userId, blockedId))) !== null;
}

/** Lifts a block; false when there was none. */
export async function unblock(ctx: RequestContext, userId: number, blockedId: number): Promise<boolean> {
  const remove = ctx.db.delete(blocks).where(and(eq(blocks.userId, userId), eq(blocks.blockedId, blockedId)));
  return (await commit(ctx, remove, [])) !== null;
}
