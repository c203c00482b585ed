/** A person's inbox begins when it is first entered: until then notices are rows only. Real database, objects and sockets. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  eraseNoticesAbout,
  type Notice,
  noticeEffects,
  noticePush,
  noticeRows,
} from "../../src/modules/notifications/index.ts";
import { commit } from "../../src/platform/db/outbox.ts";
import { person, post, rows, unique } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { connectNative } from "../harness/socket.ts";

type Owner = Awaited<ReturnType<typeof person>>;

const INBOX = "/ws/me/?since=0";

/** Writes and pushes notices as a change does; each ref is its message, too. */
async function tell({ id }: Owner, refs: readonly string[], about: string | null = null): Promise<void> {
  const { ctx, finished } = jobContext();
  const notices = refs.map(
    (ref): Notice => ({
      userId: id,
      type: "GENERAL",
      title: "Новость",
      message: ref,
      about,
      ref,
      words: "ticket_answer",
    }),
  );
  await commit(ctx, noticeRows(ctx, notices), noticeEffects(notices));
  await finished();
}

/** The entries that a client has from position 0, when it has as many. */
async function entriesOf({ token }: Owner, count: number) {
  const socket = await connectNative(INBOX, token);
  const welcome = await socket.next();
  const entries = [];
  for (let seq = 1; seq <= count; seq++) entries.push(await socket.next());
  return { socket, welcome, entries };
}

