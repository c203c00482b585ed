/** Notices about an event that the queue delivers late, again, or after the event's deletion. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { del, person, put, rows } from "../../../harness/api.ts";
import { connect } from "../../../harness/socket.ts";
import { makeEvent, rowIdOf } from "../world.ts";

/** Waits until the queue has carried out every notice of an event. */
async function settled(uuid: string): Promise<void> {
  const open = () => rows("SELECT id FROM outbox WHERE address = ? AND status <> 'sent'", `event:${uuid}`);
  await vi.waitUntil(async () => (await open()).length === 0, { timeout: 10_000, interval: 100 });
}

async function entriesOf(number: number): Promise<number> {
  return runInDurableObject(env.EVENT_ROOMS.getByName(`event:${number}`), (_, { storage }) => {
    const tables = storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'entries'").toArray();
    return tables.length && Number(storage.sql.exec("SELECT count(*) AS count FROM entries").one().count);
  });
}

test("A notice that the queue repeats is stored once.", async () => {
  const ann = await person();
  const event = await makeEvent(ann);
  await connect(`/ws/events/${event.id}/`);
  await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
  await settled(event.id);
  expect(await entriesOf(await rowIdOf(event.id))).toBe(2);
});

test("A notice delivered after the event's deletion does not recreate its room.", async () => {
  const ann = await person();
  const event = await makeEvent(ann);
  const number = await rowIdOf(event.id);
  const listener = await connect(`/ws/events/${event.id}/`);
  await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
  await del(`/api/event/${event.id}/`, undefined, { token: ann.token });
  expect((await listener.closed).code).toBe(4004);
  await settled(event.id);
  // The queue may bring the same things again, in any order.
  await rows(
    "UPDATE outbox SET status = 'pending', attempts = 0 WHERE address = ? AND payload LIKE '%updated%'",
    `event:${event.id}`,
  );
  const ids = await rows<{ id: string }>(
    "SELECT id FROM outbox WHERE address = ? AND status = 'pending'",
    `event:${event.id}`,
  );
  await rows("UPDATE outbox SET leased_until = 0 WHERE address = ?", `event:${event.id}`);
  await env.JOBS.sendBatch(ids.map(({ id }) => ({ body: { outbox: id } })));
  await settled(event.id);
  expect(ids).toHaveLength(1);
  expect(await entriesOf(number)).toBe(0);
});
