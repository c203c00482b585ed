/** What is written by REST is heard on the ticket's socket: once, by whoever may read it. */
import { beforeEach, expect, test } from "vitest";
import { announceMessage } from "../../src/modules/support/index.ts";
import { type Person, person } from "../support/api.ts";
import { jobScope } from "../support/scope.ts";
import { connectNative, dial } from "../support/socket.ts";
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
  await announceMessage(jobScope().scope, { id: body.id });
  expect(await socket.silent(isIt)).toBe(true);
});

test("a message that is gone has nothing to tell", async () => {
  await expect(announceMessage(jobScope().scope, { id: crypto.randomUUID() })).resolves.toBeUndefined();
});

test("what is said on the socket stands in the ticket, and takes it up", async () => {
  const socket = await listen(olga);
  socket.send({ t: "say", ref: "a1", kind: "message", body: { body: "Чем помочь?" } });
  await socket.next((frame) => frame.t === "ack");
  const shown = async () => (await read(ann, id)).body;
  await expect.poll(async () => (await shown()).messages.length, { timeout: 10_000 }).toBe(2);
  expect(await shown()).toMatchObject({ status: "IN_PROGRESS", assigned_to: { id: olga.id } });
});

test("a stranger's socket is refused as if there were no ticket", async () => {
  const { token } = await person();
  const protocols = ["caravan.v1", `auth.${token}`];
  expect(await dial(path(), { protocols })).toMatchObject({ refusal: { status: 404 } });
});
