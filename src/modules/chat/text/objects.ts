/** Old messages of a chat as objects in the bucket: one for the pages that were moved together. */
import { sql } from "drizzle-orm";
import { randomToken } from "../../../platform/crypto/digest.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

export const FOLDER = "private/chats/";

/** A message as pages and objects hold it. */
export type PackedMessage = readonly [
  seq: number,
  at: number,
  senderId: number | null,
  kind: "message" | "erased",
  text: string,
];

/** What a row holds of an object. */
export interface MovedPage {
  readonly chatId: number;
  readonly lastSeq: number;
  readonly epoch: string;
  readonly firstSeq: number;
  readonly toAt: number;
  readonly key: string;
  readonly said: string;
}

interface Members {
  readonly lowId: number;
  readonly highId: number;
}

/** Stores messages of a chat, in the order of their positions, and returns the row for their object. */
export async function putMessages(
  ctx: RequestContext,
  { chatId, epoch, lowId, highId }: Members & { readonly chatId: number; readonly epoch: string },
  messages: readonly PackedMessage[],
): Promise<MovedPage> {
  const [first, last] = [messages[0], messages.at(-1)];
  if (!first || !last) throw new Error("an object holds at least one message");
  const zipped = new Blob([JSON.stringify({ version: 1, messages })])
    .stream()
    .pipeThrough(new CompressionStream("gzip"));
  const key = `${FOLDER}${chatId}/${last[0]}-${randomToken(9)}`;
  await ctx.runtime.bucket.put(key, await new Response(zipped).bytes(), {
    httpMetadata: { contentType: "application/gzip" },
  });
  const said = new Array<string>(last[0] - first[0] + 1).fill(".");
  for (const [seq, , senderId, kind] of messages)
    if (kind === "message") said[seq - first[0]] = senderId === lowId ? "l" : senderId === highId ? "h" : ".";
  return {
    chatId,
    epoch,
    key,
    said: said.join(""),
    firstSeq: first[0],
    lastSeq: last[0],
    toAt: messages.reduce((newest, [, at]) => Math.max(newest, at), 0),
  };
}

/** The messages of an object; none when it is missing, which is logged: the others of the chat can still be read. */
export async function readMessages(ctx: RequestContext, key: string): Promise<readonly PackedMessage[]> {
  const object = await ctx.runtime.bucket.get(key);
  if (!object) {
    log("error", "chat.lost", { key });
    return [];
  }
  const unzipped = object.body.pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(unzipped).json<{ messages: PackedMessage[] }>()).messages;
}

/** The statement that inserts the row of an object. */
export const insertMoved = (ctx: RequestContext, page: MovedPage) =>
  ctx.db.run(sql`INSERT INTO chat_pages (chat_id, last_seq, epoch, first_seq, to_at, key, said)
    VALUES (${page.chatId}, ${page.lastSeq}, ${page.epoch}, ${page.firstSeq}, ${page.toAt}, ${page.key}, ${page.said})`);

/** A message whose text is in the bucket. */
export interface MovedMessage {
  readonly seq: number;
  readonly at: number;
  readonly senderId: number | null;
  readonly kind: "message" | "erased";
  readonly text: string;
}

/** Objects whose rows are read at once. */
const ROWS = 12;

/** What a chat has in the bucket before a position, newest first. Reads an object when its messages are asked for. */
export async function* movedMessages(
  ctx: RequestContext,
  chatId: number,
  before: number,
): AsyncGenerator<MovedMessage> {
  for (let end = before; ; ) {
    const pages = await ctx.db.all<{ key: string; firstSeq: number }>(sql`
      SELECT key, first_seq AS firstSeq FROM chat_pages
      WHERE chat_id = ${chatId} AND key IS NOT NULL AND first_seq < ${end} ORDER BY last_seq DESC LIMIT ${ROWS}`);
    for (const { key, firstSeq } of pages) {
      for (const [seq, at, senderId, kind, text] of (await readMessages(ctx, key)).toReversed())
        if (seq < before) yield { seq, at, senderId, kind, text };
      end = firstSeq;
    }
    if (pages.length < ROWS) return;
  }
}
