/** A chat's archive in D1: what its batches count and tell, once each, and what a migration made of older rows. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { archiveMessages, archiveReads } from "../../src/modules/chat/archive.ts";
import type { Entry } from "../../src/platform/realtime/log/entry.ts";
import type { Latest } from "../../src/platform/realtime/rpc.ts";
import { get, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { connectNative } from "../harness/socket.ts";
import type { Member } from "../social/social.ts";
import { chatters, type Pair } from "./friends.ts";

const message = (seq: number, by: Member, at = 1_000_000 + seq): Entry => ({
  seq,
  at,
  author: by.id,
  ref: null,
  kind: "message",
  body: { text: `number ${seq}` },
});

/** A pair, and the room's own calls of its archive. */
async function archived() {
  const pair = await chatters();
  const room = `chat:${pair.chat}`;
  const { ctx, settle } = job();
  return {
    pair,
    async archive(epoch: string, entries: Entry[], present: Member[] = [pair.one]) {
      await archiveMessages(ctx, room, epoch, entries, new Set(present.map(({ id }) => id)));
      await settle();
    },
    async read(who: Member, seq: number) {
      await archiveReads(ctx, room, [{ userId: who.id, seq }]);
      await settle();
    },
  };
}

function job() {
  const waited: Promise<unknown>[] = [];
  const { ctx } = jobContext();
  const defer: typeof ctx.defer = (_name, work) => void waited.push(Promise.resolve(work));
  return { ctx: { ...ctx, defer }, settle: () => Promise.all(waited.splice(0)) };
}

const unread = async (pair: Pair, who: Member): Promise<number> => {
  const { body } = await get("/api/v1/chats/", { key: who.key });
  return body.find(({ id }: { id: number }) => id === pair.chat).unread_count;
};
const notices = (who: Member) =>
  rows<{ id: number; type: string; message: string; is_read: number }>(
    "SELECT id, type, message, is_read FROM notifications WHERE user_id = ? AND type = 'CHAT_MESSAGE' ORDER BY id",
    who.id,
  );

test("A batch that comes twice, whole or in part, counts once and tells once.", async () => {
  const { pair, archive } = await archived();
  const all = [1, 2, 3].map((seq) => message(seq, pair.one));
  await archive("aaaaaaaa", all.slice(0, 2));
  await archive("aaaaaaaa", all.slice(0, 2));
  await archive("aaaaaaaa", all);
  await archive("aaaaaaaa", all.slice(0, 1));
  expect([await unread(pair, pair.other), await unread(pair, pair.one)]).toEqual([3, 0]);
  expect(await notices(pair.other)).toMatchObject([{ message: expect.stringMatching(/number 3$/) }]);
  await env.DB.prepare("UPDATE notifications SET is_read = 1 WHERE user_id = ?").bind(pair.other.id).run();
  await archive("aaaaaaaa", all);
  expect(await notices(pair.other)).toMatchObject([{ is_read: 1 }]);
});

test("What was read before it was archived, or is said by the reader, does not count as unread.", async () => {
  const { pair, archive, read } = await archived();
  await read(pair.other, 2);
  await archive("aaaaaaaa", [
    message(1, pair.one),
    message(2, pair.one),
    message(3, pair.other),
    message(4, pair.one),
  ]);
  expect([await unread(pair, pair.other), await unread(pair, pair.one)]).toEqual([1, 1]);
  await read(pair.other, 4);
  await read(pair.other, 1);
  expect([await unread(pair, pair.other), await unread(pair, pair.one)]).toEqual([0, 1]);
});

test("A journal that began again goes on counting, although its positions are lower.", async () => {
  const { pair, archive } = await archived();
  await archive("aaaaaaaa", [message(7, pair.one)]);
  await archive("bbbbbbbb", [message(1, pair.one, 2_000_000)]);
  await archive("bbbbbbbb", [message(1, pair.one, 2_000_000), message(2, pair.one, 2_000_001)]);
  expect(await unread(pair, pair.other)).toBe(3);
});

test("The unread notification of a chat is rewritten while it is the person's newest, and is made again on top when it is not.", async () => {
  const { pair, archive } = await archived();
  await archive("aaaaaaaa", [message(1, pair.one)]);
  const [first] = await notices(pair.other);
  await archive("aaaaaaaa", [message(2, pair.one)]);
  expect(await notices(pair.other)).toMatchObject([
    { id: first?.id, message: expect.stringMatching(/number 2$/) },
  ]);
  await env.DB.prepare(
    "INSERT INTO notifications (user_id, type, message, ref, created_at) VALUES (?, 'OTHER', '', 'other', 1)",
  )
    .bind(pair.other.id)
    .run();
  await archive("aaaaaaaa", [message(3, pair.one)]);
  const [only, ...more] = await notices(pair.other);
  expect(more).toEqual([]);
  expect(only?.id).toBeGreaterThan((first?.id ?? 0) + 1);
  const { body } = await get("/api/v1/notifications/", { key: pair.other.key });
  expect(body.results[0]).toMatchObject({ id: only?.id });
});

