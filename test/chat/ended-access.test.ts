/** A person who is unfriended, blocked, signed out or deleted is disconnected at once, and may return as a friend. */
import { describe, expect, test } from "vitest";
import { del, get, patch, post, rows } from "../harness/api.ts";
import { connectNative, dial } from "../harness/socket.ts";
import { befriend, block, ME, unblock } from "../social/social.ts";
import { chatters, me, native, type Pair, raw, say } from "./friends.ts";

const status = async (pair: Pair, who = pair.one) => {
  const result = await dial(`/ws/chat/${pair.chat}/`, { headers: { Authorization: `Token ${who.key}` } });
  return "refusal" in result ? result.refusal.status : 101;
};

describe("sockets close at once", () => {
  test.each([
    ["the one who began unfriends", (pair: Pair) => patch(ME, { friends: [] }, { key: pair.one.key })],
    ["the other unfriends", (pair: Pair) => patch(ME, { friends: [] }, { key: pair.other.key })],
    ["one blocks the other", (pair: Pair) => block(pair.one, pair.other)],
  ])("Both members' sockets close with 4003 in both dialects when %s.", async (_, act) => {
    const pair = await chatters();
    const sockets = [await raw(pair, pair.one), await raw(pair, pair.other), await native(pair, pair.other)];
    expect((await act(pair)).status).toBeLessThan(300);
    for (const socket of sockets) expect((await socket.closed).code).toBe(4003);
    expect(await status(pair)).toBe(403);
    expect(await status(pair, pair.other)).toBe(403);
  });

  test("After unfriending the chat stays readable for both and can't be started again.", async () => {
    const pair = await chatters();
    const here = await raw(pair, pair.one);
    here.send("прощай");
    await here.next();
    await patch(ME, { friends: [] }, { key: pair.one.key });
    for (const { key } of [pair.one, pair.other]) {
      const { body } = await get(`/api/v1/chats/${pair.chat}/`, { key });
      expect(body.chat_messages).toMatchObject([{ text: "прощай" }]);
    }
    expect(
      (await post("/api/v1/chats/start/", { email: pair.other.email }, { key: pair.one.key })).status,
    ).toBe(403);
  });

  test("A block ends the chat's subscription on a person's own socket, and nothing else.", async () => {
    const pair = await chatters();
    const socket = await me(pair.other);
    await socket.next();
    socket.send({ t: "subscribe", room: `chat:${pair.chat}` });
    await socket.next(({ t }) => t === "subscribed");
    await block(pair.one, pair.other);
    expect(await socket.next(({ t }) => t === "unsubscribed")).toEqual({
      t: "unsubscribed",
      room: `chat:${pair.chat}`,
      code: 4003,
    });
    socket.send(say("late", "still there?", `chat:${pair.chat}`));
    expect(await socket.next(({ t }) => t === "error")).toMatchObject({ ref: "late", code: "forbidden" });
    const { body } = await get(`/api/v1/chats/${pair.chat}/`, { key: pair.one.key });
    expect(body.chat_messages).toEqual([]);
  });
});

describe("coming back", () => {
  test("An unblocked person may enter again at once.", async () => {
    const pair = await chatters();
    const socket = await raw(pair, pair.other);
    await block(pair.one, pair.other);
    await socket.closed;
    expect(await status(pair)).toBe(403);
    await unblock(pair.one, pair.other);
    expect(await status(pair)).toBe(101);
    expect(await status(pair, pair.other)).toBe(101);
  });

  test("People who are friends again find their chat and its messages.", async () => {
    const pair = await chatters();
    const here = await raw(pair, pair.one);
    here.send("до ссоры");
    await here.next();
    await patch(ME, { friends: [] }, { key: pair.one.key });
    await here.closed;
    await befriend(pair.other, pair.one);
    expect(await status(pair)).toBe(101);
    const started = await post("/api/v1/chats/start/", { email: pair.one.email }, { key: pair.other.key });
    expect(started.status).toBe(302);
    expect(started.headers.get("location")).toBe(`/api/v1/chats/${pair.chat}/`);
    const back = await raw(pair, pair.other);
    expect(await back.next()).toMatchObject({ id: 1, text: "до ссоры" });
  });
});

test("A deleted person's messages are erased, the other's stay, and the member is null.", async () => {
  const pair = await chatters();
  const [here, there] = await Promise.all([native(pair, pair.one), native(pair, pair.other)]);
  here.send(say("a", "mine"));
  await there.next(({ t }) => t === "entry");
  there.send(say("b", "theirs"));
  await here.next(({ t, ref }) => t === "entry" && ref === "b");
  expect((await del(ME, undefined, { key: pair.one.key })).status).toBe(204);
  expect((await here.closed).code).toBe(4001);
  const view = async () => {
    const { body } = await get(`/api/v1/chats/${pair.chat}/`, { key: pair.other.key });
    return body;
  };
  await expect
    .poll(async () => (await view()).chat_messages, { timeout: 4000 })
    .toMatchObject([{ id: 2, text: "theirs", sender: pair.other.id }]);
  expect(await view()).toMatchObject({ initiator: null, receiver: { email: pair.other.email } });
  const list = async () => (await get("/api/v1/chats/", { key: pair.other.key })).body;
  await expect
    .poll(list, { timeout: 2000 })
    .toMatchObject([{ id: pair.chat, initiator: null, last_message: { text: "theirs" } }]);
});

test("The other member of a deleted person's chat is disconnected and can't write there.", async () => {
  const pair = await chatters();
  const sockets = [await raw(pair, pair.other), await native(pair, pair.other)];
  expect((await del(ME, undefined, { key: pair.one.key })).status).toBe(204);
  for (const socket of sockets) expect((await socket.closed).code).toBe(4003);
  expect(await status(pair, pair.other)).toBe(403);
});

test("Notifications about a deleted person are deleted, also from inboxes.", async () => {
  const pair = await chatters();
  const inbox = await connectNative("/ws/me/", pair.other.key);
  const here = await native(pair, pair.one);
  here.send(say("a", "секрет уходит со мной"));
  const told = () => rows("SELECT message FROM notifications WHERE user_id = ?", pair.other.id);
  await expect.poll(told, { timeout: 4000 }).toHaveLength(2);
  await inbox.next(({ body }) => body?.about === `chat:${pair.chat}`);
  await del(ME, undefined, { key: pair.one.key });
  await expect.poll(told, { timeout: 4000 }).toEqual([]);
  const late = await connectNative("/ws/me/?since=0", pair.other.key);
  const { seq } = await late.next();
  for (let n = 1; n <= seq; n++)
    expect(await late.next()).toMatchObject({ seq: n, kind: "erased", body: {} });
});
