/** A deleted account's messages in tickets are erased from the rows and the rooms. */
import { beforeEach, expect, test } from "vitest";
import { del, type Person, person, rows } from "../harness/api.ts";
import { connectNative } from "../harness/socket.ts";
import { operator, read, ticketOf, write } from "./tickets.ts";

const SOON = { timeout: 15_000 };

let ann: Person;
let olga: Person;
let id: string;
beforeEach(async () => {
  ann = await person();
  olga = await operator();
  id = await ticketOf(ann);
});

const remove = async (who: Person) =>
  expect((await del("/api/v1/auth/profile/", undefined, who)).status).toBeLessThan(300);
const listen = (who: Person, query = "") => connectNative(`/ws/support/tickets/${id}/${query}`, who.token);
const pending = () =>
  rows(
    "SELECT 1 FROM outbox WHERE kind = 'ticket_erase' AND address = ? AND status <> 'sent'",
    `ticket:${id}`,
  );

test("A deleted operator's messages are erased, sent by REST or socket; the author's stay.", async () => {
  const socket = await listen(olga);
  socket.send({ t: "say", ref: "a1", kind: "message", body: { body: "Слова сокета" } });
  await socket.next((frame) => frame.t === "ack");
  await write(olga, id, "Слова письма");
  await expect.poll(async () => (await read(ann, id)).body.messages.length, SOON).toBe(3);
  await remove(olga);
  await expect.poll(pending, SOON).toEqual([]);

  const later = await listen(ann, "?since=0");
  await write(ann, id, "Кто тут?");
  await later.next((frame) => frame.t === "entry" && frame.body.body === "Кто тут?");
  const heard = JSON.stringify(later.frames);
  expect(heard).not.toContain("Слова");
  expect(heard).toContain("Жду второй час.");
  expect((await read(ann, id)).body).toMatchObject({ assigned_to: null, messages: [{}, {}] });
});

test("A deleted author's tickets are deleted with their rooms.", async () => {
  const socket = await listen(olga);
  await remove(ann);
  expect((await socket.closed).code).toBe(4004);
  expect((await read(olga, id)).status).toBe(404);
  expect(await rows("SELECT 1 FROM support_messages WHERE ticket_id = ?", id)).toEqual([]);
});
