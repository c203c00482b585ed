/** Moves old text of chats from the database to the bucket, and erases in the bucket what a deleted account said. */
import { sql } from "drizzle-orm";
import { defineEffect } from "../../../platform/db/effects.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { checkObjects } from "../../../platform/storage/orphans.ts";
import {
  FOLDER,
  insertMoved,
  type MovedPage,
  type PackedMessage,
  putMessages,
  readMessages,
} from "./objects.ts";

const DAY = 24 * 3600_000;

/** Text stays this much longer than it has to, so that an object holds a month of a chat. */
const PORTION = 30 * DAY;

/** Chats looked at in one run. Each takes about six of the thousand calls that an invocation may make. */
const CHATS_PER_RUN = 80;

/** About so many characters go into one object. */
const SIZE = 1_000_000;

/** Continues with the next chats at once, until none is due. */
export const chatTextMove = defineEffect<object>("chat_move", {
  address: () => "chats",
  run: (ctx) => moveOldText(ctx),
});

interface OldChat {
  readonly id: number;
  readonly lowId: number;
  readonly highId: number;
  readonly initiatorId: number | null;
  readonly receiverId: number | null;
}

/**
 * Nightly: moves the text older than `CHAT_TEXT_DAYS` of chats that have a month of it. An object is written before the row
 * that names it, and one transaction inserts that row and deletes the pages. So a crash leaves at worst an object without a
 * row, which `checkChatText` deletes. The newest page of a chat stays: the list shows its last message.
 */
export async function moveOldText(ctx: RequestContext): Promise<{ chats: number }> {
  const before = ctx.now() - ctx.runtime.settings.chatTextDays * DAY;
  const due =
    await ctx.db.all<OldChat>(sql`SELECT id, low_id AS lowId, high_id AS highId, initiator_id AS initiatorId,
      receiver_id AS receiverId
    FROM chats WHERE text_from < ${before - PORTION} ORDER BY text_from LIMIT ${CHATS_PER_RUN}`);
  for (const [index, chat] of due.entries()) {
    const continues = index === CHATS_PER_RUN - 1 ? [chatTextMove.row({})] : [];
    try {
      while (await movePortion(ctx, chat, before));
      await commit(
        ctx,
        ctx.db.run(
          sql`UPDATE chats SET text_from = ${before} WHERE id = ${chat.id} AND text_from < ${before}`,
        ),
        continues,
      );
    } catch (error) {
      // Its pages stay until the next night, and do not stop the others.
      log("error", "chat.move", { chat: chat.id }, error);
    }
  }
  return { chats: due.length };
}

/** Moves the oldest pages of one journal into one object; false when none is due, or when an account was just deleted. */
async function movePortion(ctx: RequestContext, chat: OldChat, before: number): Promise<boolean> {
  const pages = await ctx.db.all<{ lastSeq: number; epoch: string; messages: string }>(sql`
    SELECT last_seq AS lastSeq, epoch, messages FROM (
      SELECT *, sum(length(messages)) OVER (ORDER BY last_seq) - length(messages) AS size FROM chat_pages
      WHERE chat_id = ${chat.id} AND key IS NULL AND to_at < ${before}
        AND last_seq < (SELECT max(last_seq) FROM chat_pages WHERE chat_id = ${chat.id}))
    WHERE size < ${SIZE} ORDER BY last_seq`);
  const [first] = pages;
  if (!first) return false;
  const others = pages.findIndex(({ epoch }) => epoch !== first.epoch);
  const moved = others === -1 ? pages : pages.slice(0, others);
  const messages = moved.flatMap((page) => JSON.parse(page.messages) as PackedMessage[]);
  const page = await putMessages(ctx, { ...chat, chatId: chat.id, epoch: first.epoch }, messages);
  const keys = JSON.stringify(moved.map(({ lastSeq }) => lastSeq));
  // What a deleted account said was erased in these pages after they were read, when a member is no longer the same.
  const done = await commit(
    ctx,
    ctx.db.run(sql`DELETE FROM chat_pages WHERE chat_id = ${chat.id} AND epoch = ${first.epoch} AND key IS NULL
      AND last_seq IN (SELECT value FROM json_each(${keys})) AND EXISTS (SELECT 1 FROM chats WHERE id = ${chat.id}
        AND initiator_id IS ${chat.initiatorId} AND receiver_id IS ${chat.receiverId})`),
    [],
    [insertMoved(ctx, page)],
    moved.length,
  );
  return done !== null;
}

interface ErasedPage {
  readonly chatId: number;
  readonly lastSeq: number;
  readonly epoch: string;
  readonly userId: number;
}

/** Erases what a deleted account said in one object. A trigger asks for it, so it is asked for with the deletion. Safe to repeat. */
export const chatTextErased = defineEffect<ErasedPage>("chat_erase", {
  address: ({ chatId }) => `chat:${chatId}`,
  run: eraseMoved,
});

async function eraseMoved(ctx: RequestContext, asked: ErasedPage): Promise<void> {
  const { chatId, lastSeq, epoch, userId } = asked;
  const [former] = await ctx.db.all<MovedPage & { lowId: number; highId: number }>(sql`
    SELECT p.chat_id AS chatId, p.last_seq AS lastSeq, p.epoch, p.first_seq AS firstSeq, to_at AS toAt, key, said,
      low_id AS lowId, high_id AS highId
    FROM chat_pages p JOIN chats c ON c.id = p.chat_id
    WHERE chat_id = ${chatId} AND p.last_seq = ${lastSeq} AND p.epoch = ${epoch} AND key IS NOT NULL`);
  if (!former?.said.includes(userId === former.lowId ? "l" : "h")) return;
  const messages = await readMessages(ctx, former.key);
  if (messages.length === 0) return;
  const page = await putMessages(
    ctx,
    former,
    messages.map((message) => {
      const [seq, at, senderId] = message;
      return senderId === userId ? [seq, at, null, "erased", ""] : message;
    }),
  );
  // Deleted instead of updated: the trigger on deletion removes the former object.
  const done = await commit(
    ctx,
    ctx.db.run(sql`DELETE FROM chat_pages WHERE chat_id = ${chatId} AND last_seq = ${lastSeq} AND epoch = ${epoch}
      AND key = ${former.key}`),
    [],
    [insertMoved(ctx, page)],
  );
  // The other member's erasure was faster: this one starts again with what that one wrote.
  if (done === null) await eraseMoved(ctx, asked);
}

/** Nightly: moved pages and their objects belong together. */
export const checkChatText = (ctx: RequestContext) =>
  checkObjects(ctx, {
    name: "chat",
    folder: FOLDER,
    keysBetween: async (after, last) => {
      const rows = await ctx.db.all<{ key: string }>(
        sql`SELECT key FROM chat_pages WHERE key > ${after} AND key <= ${last} ORDER BY key`,
      );
      return rows.map(({ key }) => key);
    },
  });
