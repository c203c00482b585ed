/** Messages sent by REST arrive on the ticket's socket once, for everybody who may read them. */
import { beforeEach, expect, test } from "vitest";
import { messageNotice } from "../../src/modules/support/notices.ts";
import { get, type Person, person } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
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

test("A message arrives at the author and operators as REST shows it.", async () => {
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

test("A note arrives at operators; the author gets nothing of its content.", async () => {
  const [hers, theirs] = [await listen(ann), await listen(olga)];
  const { body } = await write(olga, id, "Клиент шумный.", true);
  const note = await theirs.next((frame) => isEntry(frame) && frame.ref === body.id);
  expect(note).toMatchObject({ kind: "note", body: { body: "Клиент шумный." } });
  await write(olga, id, "Здравствуйте!");
  await hers.next((frame) => isEntry(frame) && frame.body.body === "Здравствуйте!");
  expect(JSON.stringify(hers.frames)).not.toContain("шумный");
  expect(JSON.stringify(hers.frames)).not.toContain(body.id);
});

test("A repeat by the outbox does not arrive again.", async () => {
  const socket = await listen(ann);
  const { body } = await write(ann, id, "Алло?");
  const isIt = (frame: { t?: string; ref?: string }) => isEntry(frame) && frame.ref === body.id;
  await socket.next(isIt);
  await messageNotice.run(jobContext().ctx, { id: body.id, ticketId: id });
  expect(await socket.silent(isIt)).toBe(true);
});

test("The effect of a deleted message does nothing.", async () => {
  await expect(
    messageNotice.run(jobContext().ctx, { id: crypto.randomUUID(), ticketId: id }),
  ).resolves.toBeUndefined();
});

test("A message sent on the socket is in the ticket and assigns it.", async () => {
  const socket = await listen(olga);
  socket.send({ t: "say", ref: "a1", kind: "message", body: { body: "Чем помочь?" } });
  await socket.next((frame) => frame.t === "ack");
  const shown = async () => (await read(ann, id)).body;
  await expect.poll(async () => (await shown()).messages.length, { timeout: 10_000 }).toBe(2);
  expect(await shown()).toMatchObject({ status: "IN_PROGRESS", assigned_to: { id: olga.id } });
});

test("Absent people are notified once of a message on the socket; present ones are not.", async () => {
  const [theirs, oleg] = [await listen(olga), await operator()];
  const say = (ref: string, body: string) => theirs.send({ t: "say", ref, kind: "message", body: { body } });
  say("a1", "Чем помочь?");
  // Orders of other tests may notify operators meanwhile.
  const ofTickets = ["Ответ службы поддержки", "Новое сообщение в обращении"];
  const notices = async (who: Person) =>
    (await get("/api/v1/notifications/", who)).body.results.filter(({ title }: { title: string }) =>
      ofTickets.includes(title),
    );
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

test("A stranger's socket is refused as if the ticket did not exist.", async () => {
  const { token } = await person();
  const protocols = ["caravan.v1", `auth.${token}`];
  expect(await dial(path(), { protocols })).toMatchObject({ refusal: { status: 404 } });
});
