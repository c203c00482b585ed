/** One socket per person while objects hibernate, die and wake: entries arrive once and in order, or the client must reload. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { person } from "../harness/api.ts";
import { upTo } from "../harness/rooms.ts";
import { connectNative, type Socket } from "../harness/socket.ts";
import { operator, ticketOf, write } from "../support/tickets.ts";
import { chatters, me, native, say } from "./friends.ts";

async function following() {
  const pair = await chatters();
  const room = `chat:${pair.chat}`;
  const [here, there] = [await me(pair.one), await native(pair, pair.other)];
  here.send({ t: "subscribe", room });
  const { epoch } = await here.next(({ t }) => t === "subscribed");
  const chat = env.CHAT_ROOMS.getByName(room);
  const inbox = env.INBOX_ROOMS.getByName(`inbox:${pair.one.id}`);
  return { pair, room, here, there, epoch, chat, inbox };
}

const inRoom = (socket: Socket, room: string) =>
  socket.frames.filter((frame) => frame.t === "entry" && frame.room === room).map(({ seq }) => seq);

test("Messages arrive once and in order whichever of room and inbox is evicted between them.", async () => {
  const { room, here, there, chat, inbox } = await following();
  for (let n = 1; n <= 12; n++) {
    const writer = n % 3 === 0 ? here : there;
    writer.send(say(`r${n}`, `message ${n}`, writer === here ? room : undefined));
    await writer.next(({ t, ref }) => t === "ack" && ref === `r${n}`);
    await expect.poll(() => inRoom(here, room).at(-1)).toBe(n);
    await evictDurableObject(n % 2 ? chat : inbox);
  }
  expect(inRoom(here, room)).toEqual(upTo(12));
});

test("When a room dies between storing and pushing, the next instance's alarm delivers the entry.", async () => {
  const { room, here, there, chat } = await following();
  there.send(say("a", "pushed"));
  await expect.poll(() => inRoom(here, room)).toEqual([1]);
  // As the storage looks when the object dies right after its transaction.
  await runInDurableObject(chat, (_, state) => {
    state.storage.sql.exec(
      "INSERT INTO entries (seq, at, author, ref, kind, body) SELECT 2, at, author, 'b', kind, body FROM entries",
    );
    return state.storage.setAlarm(Date.now() + 60_000);
  });
  await evictDurableObject(chat);
  await runDurableObjectAlarm(chat);
  await expect.poll(() => inRoom(here, room)).toEqual([1, 2]);
});

test("When an inbox dies with its connections, the person is absent until the client reconnects and gets what it missed.", async () => {
  const { pair, room, here, there, epoch, inbox } = await following();
  await there.next(({ t, users }) => t === "presence" && users.length === 2);
  there.frames.length = 0;
  await evictDurableObject(inbox, { webSockets: "close" });
  await here.closed;
  there.send(say("a", "one"));
  there.send(say("b", "two"));
  await there.next(({ t, ref }) => t === "ack" && ref === "b");
  await there.next(({ t, users }) => t === "presence" && users.length === 1);
  const back = await me(pair.one);
  back.send({ t: "subscribe", room, epoch, since: 0 });
  expect(await back.next(({ t }) => t === "subscribed")).toMatchObject({ recovered: true, seq: 2 });
  await expect.poll(() => inRoom(back, room)).toEqual([1, 2]);
});

test("Two tabs of one person each get every message once, also after one of them closes.", async () => {
  const { pair, room, here, there, inbox } = await following();
  const tab = await me(pair.one);
  tab.send({ t: "subscribe", room });
  await tab.next(({ t }) => t === "subscribed");
  await evictDurableObject(inbox);
  there.send(say("a", "both"));
  await expect.poll(() => [inRoom(here, room), inRoom(tab, room)]).toEqual([[1], [1]]);
  there.frames.length = 0;
  tab.close();
  await tab.closed;
  there.send(say("b", "one"));
  await expect.poll(() => inRoom(here, room)).toEqual([1, 2]);
  expect(await there.silent(({ t, users }) => t === "presence" && users.length === 1)).toBe(true);
});

test("A ticket's author who subscribes gets a note's position and nothing of its content.", async () => {
  const [ann, olga] = [await person(), await operator()];
  const id = await ticketOf(ann);
  const [hers, theirs] = await Promise.all([ann, olga].map(({ token }) => connectNative("/ws/me/", token)));
  for (const socket of [hers, theirs]) {
    socket?.send({ t: "subscribe", room: `ticket:${id}` });
    await socket?.next(({ t }) => t === "subscribed");
  }
  await write(olga, id, "Клиент шумный.", true);
  await theirs?.next(({ kind, room }) => kind === "note" && room === `ticket:${id}`);
  const hidden = await hers?.next(({ kind, room }) => kind === "hidden" && room === `ticket:${id}`);
  expect(hidden).toMatchObject({ by: null, body: {} });
  expect(JSON.stringify(hers?.frames)).not.toContain("шумный");
});
