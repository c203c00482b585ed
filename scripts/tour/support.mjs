// A support ticket that is answered live.
import assert from "node:assert/strict";
import { ask, openNative, tell, until } from "./kit.mjs";

export async function aTicket(client, operator, orderId) {
  const question = { subject: "Чек", description: "Где мой чек?", related_order: orderId };
  const { id } = await ask("POST", "/api/v1/support/tickets/", { body: question, by: client.by });
  const path = `/ws/support/tickets/${id}/`;
  const hers = await openNative(path, client.token);
  const desk = await openNative(path, operator.token);
  desk.send({ t: "say", ref: "a1", kind: "message", body: { body: "Отправили на почту." } });
  await desk.next((frame) => frame.t === "ack");
  const { body: answer } = await hers.next((frame) => frame.kind === "message" && frame.by === operator.id);
  assert.equal(answer.body, "Отправили на почту.");
  const note = { body: "Чек ушёл вчера.", is_internal: true };
  await ask("POST", `/api/v1/support/tickets/${id}/messages/`, { body: note, by: operator.by });
  assert.equal((await desk.entry("note")).body.body, note.body);
  assert.deepEqual((await hers.entry("hidden")).body, {});
  const ticket = await until(async () => {
    const read = await ask("GET", `/api/v1/support/tickets/${id}/`, { by: client.by });
    return read.messages.length > 1 && read;
  });
  assert.deepEqual(
    ticket.messages.map((message) => message.body),
    [question.description, answer.body],
  );
  assert.deepEqual([ticket.status, ticket.assigned_to.id], ["IN_PROGRESS", operator.id]);
  tell(
    "She asked for her receipt; the operator answered live. She got nothing of the internal note between operators.",
  );
}