test("Each message is pushed to the absent member's inbox, once, also while their notification stays the same row.", async () => {
  const { pair, archive } = await archived();
  (await connectNative("/ws/me/", pair.other.key)).close();
  const all = [1, 2, 3].map((seq) => message(seq, pair.one));
  for (const each of all) await archive("aaaaaaaa", [each]);
  await archive("aaaaaaaa", all);
  const inbox = env.INBOX_ROOMS.getByName(`inbox:${pair.other.id}`);
  const { entries } = (await inbox.latest(`inbox:${pair.other.id}`, 50)) as unknown as Latest;
  const refs = entries.map(({ ref }) => ref).filter((ref) => ref?.startsWith("chat:"));
  expect(refs).toEqual([3, 2, 1].map((seq) => `chat:${pair.chat}:aaaaaaaa:${seq}`));
});

const NAME = "0027_chat_rows.sql";
const PLANTED = `
INSERT INTO users (id, username, username_key, user_type, created_at, updated_at) VALUES
  (1, 'one', 'one', 'CLIENT', 1, 1), (2, 'two', 'two', 'CLIENT', 1, 1), (3, 'three', 'three', 'CLIENT', 1, 1);
INSERT INTO chats (id, initiator_id, receiver_id, low_id, high_id, started_at, last_seq, active_at) VALUES
  (1, 2, 1, 1, 2, 1, 4, 40), (2, 1, 3, 1, 3, 1, 0, 1);
INSERT INTO chat_messages (chat_id, epoch, seq, at, sender_id, kind, text) VALUES
  (1, 'aaaaaaaa', 1, 10, 1, 'message', 'a'), (1, 'aaaaaaaa', 2, 20, 1, 'message', 'b'),
  (1, 'aaaaaaaa', 3, 30, 2, 'message', 'c'), (1, 'aaaaaaaa', 4, 40, 1, 'message', 'd'), (1, 'aaaaaaaa', 5, 41, NULL, 'erased', '');
INSERT INTO chat_reads (chat_id, user_id, seq) VALUES (1, 2, 1)`;

test("The migration keeps every message and counts what each member has not read.", async () => {
  const found = await runInDurableObject(env.EVENT_ROOMS.getByName("event:chat-rows"), (_, { storage }) => {
    const run = (query: string) => storage.sql.exec(query).toArray();
    for (const { name, queries } of env.TEST_MIGRATIONS) {
      if (name > NAME) break;
      if (name === NAME) run(PLANTED);
      for (const query of queries) run(query);
    }
    const before = {
      messages: run("SELECT seq, sender_id, text FROM chat_messages ORDER BY chat_id, seq"),
      chats: run("SELECT id, epoch, unread_low, unread_high FROM chats ORDER BY id"),
    };
    run("DELETE FROM users WHERE id = 1");
    return {
      before,
      erased: run("SELECT seq, sender_id, kind, text FROM chat_messages ORDER BY chat_id, seq"),
      unread: run("SELECT id, unread_low, unread_high FROM chats ORDER BY id"),
      plan: run(
        "EXPLAIN QUERY PLAN UPDATE chat_messages SET text = '' WHERE chat_id IN (SELECT 1) AND sender_id = 1",
      ),
    };
  });
  expect(found.before.messages).toEqual([
    { seq: 1, sender_id: 1, text: "a" },
    { seq: 2, sender_id: 1, text: "b" },
    { seq: 3, sender_id: 2, text: "c" },
    { seq: 4, sender_id: 1, text: "d" },
    { seq: 5, sender_id: null, text: "" },
  ]);
  expect(found.before.chats).toEqual([
    { id: 1, epoch: "aaaaaaaa", unread_low: 1, unread_high: 2 },
    { id: 2, epoch: null, unread_low: 0, unread_high: 0 },
  ]);
  expect(found.erased.filter(({ kind }) => kind === "erased").map(({ seq, text }) => [seq, text])).toEqual([
    [1, ""],
    [2, ""],
    [4, ""],
    [5, ""],
  ]);
  expect(found.unread).toMatchObject([{ unread_low: 0, unread_high: 0 }, {}]);
  expect(JSON.stringify(found.plan)).toContain("SEARCH chat_messages USING PRIMARY KEY (chat_id=?)");
});

test("The migration to pages keeps every message, erases the same on a deletion, and takes what an older version still writes.", async () => {
  const name = "0045_chat_pages.sql";
  const found = await runInDurableObject(env.EVENT_ROOMS.getByName("event:chat-pages"), (_, { storage }) => {
    const run = (query: string) => storage.sql.exec(query).toArray();
    const messages = () => run("SELECT * FROM chat_messages ORDER BY chat_id, seq");
    let before: unknown;
    for (const migration of env.TEST_MIGRATIONS) {
      if (migration.name > name) break;
      if (migration.name === name) {
        run(PLANTED);
        before = messages();
      }
      for (const query of migration.queries) run(query);
    }
    const after = messages();
    for (const seq of [5, 6])
      run(`INSERT OR IGNORE INTO chat_messages (chat_id, epoch, seq, at, sender_id, kind, text)
        VALUES (1, 'aaaaaaaa', ${seq}, 50, 2, 'message', 'late')`);
    run("DELETE FROM users WHERE id = 1");
    return { before, after, erased: messages(), pages: run("SELECT count(*) AS count FROM chat_pages") };
  });
  expect(found.after).toEqual(found.before);
  expect(found.pages).toEqual([{ count: 2 }]);
  expect(found.erased.map(({ seq, sender_id, text }) => [seq, sender_id, text])).toEqual([
    [1, null, ""],
    [2, null, ""],
    [3, 2, "c"],
    [4, null, ""],
    [5, null, ""],
    [6, 2, "late"],
  ]);
});
