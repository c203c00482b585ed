/** `/api/v1/chats/…`: the app's own tests of its chats, and every documented answer. */
import { describe, expect, test } from "vitest";
import { get, post } from "../harness/api.ts";
import { charge, counted } from "../harness/counting/counted.ts";
import { befriend, member } from "../social/social.ts";
import { chatters, native, raw, say } from "./friends.ts";

const START = "/api/v1/chats/start/";
const user = (email: string) => ({ email, first_name: "Тестовый", last_name: "Юзер", age: null, city: null });

describe("starting", () => {
  test("Friends can start a chat.", async () => {
    const [one, other] = await Promise.all([member(), member()]);
    await befriend(one, other);
    const { status, body } = await post(START, { email: other.email }, { key: one.key });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.any(Number),
      initiator: user(one.email),
      receiver: user(other.email),
      chat_messages: [],
    });
  });

  test("Strangers can't start a chat, nor a person with themselves, and the error names the person.", async () => {
    const [one, other] = await Promise.all([member(), member({ first_name: "Пётр", last_name: "Первый" })]);
    const foreign = await post(START, { email: other.email }, { key: one.key });
    expect([foreign.status, foreign.body]).toEqual([
      403,
      { detail: "Чтобы начать чат, вы должны быть в друзьях с пользователем Пётр Первый." },
    ]);
    expect((await post(START, { email: one.email }, { key: one.key })).status).toBe(403);
  });

  test.each([{ email: "nobody@example.com" }, {}, { email: "" }])(
    "Starting a chat with %j finds nobody.",
    async (body) => {
      const { key } = await member();
      const answer = await post(START, body, { key });
      expect([answer.status, answer.body]).toEqual([
        404,
        { detail: "Нельзя начать чат с несуществующим пользователем." },
      ]);
    },
  );

  test("Starting a chat with a body that is not an object is a 400.", async () => {
    const { key } = await member();
    expect((await post(START, [1], { key })).status).toBe(400);
  });

  test("Starting an existing chat is a redirect for both members.", async () => {
    const pair = await chatters();
    for (const [from, to] of [
      [pair.one, pair.other],
      [pair.other, pair.one],
    ] as const) {
      const answer = await post(START, { email: to.email }, { key: from.key });
      expect([answer.status, answer.headers.get("location")]).toEqual([302, `/api/v1/chats/${pair.chat}/`]);
    }
  });

  test("Two concurrent starts from both sides make one chat.", async () => {
    const [one, other] = await Promise.all([member(), member()]);
    await befriend(one, other);
    const responses = await Promise.all([
      post(START, { email: other.email }, { key: one.key }),
      post(START, { email: one.email }, { key: other.key }),
    ]);
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 302]);
    expect((await get("/api/v1/chats/", { key: one.key })).body).toHaveLength(1);
  });
});

describe("reading", () => {
  test("Reading a chat is a 401 without a session, a 403 for strangers, and a 404 for an unknown chat.", async () => {
    const pair = await chatters();
    const stranger = await member();
    expect((await get(`/api/v1/chats/${pair.chat}/`)).status).toBe(401);
    const foreign = await get(`/api/v1/chats/${pair.chat}/`, { key: stranger.key });
    expect([foreign.status, foreign.body]).toEqual([403, { detail: "Вы не можете просматривать этот чат." }]);
    const missing = await get("/api/v1/chats/999999/", { key: stranger.key });
    expect([missing.status, missing.body]).toEqual([404, { detail: "Такого чата не существует." }]);
    expect((await get("/api/v1/chats/", { key: stranger.key })).body).toEqual([]);
  });

  test("Older messages are read page by page.", async () => {
    const pair = await chatters();
    const socket = await native(pair, pair.one);
    for (let n = 1; n <= 45; n++) socket.send(say(`r${n}`, `message ${n}`));
    await socket.next(({ ref, t }) => t === "ack" && ref === "r45");
    const page = async (query: string) => {
      const { body } = await get(`/api/v1/chats/${pair.chat}/${query}`, { key: pair.one.key });
      return body.chat_messages.map(({ id }: { id: number }) => id);
    };
    expect(await page("?limit=5")).toEqual([45, 44, 43, 42, 41]);
    await expect.poll(() => page("?before=41&limit=3"), { timeout: 4000 }).toEqual([40, 39, 38]);
  });

  test("The most recently active chat is listed first.", async () => {
    const [one, two, three] = await Promise.all([member(), member(), member()]);
    await befriend(one, two);
    await befriend(one, three);
    const first = (await post(START, { email: two.email }, { key: one.key })).body.id;
    const second = (await post(START, { email: three.email }, { key: one.key })).body.id;
    const order = async () =>
      (await get("/api/v1/chats/", { key: one.key })).body.map(({ id }: { id: number }) => id);
    expect(await order()).toEqual([second, first]);
    const socket = await raw({ one, other: two, chat: first }, two);
    socket.send("я тут");
    await socket.next();
    await expect.poll(order).toEqual([first, second]);
  });

  test("A list costs the same for one chat and many, and a chat's page costs one call to its room.", async () => {
    const one = await member();
    const others = await Promise.all(Array.from({ length: 5 }, () => member()));
    const meter = counted();
    const cost = async (path: string) => {
      const { bill } = await charge(meter, 200, "GET", path, {
        headers: { Authorization: `Token ${one.key}` },
      });
      return [bill.statements.length, bill.objectCalls.length];
    };
    let chat = 0;
    const costs = [];
    for (const other of others) {
      await befriend(one, other);
      chat = (await post(START, { email: other.email }, { key: one.key })).body.id;
      costs.push(await cost("/api/v1/chats/"));
    }
    // The first one reads the session, too.
    expect(costs.slice(1)).toEqual([1, 2, 3, 4].map(() => [1, 0]));
    const [statements, objectCalls] = await cost(`/api/v1/chats/${chat}/`);
    expect(statements).toBeLessThanOrEqual(2);
    expect(objectCalls).toBe(1);
  });
});

describe("searching", () => {
  test("A search ignores case, also in Cyrillic, and covers the caller's chats only.", async () => {
    const pair = await chatters();
    const foreign = await chatters();
    for (const each of [pair, foreign]) {
      const socket = await raw(each, each.one);
      for (const text of ["Встретимся у Фонтана", "100% согласен_да", "другое"]) {
        socket.send(text);
        await socket.next();
      }
    }
    const found = async (words: string) => {
      const { body } = await get(`/api/v1/chats/search/?search=${encodeURIComponent(words)}`, {
        key: pair.other.key,
      });
      return body.results.map(({ chat, text }: { chat: number; text: string }) => [chat, text]);
    };
    await expect
      .poll(() => found("фОНТАНА встрет"), { timeout: 4000 })
      .toEqual([[pair.chat, "Встретимся у Фонтана"]]);
    await expect.poll(() => found("100% _"), { timeout: 2000 }).toEqual([[pair.chat, "100% согласен_да"]]);
    expect(await found("нет такого")).toEqual([]);
  });
});
