/** One socket per person: notifications, and rooms that are subscribed to from here, each with its own position. */
import { describe, expect, test } from "vitest";
import { post } from "../harness/api.ts";
import { dial } from "../harness/socket.ts";
import { member } from "../social/social.ts";
import { chatters, me, native, say } from "./friends.ts";

describe("subscribing to a room", () => {
  test("A subscription brings messages with the room's name, once and in order, and can answer them.", async () => {
    const pair = await chatters();
    const room = `chat:${pair.chat}`;
    const [here, there] = await Promise.all([me(pair.one), native(pair, pair.other)]);
    here.send({ t: "subscribe", ref: "s", room });
    expect(await here.next(({ t }) => t === "subscribed")).toMatchObject({
      ref: "s",
      room,
      seq: 0,
      recovered: true,
    });
    there.send(say("a", "one"));
    expect(await here.next(({ t }) => t === "entry")).toMatchObject({
      room,
      seq: 1,
      by: pair.other.id,
      body: { text: "one" },
    });
    here.send(say("b", "two", room));
    expect(await here.next(({ t }) => t === "ack")).toMatchObject({ room, ref: "b", seq: 2 });
    expect(await here.next(({ t }) => t === "entry")).toMatchObject({ room, seq: 2, ref: "b" });
    expect(await there.next(({ t, seq }) => t === "entry" && seq === 2)).toMatchObject({
      body: { text: "two" },
    });
    here.send(say("b", "two", room));
    expect(await here.next(({ t }) => t === "ack")).toMatchObject({ ref: "b", seq: 2 });
    expect(await here.silent(({ t }) => t === "entry")).toBe(true);
  });

  test("A subscription counts as presence, and carries typing and read marks both ways.", async () => {
    const pair = await chatters();
    const room = `chat:${pair.chat}`;
    const [here, there] = await Promise.all([me(pair.one), native(pair, pair.other)]);
    here.send({ t: "subscribe", room });
    const users = [pair.one.id, pair.other.id].sort((a, b) => a - b);
    expect(await here.next(({ t }) => t === "presence")).toEqual({ t: "presence", room, users });
    await there.next(({ t, users: known }) => t === "presence" && known.length === 2);
    here.send({ t: "typing", room });
    expect(await there.next(({ t }) => t === "typing")).toEqual({ t: "typing", by: pair.one.id });
    there.send(say("a", "hello"));
    await here.next(({ t }) => t === "entry");
    here.send({ t: "read", seq: 1, room });
    expect(await there.next(({ t }) => t === "read")).toEqual({ t: "read", by: pair.one.id, seq: 1 });
    here.send({ t: "unsubscribe", room });
    expect(await here.next(({ t }) => t === "unsubscribed")).toEqual({ t: "unsubscribed", room, code: 1000 });
    expect(await there.next(({ t }) => t === "presence")).toEqual({ t: "presence", users: [pair.other.id] });
    there.send(say("b", "nobody there"));
    expect(await here.silent(({ t, room }) => t === "entry" && room !== undefined)).toBe(true);
    expect(await here.next(({ kind }) => kind === "notification")).toMatchObject({ body: { about: room } });
  });

  test("A subscription resumes from its position page by page; an unknown position asks to reload.", async () => {
    const pair = await chatters();
    const room = `chat:${pair.chat}`;
    const there = await native(pair, pair.other);
    for (let n = 1; n <= 45; n++) there.send(say(`r${n}`, `message ${n}`));
    await there.next(({ t, ref }) => t === "ack" && ref === "r45");
    const here = await me(pair.one);
    here.send({ t: "subscribe", room });
    const { epoch } = await here.next(({ t }) => t === "subscribed");
    here.send({ t: "unsubscribe", room });
    here.send({ t: "subscribe", room, epoch, since: 3 });
    expect(await here.next(({ t, recovered }) => t === "subscribed" && recovered)).toMatchObject({ seq: 45 });
    for (let n = 4; n <= 45; n++)
      expect(await here.next(({ t }) => t === "entry")).toMatchObject({
        seq: n,
        body: { text: `message ${n}` },
      });
    expect(await here.silent(({ t }) => t === "entry")).toBe(true);
    here.send({ t: "subscribe", room, epoch: "00000000", since: 3 });
    expect(await here.next(({ t }) => t === "subscribed")).toMatchObject({ recovered: false, seq: 45 });
  });

  test("A subscription to a forbidden room is refused by name, and the socket stays open.", async () => {
    const pair = await chatters();
    const stranger = await member();
    const socket = await me(stranger);
    socket.send({ t: "subscribe", ref: "1", room: `chat:${pair.chat}` });
    expect(await socket.next(({ t }) => t === "error")).toMatchObject({ ref: "1", code: "forbidden" });
    socket.send({ t: "subscribe", ref: "2", room: "event:999999" });
    expect(await socket.next(({ t }) => t === "error")).toMatchObject({ ref: "2", code: "not_found" });
    socket.send({ t: "subscribe", ref: "3", room: "nonsense" });
    expect(await socket.next(({ t }) => t === "error")).toMatchObject({ ref: "3", code: "not_found" });
    socket.send(say("4", "uninvited", `chat:${pair.chat}`));
    expect(await socket.next(({ t }) => t === "error")).toMatchObject({ ref: "4", code: "forbidden" });
  });

  test("A room that is not an inbox refuses subscriptions.", async () => {
    const pair = await chatters();
    const socket = await native(pair, pair.one);
    socket.send({ t: "subscribe", ref: "x", room: `chat:${pair.chat}` });
    expect(await socket.next(({ t }) => t === "error")).toMatchObject({ code: "bad_frame" });
  });
});

describe("notifications", () => {
  test("A friend request arrives live as a notification.", async () => {
    const [one, other] = await Promise.all([member(), member()]);
    const socket = await me(other);
    await post("/api/v1/friends/", { to_user: other.id }, { key: one.key });
    expect(await socket.next(({ t }) => t === "entry")).toMatchObject({
      kind: "notification",
      by: null,
      body: { type: "FRIEND_REQUEST", message: expect.stringContaining("Тестовый Юзер") },
    });
  });

  test("The own socket requires a session, and a ticket for `me` opens it.", async () => {
    const result = await dial("/ws/me/", { protocols: ["caravan.v1"] });
    expect("refusal" in result && result.refusal.status).toBe(401);
    const person = await member();
    const bought = await post("/api/v1/realtime/ticket/", { room: "me" }, { key: person.key });
    expect(bought.status).toBe(201);
    const opened = await dial(`/ws/me/?ticket=${bought.body.ticket}`, { protocols: ["caravan.v1"] });
    expect("socket" in opened).toBe(true);
  });
});
