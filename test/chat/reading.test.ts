/** Reading a chat by every route: its notification is read on all devices, and the list counts it as read. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { get, patch, post, rows, staffMember } from "../harness/api.ts";
import type { Member } from "../social/social.ts";
import { chatters, me, native, type Pair, say } from "./friends.ts";

const unread = async (pair: Pair, who: Member): Promise<number> => {
  const { body } = await get("/api/v1/chats/", { key: who.key });
  return body.find(({ id }: { id: number }) => id === pair.chat).unread_count;
};
const notices = (pair: Pair, who: Member) =>
  rows<{ id: number; is_read: number; message: string }>(
    "SELECT id, is_read, message FROM notifications WHERE user_id = ? AND about = ?",
    who.id,
    `chat:${pair.chat}`,
  );

/** Two messages to an absent person, and their notification. */
async function messaged(): Promise<{ pair: Pair; notice: number }> {
  const pair = await chatters();
  const writer = await native(pair, pair.one);
  for (const text of ["one", "two"]) writer.send(say(text, text));
  await writer.next(({ t, ref }) => t === "ack" && ref === "two");
  await expect.poll(() => notices(pair, pair.other), { timeout: 4000 }).toHaveLength(1);
  await expect.poll(() => unread(pair, pair.other), { timeout: 4000 }).toBe(2);
  const [row] = await notices(pair, pair.other);
  return { pair, notice: row?.id ?? 0 };
}

/** Every way in which a member reads a chat. Add new ones here. */
const READERS: Record<string, (pair: Pair) => Promise<unknown>> = {
  "a read frame on the chat's socket": async (pair) => {
    const socket = await native(pair, pair.other);
    socket.send({ t: "read", seq: 2 });
  },
  "a read frame on the person's own socket": async (pair) => {
    const socket = await me(pair.other);
    socket.send({ t: "subscribe", room: `chat:${pair.chat}` });
    await socket.next(({ t }) => t === "subscribed");
    socket.send({ t: "read", room: `chat:${pair.chat}`, seq: 2 });
  },
  "the chat's page": (pair) => get(`/api/v1/chats/${pair.chat}/`, { key: pair.other.key }),
  "the chat's page with a limit": (pair) =>
    get(`/api/v1/chats/${pair.chat}/?limit=1`, { key: pair.other.key }),
};

test.concurrent.each(Object.entries(READERS))(
  "Reading %s marks the notification, tells each device once, lowers the count and shows the other member.",
  async (_, read) => {
    const { pair, notice } = await messaged();
    const devices = [await me(pair.other), await me(pair.other)];
    const writer = await native(pair, pair.one);
    await read(pair);
    for (const device of devices) {
      const { body } = await device.next(({ kind }) => kind === "notification_read", 5000);
      expect(body).toEqual({ id: notice, room: `chat:${pair.chat}` });
    }
    expect(await writer.next(({ t }) => t === "read")).toEqual({ t: "read", by: pair.other.id, seq: 2 });
    expect(await notices(pair, pair.other)).toMatchObject([{ id: notice, is_read: 1 }]);
    expect(await unread(pair, pair.other)).toBe(0);
    await runDurableObjectAlarm(env.CHAT_ROOMS.getByName(`chat:${pair.chat}`));
    for (const device of devices)
      expect(await device.silent(({ kind }) => kind === "notification_read")).toBe(true);
  },
);

test("A page counts as read at once, and reading it again costs one call to the room.", async () => {
  const { pair } = await messaged();
  await get(`/api/v1/chats/${pair.chat}/`, { key: pair.other.key });
  expect(await unread(pair, pair.other)).toBe(0);
  expect(await notices(pair, pair.other)).toMatchObject([{ is_read: 1 }]);
});

test("A message read before it is archived notifies nobody.", async () => {
  const pair = await chatters();
  const writer = await native(pair, pair.one);
  const reads = async () => {
    writer.send(say("a", "quick"));
    await writer.next(({ t }) => t === "ack");
    await get(`/api/v1/chats/${pair.chat}/`, { key: pair.other.key });
  };
  await reads();
  await expect
    .poll(() => rows("SELECT seq FROM chat_messages WHERE chat_id = ?", pair.chat), { timeout: 4000 })
    .toHaveLength(1);
  await runDurableObjectAlarm(env.CHAT_ROOMS.getByName(`chat:${pair.chat}`));
  const left = await notices(pair, pair.other);
  expect(left.filter(({ is_read }) => is_read === 0)).toEqual([]);
});

