/** Each rule of places, ages, dates, waiting list and blocks, tested through every API that adds members. */
import { describe, expect, test } from "vitest";
import { routes } from "../../src/app.ts";
import { type Answer, rows } from "../harness/api.ts";
import {
  addingClients,
  ask,
  block,
  born,
  creatingClients,
  crew,
  eventBy,
  memberIds,
  type Name,
  nobody,
  type Person,
  textOf,
  tracesOf,
  waits,
} from "./clients.ts";

const adding = Object.entries(addingClients);
const making = Object.entries(creatingClients);

test("Every route that writes events is tested here.", () => {
  const writers = routes
    .filter(({ method, path }) => method !== "get" && /event/.test(path) && !/\/(accept|leave)$/.test(path))
    .map(({ method, path }) => `${method} ${path}`)
    .sort();
  expect(writers).toEqual([
    "delete /api/batch_events",
    "delete /api/event/:id",
    "delete /api/v1/events/:id",
    "patch /api/v1/events/:id",
    "post /api/batch_events",
    "post /api/events",
    "post /api/v1/events",
    "put /api/batch_events",
    "put /api/event/:id",
    "put /api/v1/events/:id",
  ]);
});

describe.each(adding)("by %s", (_, client) => {
  test("A set with more members than places is refused as a whole, and the organizer takes a seat.", async () => {
    const [owner, ann, bob, eve] = (await crew(3)) as [Person, Person, Person, Person];
    const event = await eventBy(owner, { max_count_members: 1 });
    for (const names of [[ann], [ann, bob, eve], [owner, ann]]) {
      expect((await client.name(owner, event, names)).status).toBe(400);
      expect(await memberIds(event.id)).toEqual([owner.id]);
    }
    for (const who of [ann, bob, eve])
      expect(await tracesOf(who)).toEqual({ letters: [], notifications: [], memberships: [] });
  });

  test("A set that fills all places is written, and its members are only named.", async () => {
    const [owner, ann] = (await crew(1)) as [Person, Person];
    const event = await eventBy(owner, { max_count_members: 2 });
    expect((await client.name(owner, event, [owner, ann])).status).toBeLessThan(300);
    expect(await memberIds(event.id)).toEqual([owner.id, ann.id].sort((a, b) => a - b));
    const [row] = await rows("SELECT accepted_at FROM event_members WHERE user_id = ?", ann.id);
    expect(row).toEqual({ accepted_at: null });
  });

  test("Concurrent writes never add more members than there are places.", async () => {
    const [owner, ...rest] = await crew(6);
    const event = await eventBy(owner, { max_count_members: 3 });
    const responses = await Promise.all(rest.map((who) => client.name(owner, event, [owner, who])));
    expect(responses.every(({ status }) => [200, 201, 400, 409].includes(status))).toBe(true);
    expect((await memberIds(event.id)).length).toBeLessThanOrEqual(3);
  });

  test("A person outside the age limits is refused, and a person of unknown age is added.", async () => {
    const [owner, child, ann] = (await crew(2)) as [Person, Person, Person];
    await born(child, "2020-01-01");
    const event = await eventBy(owner, { min_age: 18 });
    expect((await client.name(owner, event, [owner, child])).status).toBe(400);
    expect(await memberIds(event.id)).toEqual([owner.id]);
    expect((await client.name(owner, event, [owner, ann])).status).toBeLessThan(300);
    expect(await memberIds(event.id)).toContain(ann.id);
  });

  test("A person can't be added to an event that is over.", async () => {
    const [owner, ann] = (await crew(1)) as [Person, Person];
    const event = await eventBy(owner, { start_date: "2021-01-01T10:00Z", end_date: "2021-01-01T12:00Z" });
    await client.name(owner, event, [owner, ann]);
    expect(await memberIds(event.id)).toEqual([owner.id]);
    expect(await tracesOf(ann)).toEqual({ letters: [], notifications: [], memberships: [] });
  });

  test("The request of an added applicant is accepted and counts as their own act.", async () => {
    const [owner, ann] = (await crew(1)) as [Person, Person];
    const event = await eventBy(owner);
    expect((await ask(ann, event)).status).toBe(201);
    await client.name(owner, event, [owner, ann]);
    expect(await rows("SELECT status FROM participation_requests WHERE user_id = ?", ann.id)).toEqual([
      { status: "Accepted" },
    ]);
    const [row] = await rows("SELECT accepted_at FROM event_members WHERE user_id = ?", ann.id);
    expect(row).toEqual({ accepted_at: expect.any(Number) });
  });

  test("An event that becomes full puts all pending requests on the waiting list.", async () => {
    const [owner, ann, bob] = (await crew(2)) as [Person, Person, Person];
    const event = await eventBy(owner, { max_count_members: 2 });
    await ask(bob, event);
    expect(await waits(bob, event)).toBe(false);
    await client.name(owner, event, [owner, ann]);
    expect(await waits(bob, event)).toBe(true);
  });

  test.each(["who has blocked the organizer", "whom the organizer has blocked"])(
    "Somebody %s is treated exactly like an unknown name.",
    async (which) => {
      const [owner, ann] = (await crew(1)) as [Person, Person];
      await (which.startsWith("who ") ? block(ann, owner) : block(owner, ann));
      const [event, other] = [await eventBy(owner), await eventBy(owner)];
      const stranger = nobody();
      const refusal = await client.name(owner, event, [owner, ann]);
      const unknown = await client.name(owner, other, [owner, stranger]);
      expect(refusal.status).toBe(client.unknown === "refused" ? 400 : 200);
      const facts = (answer: Answer, name: Name) =>
        client.unknown === "refused" ? textOf(answer, name) : String(answer.status);
      expect(facts(refusal, ann)).toBe(facts(unknown, stranger));
      expect(await memberIds(event.id)).toEqual([owner.id]);
      expect(await tracesOf(ann)).toEqual({ letters: [], notifications: [], memberships: [] });
    },
  );
});

