/** Rechecks the chat of two people after their relation changed. */
import { sql } from "drizzle-orm";
import { implementEffect } from "../../platform/db/effects.ts";
import { chatRights } from "../social/index.ts";

export const chatRecheck = implementEffect(chatRights, async (ctx, { low, high }) => {
  const [chat] = await ctx.db.all<{ id: number }>(
    sql`SELECT id FROM chats WHERE low_id = ${low} AND high_id = ${high}`,
  );
  const name = `chat:${chat?.id}`;
  if (chat) await ctx.runtime.room(name)?.recheck(name);
});
