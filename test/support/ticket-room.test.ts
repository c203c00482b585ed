/** What is written by REST is heard on the ticket's socket: once, by whoever may read it. */
import { beforeEach, expect, test } from "vitest";
import { messageNotice } from "../../src/modules/support/notices.ts";
import { get, type Person, person } from "../harness/api.ts";
import { jobContext } from "../harness/scope.ts";
import { connectNative, dial } from "../harness/socket.ts";
import { operator, read, ticketOf, write } from "./tickets.ts";

let ann: Person;
let olga: Person;
let id: string;
beforeEach(async () => {
  ann = await person();
  olga = await operator();
  id = await ticketOf(ann);
});

const path = () => `/ws/support/tickets/${id}/`;
const listen = (who: Person) => connectNative(path(), who.token);
const isEntry = (frame: { t?: string }) => frame.t === "entry";

test("a message is heard by its author and by operators, as REST shows it", async () => {
  const sockets = [await listen(ann), await listen(olga)];
  const { body } = await write(olga, id, "Уже едет.");
  for (const socket of sockets) {
    const entry = await socket.next((frame) => isEntry(frame) && frame.ref === body.id);
    expect(entry).toMatchObject({
      kind: "message",
      body: { id: body.id, author: olga.id, body: "Уже едет.", created_at: body.created_at },
    });
  }
});

test("a note is heard by operators; its author hears nothing of what it says", async () => {
  const [hers, theirs] = [await listen(ann), await listen(olga)];
  const { body } = await write(olga, id, "Клиент шумный.", true);
  const note = await theirs.next((frame) => isEntry(frame) && frame.ref === body.id);
  expect(note).toMatchObject({ kind: "note", body: { body: "Клиент шумный." } });
  await write(olga, id, "Здравствуйте!");
  await hers.next((frame) => isEntry(frame) && frame.body.body === "Здравствуйте!");
  expect(JSON.stringify(hers.frames)).not.toContain("шумный");
  expect(JSON.stringify(hers.frames)).not.toContain(body.id);
});

test("what the outbox repeats is not heard again", async () => {
  const socket = await listen(ann);
  const { body } = await write(ann, id, "Алло?");
  const isIt = (frame: { t?: string; ref?: string }) => isEntry(frame) && frame.ref === body.id;
  await socket.next(isIt);
  await messageNotice.run(jobContext().ctx, { id: body.id, ticketId: id });
  expect(await socket.silent(isIt)).toBe(true);
});

test("a message that is gone has nothing to tell", async () => {
  await expect(
    messageNotice.run(jobContext().ctx, { id: crypto.randomUUID(), ticketId: id }),
  ).resolves.toBeUndefined();
});

test("what is said on the socket stands in the ticket, and takes it up", async () => {
  const socket = await listen(olga);
  socket.send({ t: "say", ref: "a1", kind: "message", body: { body: "Чем помочь?" } });
  await socket.next((frame) => frame.t === "ack");
  const shown = async () => (await read(ann, id)).body;
  await expect.poll(async () => (await shown()).messages.length, { timeout: 10_000 }).toBe(2);
  expect(await shown()).toMatchObject({ status: "IN_PROGRESS", assigned_to: { id: olga.id } });
});

test("who is not on the socket is told of what was said there, once; who is, is not", async () => {
  const [theirs, oleg] = [await listen(olga), await operator()];
  const say = (ref: string, body: string) => theirs.send({ t: "say", ref, kind: "message", body: { body } });
  say("a1", "Чем помочь?");
  const notices = async (who: Person) => (await get("/api/v1/notifications/", who)).body.results;
  await expect.poll(async () => (await notices(ann)).length, { timeout: 10_000 }).toBe(1);
  expect(await notices(ann)).toMatchObject([
    { title: "Ответ службы поддержки", notification_type: "GENERAL" },
  ]);

  const hers = await listen(ann);
  say("a2", "Вы тут?");
  await hers.next((frame) => isEntry(frame) && frame.body.body === "Вы тут?");
  hers.send({ t: "say", ref: "b1", kind: "message", body: { body: "Тут." } });
  const written = async () => (await read(ann, id)).body.messages.length;
  await expect.poll(written, { timeout: 10_000 }).toBe(4);
  for (const [who, count] of [
    [ann, 1],
    [olga, 0],
    [oleg, 0],
  ] as const)
    expect(await notices(who)).toHaveLength(count);
});

test("a stranger's socket is refused as if there were no ticket", async () => {
  const { token } = await person();
  const protocols = ["caravan.v1", `auth.${token}`];
  expect(await dial(path(), { protocols })).toMatchObject({ refusal: { status: 404 } });
});