describe.each(adding.filter(([name]) => name !== "the console"))("a member set by %s", (_, client) => {
  test("A set keeps a member who blocked the organizer later, sends them nothing, and can't add them again.", async () => {
    const [owner, ann, bob] = (await crew(2)) as [Person, Person, Person];
    const event = await eventBy(owner, { members: [{ id: ann.id }] });
    await block(ann, owner);
    const before = await tracesOf(ann);
    expect((await client.name(owner, event, [owner, ann, bob])).status).toBe(200);
    expect(await memberIds(event.id)).toContain(ann.id);
    expect(await tracesOf(ann)).toEqual(before);
    await client.name(owner, event, [owner]);
    await client.name(owner, event, [owner, ann]);
    expect(await memberIds(event.id)).toEqual([owner.id]);
  });

  test("A set offers the seat of a removed member to the user who waits longest.", async () => {
    const [owner, ann, bob, eve] = (await crew(3)) as [Person, Person, Person, Person];
    const event = await eventBy(owner, { members: [{ id: ann.id }], max_count_members: 2 });
    for (const who of [bob, eve]) await ask(who, event);
    expect([await waits(bob, event), await waits(eve, event)]).toEqual([true, true]);
    await client.name(owner, event, [owner]);
    expect([await waits(bob, event), await waits(eve, event)]).toEqual([false, true]);
    expect((await tracesOf(bob)).notifications).toHaveLength(1);
    expect((await tracesOf(eve)).notifications).toHaveLength(0);
  });
});

describe.each(making)("by %s", (_, client) => {
  test.each(["who has blocked the creator", "whom the creator has blocked"])(
    "Somebody %s is treated exactly like an unknown name.",
    async (which) => {
      const [owner, ann, bob] = (await crew(2)) as [Person, Person, Person];
      await (which.startsWith("who ") ? block(ann, owner) : block(owner, ann));
      const answer = await client.make(owner, [ann, bob]);
      const stranger = nobody();
      const unknown = await client.make(owner, [stranger]);
      expect(answer.status).toBe(unknown.status);
      if (client.unknown === "refused") {
        expect(textOf(answer, ann)).toBe(textOf(unknown, stranger));
        expect(await rows("SELECT id FROM events WHERE creator_id = ?", owner.id)).toEqual([]);
      }
      expect((await tracesOf(bob)).memberships).toHaveLength(client.unknown === "refused" ? 0 : 1);
      expect(await tracesOf(ann)).toEqual({ letters: [], notifications: [], memberships: [] });
    },
  );
});

test("An event can't be created with more members than places, the creator included.", async () => {
  const [owner, ann, bob] = (await crew(2)) as [Person, Person, Person];
  const make = creatingClients["Find Friend's POST"]?.make;
  expect((await make?.(owner, [ann, bob], { max_count_members: 2 }))?.status).toBe(400);
  expect((await make?.(owner, [ann, bob], { max_count_members: 3 }))?.status).toBe(201);
});