test.concurrent.each<[string, (pair: Pair) => Promise<unknown>]>([
  ["half of it", async (pair) => (await native(pair, pair.other)).send({ t: "read", seq: 1 })],
  ["an older page", (pair) => get(`/api/v1/chats/${pair.chat}/?before=2`, { key: pair.other.key })],
  ["the list of chats", (pair) => get("/api/v1/chats/", { key: pair.other.key })],
  ["the page, by its other member", (pair) => get(`/api/v1/chats/${pair.chat}/`, { key: pair.one.key })],
  [
    "the page, by staff",
    async (pair) => get(`/api/v1/chats/${pair.chat}/`, { token: (await staffMember()).token }),
  ],
])("Reading %s leaves the notification unread.", async (_, read) => {
  const { pair } = await messaged();
  const device = await me(pair.other);
  await read(pair);
  expect(await device.silent(({ kind }) => kind === "notification_read", 1500)).toBe(true);
  expect(await notices(pair, pair.other)).toMatchObject([{ is_read: 0 }]);
});

test("A preview is cut between graphemes.", async () => {
  const pair = await chatters();
  const writer = await native(pair, pair.one);
  writer.send(say("a", `${"я".repeat(198)}👨‍👩‍👧`));
  await expect.poll(() => notices(pair, pair.other), { timeout: 4000 }).toHaveLength(1);
  expect(await notices(pair, pair.other)).toMatchObject([{ message: `Тестовый Юзер: ${"я".repeat(198)}` }]);
});

describe("notifications", () => {
  test("Notifications name their room in every app's list and on the person's own socket.", async () => {
    const pair = await chatters();
    const device = await me(pair.other);
    const writer = await native(pair, pair.one);
    writer.send(say("a", "hello"));
    const room = `chat:${pair.chat}`;
    const { body } = await device.next(
      ({ kind, body }) => kind === "notification" && body.about === room,
      5000,
    );
    expect(body).toMatchObject({ room, type: "CHAT_MESSAGE" });
    const { body: towing } = await get("/api/v1/notifications/", { key: pair.other.key });
    const { body: friends } = await get("/api/v1/notification/", { key: pair.other.key });
    const of = (list: { id: number; room: string | null }[]) => list.find(({ id }) => id === body.id)?.room;
    expect([of(towing.results), of(friends)]).toEqual([room, room]);
    // What is about a person is about no room.
    expect(friends.filter(({ type }: { type: string }) => type !== "CHAT_MESSAGE")).toEqual(
      friends
        .filter(({ type }: { type: string }) => type !== "CHAT_MESSAGE")
        .map((row: object) => ({ ...row, room: null })),
    );
  });

  test.each<[string, (id: number, key: string) => Promise<unknown>]>([
    ["POST read", (id, key) => post(`/api/v1/notifications/${id}/read/`, {}, { key })],
    ["PATCH read", (id, key) => patch(`/api/v1/notification/${id}/`, { read: true }, { key })],
  ])("Notifications read by %s are read on all devices and announced once.", async (_, mark) => {
    const { pair, notice } = await messaged();
    const device = await me(pair.other);
    await mark(notice, pair.other.key);
    const told = await device.next(({ kind }) => kind === "notification_read");
    expect(told.body).toEqual({ id: notice, room: `chat:${pair.chat}` });
    await mark(notice, pair.other.key);
    expect(await device.silent(({ kind }) => kind === "notification_read")).toBe(true);
  });

  test("Marking all as read is announced as all up to the newest.", async () => {
    const { pair, notice } = await messaged();
    const device = await me(pair.other);
    const { body } = await post("/api/v1/notifications/read-all/", {}, { key: pair.other.key });
    expect(body.count).toBeGreaterThanOrEqual(1);
    const told = await device.next(({ kind }) => kind === "notification_read");
    expect(told.body).toEqual({ up_to: notice });
  });
});
