/** The chat room: both dialects, presence, typing, read marks, and notifications of absent members. */
import { describe, expect, test } from "vitest";
import { get, rows } from "../harness/api.ts";
import { dial } from "../harness/socket.ts";
import { member } from "../social/social.ts";
import { chatters, native, raw, say } from "./friends.ts";

describe("the documented dialect", () => {
  test("In the documented dialect a text frame is a message, and both members get it.", async () => {
    const pair = await chatters();
    const [here, there] = await Promise.all([raw(pair, pair.one), raw(pair, pair.other)]);
    here.send("Привет!");
    const frame = {
      id: 1,
      sender: pair.one.id,
      text: "Привет!",
      timestamp: expect.stringMatching(/^20.*Z$/),
    };
    expect(await there.next()).toEqual(frame);
    expect(await here.next()).toEqual(frame);
  });

  test.each(["ping", '{"text":"json"}', '{"t":"ping"} ', "  spaces kept  ", "строка\nс переводом"])(
    "The text %j is a message and nothing else.",
    async (text) => {
      const pair = await chatters();
      const socket = await raw(pair, pair.one);
      socket.send(text);
      expect(await socket.next()).toMatchObject({ sender: pair.one.id, text });
    },
  );

  test("A new documented socket first gets thirty messages, the newest first.", async () => {
    const pair = await chatters();
    const writer = await native(pair, pair.one);
    for (let n = 1; n <= 31; n++) writer.send(say(`r${n}`, `message ${n}`));
    await writer.next(({ t, ref }) => t === "ack" && ref === "r31");
    const late = await raw(pair, pair.other);
    for (let n = 31; n >= 2; n--) expect(await late.next()).toMatchObject({ id: n, text: `message ${n}` });
    expect(await late.silent()).toBe(true);
    const { body } = await get(`/api/v1/chats/${pair.chat}/`, { key: pair.other.key });
    expect(body.chat_messages).toHaveLength(30);
    expect(body.chat_messages[0]).toMatchObject({ id: 31, text: "message 31", sender: pair.one.id });
  });

  test.each([
    ["an empty text", ""],
    ["one of 1,001 characters", "я".repeat(1001)],
    ["a binary frame", new ArrayBuffer(3)],
  ])("In the documented dialect %s gets an error frame and the socket stays open.", async (_, data) => {
    const pair = await chatters();
    const socket = await raw(pair, pair.one);
    socket.send(data);
    expect(await socket.next()).toEqual({ type: "error", code: "bad_frame", detail: expect.any(String) });
    socket.send("я".repeat(1000));
    expect(await socket.next()).toMatchObject({ id: 1 });
  });
});

describe("who may enter", () => {
  test("A person without the right gets a 403 before the upgrade, for every reason.", async () => {
    const pair = await chatters();
    const stranger = await member();
    const refused = async (headers: Record<string, string>, id: string | number = pair.chat) => {
      const result = await dial(`/ws/chat/${id}/`, { headers });
      return "refusal" in result ? result.refusal.status : 101;
    };
    const key = (value: string) => ({ Authorization: `Token ${value}` });
    expect(await refused({})).toBe(403);
    expect(await refused(key("0".repeat(40)))).toBe(403);
    expect(await refused(key(stranger.key))).toBe(403);
    expect(await refused(key(pair.one.key), 999_999)).toBe(403);
    expect(await refused(key(pair.one.key), "011")).toBe(403);
    expect(await refused(key(pair.one.key), "abc")).toBe(403);
    expect(await refused(key(pair.one.key))).toBe(101);
  });
});

