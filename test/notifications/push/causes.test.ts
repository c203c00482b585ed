/** What pushes are about, from the act to the device: each module's act reaches the devices of people who are away. */
import { expect, test, vi } from "vitest";
import { effectHandlers } from "../../../src/jobs.ts";
import { isOffered } from "../../../src/modules/dispatch/index.ts";
import { handle } from "../../../src/platform/db/outbox-delivery.ts";
import { chatters, native, say } from "../../chat/friends.ts";
import { accept, call, trucksAt } from "../../dispatch/offers/builders.ts";
import { move, place, scene } from "../../dispatch/scene.ts";
import { eventBy, type Person as Member, people } from "../../events/clients.ts";
import { createEvent, createRequest, decide, guest } from "../../events/fixtures.ts";
import { del, patch, person, post, rows, staffMember } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { operator, ticketOf, write } from "../../support/tickets.ts";
import { newTask } from "../../tracking/fixtures.ts";
import { type Received, subscribed, until } from "./device.ts";

const said = (received: readonly Received[]) =>
  received.map(({ payload }) => [payload.data.kind, payload.title, payload.body]);

test("All messages of a chat are one push: the same topic and tag, the newest text, high urgency.", async () => {
  const pair = await chatters();
  const received = await subscribed(pair.other);
  const writer = await native(pair, pair.one);
  writer.send(say("a", "Hello"));
  await until(() => received.length === 1);
  writer.send(say("b", "Are you there?"));
  await until(() => received.length === 2);
  const [first, second] = received;
  expect(first?.payload).toMatchObject({
    title: "Новое сообщение",
    body: expect.stringMatching(/: Hello$/),
    tag: `chat_messages:chat:${pair.chat}`,
    data: { kind: "chat_messages", about: `chat:${pair.chat}` },
  });
  expect(second?.payload).toMatchObject({
    body: expect.stringMatching(/: Are you there\?$/),
    tag: first?.payload.tag,
  });
  expect([first?.headers.urgency, second?.headers.topic]).toEqual(["high", first?.headers.topic]);
});

test("A chat's reader gets no push, and costs no row of the outbox.", async () => {
  const pair = await chatters();
  const received = await subscribed(pair.other);
  const [writer, reader] = [await native(pair, pair.one), await native(pair, pair.other)];
  await reader.next();
  writer.send(say("a", "Hello"));
  await reader.next(({ t }) => t === "entry");
  const written = await rows(
    "SELECT 1 FROM outbox WHERE kind = 'push' AND address = ?",
    `user:${pair.other.id}`,
  );
  expect([received, written]).toEqual([[], []]);
});

test("An offer is urgent, lives for twenty seconds at most, and reaches the driver who is away at once.", async () => {
  const { there, drivers, id } = await trucksAt(900);
  const [driver] = drivers;
  if (!driver) throw new Error("no driver");
  const received = await subscribed(driver);
  await call(there, id);
  await until(() => received.length === 1);
  expect(said(received)).toMatchObject([["offers", "New order nearby", expect.any(String)]]);
  expect(received[0]?.headers).toMatchObject({ urgency: "high", topic: expect.any(String) });
  expect(Number(received[0]?.headers.ttl)).toBeLessThanOrEqual(20);
  expect(received[0]?.payload.data.about).toBe(`order:${id}`);
});

test("An offer that was taken, refused or has expired is not sent any more.", async () => {
  const { there, drivers, id } = await trucksAt(900);
  const [driver] = drivers;
  if (!driver) throw new Error("no driver");
  const about = { userId: driver.id, about: `order:${id}` };
  const received = await subscribed(driver);
  const { ctx } = jobContext();
  // The queue is late: what it carries is delivered below.
  vi.spyOn(ctx.runtime.queue, "sendBatch").mockResolvedValue(undefined as never);
  await call(there, id);
  expect(await isOffered(ctx, about)).toBe(true);
  const [row] = await rows<{ id: string; kind: string; address: string; payload: string }>(
    "SELECT * FROM outbox WHERE kind = 'push' AND address = ?",
    `user:${driver.id}`,
  );
  if (!row) throw new Error("no push was written");
  const deliver = (later = 0) => {
    const job = jobContext({ now: () => Date.now() + later });
    return handle(job.ctx, effectHandlers, { ...row, payload: JSON.parse(row.payload), attempts: 1 });
  };
  await deliver(20_001);
  expect(received).toEqual([]);
  await accept(driver, id);
  expect(await isOffered(ctx, about)).toBe(false);
  await deliver();
  expect(received).toEqual([]);
});

test("Each step of an order reaches its client.", async () => {
  const there = await scene();
  const received = await subscribed(there.client);
  const id = await place(there);
  await until(() => received.length === 1);
  await move(there.operator, id, { status: "CONFIRMED" });
  await until(() => received.length === 2);
  expect(said(received).map(([kind, title]) => [kind, title])).toEqual([
    ["order_steps", "Order placed"],
    ["order_steps", "Order confirmed"],
  ]);
  expect(new Set(received.map(({ payload }) => payload.tag)).size).toBe(1);
});

test("Changes of an event and its end reach its members, also those who get letters; not the person who made them.", async () => {
  const [owner, ann] = (await people(2)) as [Member, Member];
  await rows("UPDATE users SET locale = 'en' WHERE id IN (?, ?)", owner.id, ann.id);
  const [hers, own] = [await subscribed(ann), await subscribed(owner)];
  const event = await eventBy(owner, { members: [{ id: ann.id }], name: "Picnic" });
  await until(() => hers.length === 1);
  await patch(`/api/v1/events/${event.id}/`, { address: "New bridge" }, { token: owner.token });
  await until(() => hers.length === 2);
  expect(said(hers)).toEqual([
    ["event_changes", "Events", "You take part in the new event “Picnic”."],
    ["event_changes", "Events", "The event “Picnic” was updated."],
  ]);
  expect(own).toEqual([]);
});

test("A free place reaches the person who waits longest.", async () => {
  const [host, ann, bob] = [await guest(), await guest(), await guest()];
  const event = await createEvent(host, { name: "Бал", max_count_members: 2 });
  const first = await createRequest(ann, event);
  await decide(host, first, "accept");
  await createRequest(bob, event);
  const received = await subscribed(bob.with);
  await rows("DELETE FROM outbox WHERE kind = 'push'");
  await del(`/api/v1/participation/${first}/`, undefined, ann.with);
  await until(() => received.length === 1);
  expect(said(received)[0]).toEqual(["free_places", "Освободилось место", expect.stringContaining("«Бал»")]);
});

test("An answer in a ticket reaches its author, and a new task those who were active lately.", async () => {
  const [ann, olga] = await Promise.all([person(), operator()]);
  const received = await subscribed(ann);
  await write(olga, await ticketOf(ann, { subject: "Key" }), "Here it is.");
  await until(() => received.length === 1);
  // A task is told to everybody who was active lately: nobody else, then.
  await rows("DELETE FROM rooms WHERE name LIKE 'user:%'");
  await rows("INSERT OR REPLACE INTO rooms (name, seen_at) VALUES (?, ?)", `user:${ann.id}`, Date.now());
  await post("/api/tasks/", { ...newTask(), title: "Bridge" }, { token: (await staffMember()).token });
  await until(() => received.length === 2);
  expect(said(received).map(([kind, , body]) => [kind, body])).toEqual([
    ["tickets", expect.stringContaining("Key")],
    ["tasks", "Bridge"],
  ]);
});
