/** Starts chats between friends; erases the messages of a deleted account. */
import { sql } from "drizzle-orm";
import { CLOSE } from "../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { displayNameSql } from "../identity/index.ts";
import { eraseNoticesAbout } from "../notifications/index.ts";
import { relation } from "../social/index.ts";

export type Started =
  | { readonly ok: true; readonly id: number; readonly isNew: boolean }
  | { readonly ok: false; readonly reason: "unknown" }
  | { readonly ok: false; readonly reason: "strangers"; readonly name: string };

/** Finds or makes the chat with the person who has this e-mail. There is one chat per pair. */
export async function startChat(ctx: RequestContext, userId: number, email: string): Promise<Started> {
  const [other] = await ctx.db.all<{ id: number; name: string }>(
    sql`SELECT id, ${displayNameSql()} AS name FROM users WHERE email = ${email} AND is_active = 1`,
  );
  if (!other) return { ok: false, reason: "unknown" };
  const { name } = other;
  if (other.id === userId) return { ok: false, reason: "strangers", name };
  const { friends, blocked } = await relation(ctx, userId, other.id);
  if (!friends || blocked) return { ok: false, reason: "strangers", name };
  const [low, high] = [Math.min(userId, other.id), Math.max(userId, other.id)];
  const now = ctx.now();
  const [made] = await ctx.db.all<{ id: number }>(sql`
    INSERT INTO chats (initiator_id, receiver_id, low_id, high_id, started_at, active_at, text_from)
    VALUES (${userId}, ${other.id}, ${low}, ${high}, ${now}, ${now}, ${now}) ON CONFLICT DO NOTHING RETURNING id`);
  if (made) return { ok: true, id: made.id, isNew: true };
  const [known] = await ctx.db.all<{ id: number }>(
    sql`SELECT id FROM chats WHERE low_id = ${low} AND high_id = ${high}`,
  );
  if (!known) throw new Error("the chat is neither new nor known");
  return { ok: true, id: known.id, isNew: false };
}

/**
 * Erases a deleted account's messages from the rooms; a trigger has erased them from the archive and asked for it in the bucket. The other member is
 * removed from the room, and notifications of those messages are deleted. Safe to repeat.
 */
export async function eraseChatWords(ctx: RequestContext, userId: number): Promise<void> {
  const chats = await ctx.db.all<{ id: number; left: number }>(
    sql`SELECT id, iif(low_id = ${userId}, high_id, low_id) AS left FROM chats
      WHERE low_id = ${userId} OR high_id = ${userId}`,
  );
  await Promise.all(
    chats.map(async ({ id, left }) => {
      const room = ctx.runtime.room(`chat:${id}`);
      await room?.erase(userId);
      await room?.revoke({ userId: left, rightsBefore: ctx.now() }, CLOSE.forbidden, "no longer friends");
    }),
  );
  await eraseNoticesAbout(
    ctx,
    chats.map(({ id }) => `chat:${id}`),
  );
}