/** The tables of a person's inbox: none as long as it was never called. */
const tablesOf = ({ id }: Owner) =>
  runInDurableObject(env.INBOX_ROOMS.getByName(`inbox:${id}`), (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master").toArray(),
  );

const isEntered = async ({ id }: Owner) =>
  (await rows("SELECT 1 FROM inboxes WHERE user_id = ?", id)).length === 1;

describe("an inbox that nobody has entered", () => {
  test("A notice for its person, its repeat and its reading make no object.", async () => {
    const ann = await person();
    await tell(ann, ["one", "two"]);
    const { ctx } = jobContext();
    await noticePush.run(ctx, { userId: ann.id, ref: "one" });
    const [{ id } = { id: 0 }] = await rows<{ id: number }>(
      "SELECT id FROM notifications WHERE user_id = ? AND ref = 'one'",
      ann.id,
    );
    const read = await post(`/api/v1/notifications/${id}/read/`, undefined, { token: ann.token });
    expect(read.status).toBe(200);
    expect((await post("/api/v1/notifications/read-all/", undefined, { token: ann.token })).status).toBe(200);
    expect(await tablesOf(ann)).toEqual([]);
    expect(await isEntered(ann)).toBe(false);
  });

  test("Its first entry replays from position 0 every notice and what was read, then what comes, each once.", async () => {
    const ann = await person();
    await tell(ann, ["one", "two"], "chat:7");
    const { ctx, finished } = jobContext();
    await rows("UPDATE notifications SET is_read = 1 WHERE user_id = ? AND ref = 'one'", ann.id);
    const { socket, welcome, entries } = await entriesOf(ann, 3);
    expect(welcome).toMatchObject({ t: "welcome", seq: 3, recovered: true });
    const [one] = await rows<{ id: number }>(
      "SELECT id FROM notifications WHERE user_id = ? AND ref = 'one'",
      ann.id,
    );
    expect(entries).toMatchObject([
      {
        seq: 1,
        kind: "notification",
        by: null,
        ref: "one",
        body: { id: one?.id, message: "one", room: "chat:7" },
      },
      { seq: 2, kind: "notification_read", body: { id: one?.id, room: "chat:7" } },
      { seq: 3, kind: "notification", ref: "two" },
    ]);
    expect(await isEntered(ann)).toBe(true);
    await noticePush.run(ctx, { userId: ann.id, ref: "two" });
    await tell(ann, ["three"]);
    await finished();
    expect(await socket.next()).toMatchObject({ seq: 4, kind: "notification", ref: "three" });
    expect(await socket.silent(({ t }) => t === "entry", 50)).toBe(true);
  });

  test("A client that asks for everything is told to reload when there is more than a journal keeps.", async () => {
    const ann = await person();
    await rows(
      `INSERT INTO notifications (user_id, type, title, message, ref, created_at)
       SELECT ?, 'GENERAL', '', 'old', 'old ' || value, value FROM json_each(?)`,
      ann.id,
      JSON.stringify(Array.from({ length: 301 }, (_, index) => index)),
    );
    const { welcome, socket } = await entriesOf(ann, 0);
    expect(welcome).toMatchObject({ seq: 301, recovered: false });
    expect(await socket.silent(({ t }) => t === "entry", 50)).toBe(true);
  });

  test("Notices and entrances at once: every socket has each notice once, without a gap, in one order.", async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => person()));
    const refs = Array.from({ length: 6 }, (_, index) => `act ${index}`);
    await Promise.all(
      people.map(async (each, index) => {
        const acts = refs.map(async (ref, turn) => {
          await scheduler.wait(3 * turn);
          await tell(each, [ref]);
        });
        await scheduler.wait(2 * index);
        const [one, other] = await Promise.all([entriesOf(each, refs.length), entriesOf(each, refs.length)]);
        await Promise.all(acts);
        expect(one.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(one.entries.map(({ ref }) => ref).sort()).toEqual(refs);
        expect(other.entries).toEqual(one.entries);
        expect(await one.socket.silent(({ t }) => t === "entry", 50)).toBe(true);
      }),
    );
  });

  test("What is erased while somebody enters is not in the inbox afterwards.", async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => person()));
    for (const [index, each] of people.entries()) {
      const about = `chat:${unique("erased")}`;
      await tell(each, ["stays"]);
      await tell(each, ["goes"], about);
      const { ctx } = jobContext();
      const erase = scheduler.wait(index).then(() => eraseNoticesAbout(ctx, [about]));
      const opened = connectNative(INBOX, each.token);
      await Promise.all([erase, opened]);
      const inbox = env.INBOX_ROOMS.getByName(`inbox:${each.id}`);
      const words = await runInDurableObject(inbox, (_, { storage }) =>
        JSON.stringify(storage.sql.exec("SELECT body FROM entries").toArray()),
      );
      expect(words).toContain("stays");
      expect(words).not.toContain("goes");
    }
  });

  test("Erasing notices about a thing makes no object of an inbox that nobody has entered.", async () => {
    const [ann, bob] = [await person(), await person()];
    const about = `chat:${unique("erased")}`;
    await entriesOf(bob, 0);
    for (const each of [ann, bob]) await tell(each, ["goes"], about);
    const { ctx } = jobContext();
    await eraseNoticesAbout(ctx, [about]);
    expect(await tablesOf(ann)).toEqual([]);
    expect(await tablesOf(bob)).not.toEqual([]);
    expect(await rows("SELECT 1 FROM notifications WHERE about = ?", about)).toEqual([]);
  });
});

const NAME = "inboxes_begin.sql";

test("The migration lets the inboxes that were entered lately go on as they are, and no others.", async () => {
  const found = await runInDurableObject(
    env.EVENT_ROOMS.getByName("event:inboxes-begin"),
    (_, { storage }) => {
      const run = (query: string) => storage.sql.exec(query).toArray();
      for (const { name, queries } of env.TEST_MIGRATIONS) {
        if (name.endsWith(NAME)) {
          for (const id of [1, 2, 3])
            run(`INSERT INTO users (id, username, username_key, user_type, created_at, updated_at)
            VALUES (${id}, 'u${id}', 'u${id}', 'CLIENT', 1, 1)`);
          run(
            "INSERT INTO rooms (name, seen_at) VALUES ('inbox:2', 1), ('inbox:9', 1), ('chat:3', 1), ('inboxes:1', 1)",
          );
        }
        for (const query of queries) run(query);
        if (name.endsWith(NAME)) break;
      }
      return run("SELECT user_id, never_waited FROM inboxes");
    },
  );
  expect(found).toEqual([{ user_id: 2, never_waited: 1 }]);
});
