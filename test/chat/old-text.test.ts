/** Text of chats past the retention: it moves to the bucket, is read, counted and exported from there, and is erased there. */
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { archiveMessages, archiveReads } from "../../src/modules/chat/archive.ts";
import { checkChatText, moveOldText } from "../../src/modules/chat/text/moving.ts";
import type { Entry } from "../../src/platform/realtime/log/entry.ts";
import { del, get, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { deliver } from "../harness/outbox.ts";
import type { Member } from "../social/social.ts";
import { chatters, type Pair } from "./friends.ts";

const DAY = 24 * 3600_000;
const START = Date.now();
/** When the text that was said at the start is due. */
const LATER = START + 130 * DAY;

const later = (now = LATER) => jobContext({ now: () => now }).ctx;

/** Archives messages as the chat's room would, in batches of two; the last one is sent a hundred days later. */
async function spoken(count: number, pair?: Pair): Promise<Pair> {
  const made = pair ?? (await chatters());
  const all = Array.from(
    { length: count },
    (_, n): Entry => ({
      seq: n + 1,
      at: n === count - 1 ? START + 100 * DAY : START + n,
      author: (n % 3 === 0 ? made.other : made.one).id,
      ref: null,
      kind: "message",
      body: { text: `word ${n + 1} ${made.chat}` },
    }),
  );
  for (let n = 0; n < count; n += 2)
    await archiveMessages(jobContext().ctx, `chat:${made.chat}`, "abcdefgh", all.slice(n, n + 2), new Set());
  return made;
}

async function moveAll(now = LATER): Promise<void> {
  while ((await moveOldText(later(now))).chats === 80);
}

const page = async ({ chat }: Pair, who: Member, query: string) =>
  (await get(`/api/v1/chats/${chat}/?${query}`, { key: who.key })).body.chat_messages.map(
    ({ id, text }: { id: number; text: string }) => [id, text],
  );

const inDatabase = ({ chat }: Pair) =>
  rows<{ seq: number }>("SELECT seq FROM chat_messages WHERE chat_id = ? ORDER BY seq", chat);

async function objects({ chat }: Pair): Promise<string[]> {
  const { objects: found } = await env.BUCKET.list({ prefix: `private/chats/${chat}/` });
  return found.map(({ key }) => key);
}

async function wordsIn(pair: Pair): Promise<string> {
  const texts = (await objects(pair)).map(async (key) => {
    const object = await env.BUCKET.get(key);
    return new Response(object?.body.pipeThrough(new DecompressionStream("gzip"))).text();
  });
  return (await Promise.all(texts)).join();
}

const remove = (who: Member) => del("/api/v1/users/me/", undefined, { key: who.key });

test("Old text becomes one object, the newest page stays for the list, and every page of the chat reads as before.", async () => {
  const pair = await spoken(12);
  const all = Array.from({ length: 11 }, (_, n) => [11 - n, `word ${11 - n} ${pair.chat}`]);
  await moveAll();
  expect((await inDatabase(pair)).map(({ seq }) => seq)).toEqual([11, 12]);
  expect(await objects(pair)).toHaveLength(1);
  expect(await page(pair, pair.one, "before=12&limit=50")).toEqual(all);
  expect(await page(pair, pair.one, "before=12&limit=4")).toEqual(all.slice(0, 4));
  expect(await page(pair, pair.one, "before=6&limit=3")).toEqual(all.slice(6, 9));
  expect(await page(pair, pair.one, "before=1")).toEqual([]);
  const { body } = await get("/api/v1/chats/", { key: pair.one.key });
  expect(body[0].last_message).toMatchObject({ id: 12 });
  await moveAll(LATER + DAY);
  expect(await objects(pair)).toHaveLength(1);
});

test("Text that is younger than the retention and a month stays.", async () => {
  const pair = await spoken(4);
  await moveAll(START + 119 * DAY);
  expect(await inDatabase(pair)).toHaveLength(4);
  expect(await objects(pair)).toEqual([]);
});

test("What is unread is counted exactly, wherever its text is.", async () => {
  const pair = await spoken(12);
  await moveAll();
  const unread = async () => {
    const { body } = await get("/api/v1/chats/", { key: pair.one.key });
    return body.find(({ id }: { id: number }) => id === pair.chat).unread_count;
  };
  // The other said 1, 4, 7 and 10.
  expect(await unread()).toBe(4);
  for (const [seq, left] of [
    [1, 3],
    [5, 2],
    [10, 0],
  ] as const) {
    await archiveReads(jobContext().ctx, `chat:${pair.chat}`, [{ userId: pair.one.id, seq }]);
    expect(await unread()).toBe(left);
  }
});

test("An export has what the person said, from the database and from the bucket.", async () => {
  const pair = await spoken(6);
  await moveAll();
  const { body } = await get("/api/v1/users/me/export/", { key: pair.other.key });
  expect(body.chat_messages.map(({ id }: { id: number }) => id)).toEqual([1, 4]);
});

test("A deleted account's words are erased from the bucket, and the other's stay; so it is when both go at once.", async () => {
  const pair = await spoken(8);
  await moveAll();
  const [before] = await objects(pair);
  expect(await remove(pair.one)).toMatchObject({ status: 204 });
  await deliver("chat_erase", `chat:${pair.chat}`);
  await deliver("object", before ?? "");
  const words = await wordsIn(pair);
  expect(words).toContain(`word 1 ${pair.chat}`);
  expect(words).not.toContain(`word 2 ${pair.chat}`);
  expect(await objects(pair)).toHaveLength(1);
  expect(await page(pair, pair.other, "before=7")).toEqual([
    [4, `word 4 ${pair.chat}`],
    [1, `word 1 ${pair.chat}`],
  ]);

  const both = await spoken(8);
  await moveAll();
  await Promise.all([remove(both.one), remove(both.other)]);
  await deliver("chat_erase", `chat:${both.chat}`);
  await deliver("chat_erase", `chat:${both.chat}`);
  const kept = await rows<{ key: string; said: string }>(
    "SELECT key, said FROM chat_pages WHERE chat_id = ? AND key IS NOT NULL",
    both.chat,
  );
  expect(kept.map(({ said }) => said)).toEqual(["......"]);
});

test("An account that is deleted while its chat is moved leaves no word in the bucket.", async () => {
  const pair = await spoken(8);
  const ctx = later();
  const { bucket } = ctx.runtime;
  const put = vi.spyOn(bucket, "put");
  put.mockImplementation((async (key: string, value: Uint8Array) => {
    put.mockRestore();
    expect((await remove(pair.one)).status).toBe(204);
    return bucket.put(key, value);
  }) as typeof bucket.put);
  await rows("UPDATE chats SET text_from = 0 WHERE id = ?", pair.chat);
  await moveOldText({ ...ctx, runtime: { ...ctx.runtime, bucket } });
  await moveAll(LATER + 60 * DAY);
  await checkChatText(later(Date.now() + 2 * DAY));
  const words = await wordsIn(pair);
  expect(words).toContain(`word 1 ${pair.chat}`);
  expect(words).not.toContain(`word 2 ${pair.chat}`);
});

test("A crash between object and row loses nothing, and the object without a row is removed.", async () => {
  const pair = await spoken(6);
  const batch = vi.spyOn(Object.getPrototypeOf(env.DB.withSession()), "batch");
  batch.mockRejectedValue(new Error("gone"));
  await rows("UPDATE chats SET text_from = 0 WHERE id = ?", pair.chat);
  await moveOldText(later());
  batch.mockRestore();
  expect(await inDatabase(pair)).toHaveLength(6);
  expect(await objects(pair)).toHaveLength(1);
  await checkChatText(later(Date.now() + 2 * DAY));
  expect(await objects(pair)).toEqual([]);
  await moveAll();
  expect(await inDatabase(pair)).toHaveLength(2);
  expect(await page(pair, pair.one, "before=3")).toHaveLength(2);
});