describe("caravan.v1", () => {
  test("Presence is announced to and about a new member, per person and not per tab.", async () => {
    const pair = await chatters();
    const here = await native(pair, pair.one);
    expect(await here.next()).toMatchObject({ t: "welcome", seq: 0 });
    expect(await here.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: [pair.one.id] });
    const both = [pair.one.id, pair.other.id].sort((a, b) => a - b);
    const there = await native(pair, pair.other);
    expect(await there.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: both });
    expect(await here.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: both });
    const tab = await native(pair, pair.other);
    expect(await tab.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: both });
    expect(await here.silent(({ t }) => t === "presence")).toBe(true);
    tab.close();
    await tab.closed;
    expect(await here.silent(({ t }) => t === "presence")).toBe(true);
    there.close();
    expect(await here.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: [pair.one.id] });
  });

  test("Typing is shown to the other member only and stored nowhere.", async () => {
    const pair = await chatters();
    const [here, there] = await Promise.all([native(pair, pair.one), native(pair, pair.other)]);
    here.send({ t: "typing" });
    expect(await there.next(({ t }) => t === "typing")).toEqual({ t: "typing", by: pair.one.id });
    expect(await here.silent(({ t }) => t === "typing")).toBe(true);
  });

  test("A read mark only moves forward, is announced, and is kept for later sockets.", async () => {
    const pair = await chatters();
    const [here, there] = await Promise.all([native(pair, pair.one), native(pair, pair.other)]);
    here.send(say("a", "one"));
    here.send(say("b", "two"));
    await there.next(({ t, seq }) => t === "entry" && seq === 2);
    there.send({ t: "read", seq: 99 });
    expect(await here.next(({ t }) => t === "read")).toEqual({ t: "read", by: pair.other.id, seq: 2 });
    there.send({ t: "read", seq: 1 });
    expect(await here.silent(({ t }) => t === "read")).toBe(true);
    const late = await native(pair, pair.one);
    expect(await late.next(({ t }) => t === "read")).toEqual({ t: "read", by: pair.other.id, seq: 2 });
  });

  test("Unread messages are counted until they are read.", async () => {
    const pair = await chatters();
    const here = await native(pair, pair.one);
    for (const ref of ["a", "b", "c"]) here.send(say(ref, ref));
    await here.next(({ ref, t }) => t === "ack" && ref === "c");
    const unread = async () => {
      const { body } = await get("/api/v1/chats/", { key: pair.other.key });
      return [body[0]?.unread_count, body[0]?.last_message?.text];
    };
    await expect.poll(unread, { timeout: 2000 }).toEqual([3, "c"]);
    const there = await native(pair, pair.other);
    there.send({ t: "read", seq: 2 });
    await expect.poll(unread, { timeout: 4000 }).toEqual([1, "c"]);
    const { body } = await get("/api/v1/chats/", { key: pair.one.key });
    expect(body[0].unread_count).toBe(0);
  });
});

describe("the absent", () => {
  test("Messages to an absent member become one unread notification about the newest.", async () => {
    const pair = await chatters();
    const here = await raw(pair, pair.one);
    here.send("первое");
    here.send("второе");
    const told = () =>
      rows<{ message: string; type: string; about: string }>(
        "SELECT message, type, about FROM notifications WHERE user_id = ? AND type = 'CHAT_MESSAGE'",
        pair.other.id,
      );
    await expect
      .poll(told, { timeout: 4000 })
      .toEqual([{ message: "Тестовый Юзер: второе", type: "CHAT_MESSAGE", about: `chat:${pair.chat}` }]);
    const own = await rows(
      "SELECT id FROM notifications WHERE user_id = ? AND type = 'CHAT_MESSAGE'",
      pair.one.id,
    );
    expect(own).toEqual([]);
  });

  test("A present member gets no notification.", async () => {
    const pair = await chatters();
    const [here, there] = await Promise.all([raw(pair, pair.one), raw(pair, pair.other)]);
    here.send("ты тут");
    await there.next();
    await expect
      .poll(() => rows("SELECT seq FROM chat_messages WHERE chat_id = ?", pair.chat))
      .toHaveLength(1);
    const told = await rows(
      "SELECT id FROM notifications WHERE user_id = ? AND type = 'CHAT_MESSAGE'",
      pair.other.id,
    );
    expect(told).toEqual([]);
  });
});
