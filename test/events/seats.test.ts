/** Seats and requests in every API that changes limits, accepts requests or removes members. */
import { describe, expect, test } from "vitest";
import { newPerson } from "../authorization/world.ts";
import { type Answer, del, patch, post, rows } from "../harness/api.ts";
import {
  ask,
  block,
  born,
  crew,
  eventBy,
  memberIds,
  nobody,
  type Person,
  type TestEvent,
  textOf,
  tracesOf,
  waits,
} from "./clients.ts";

const limitClients: Record<string, (owner: Person, event: TestEvent, places: number) => Promise<Answer>> = {
  "Find Friend's PATCH": (owner, { id }, places) =>
    patch(`/api/v1/events/${id}/`, { max_count_members: places }, { token: owner.token }),
  "the console": async (_, { id }, places) =>
    patch(
      `/api/admin/events/${id}/`,
      { max_members: places },
      {
        token: (await newPerson("staff")).token,
        headers: { "if-match": "*" },
      },
    ),
};

describe.each(Object.entries(limitClients))("the number of places that %s sets", (_, set) => {
  test("A number of places below the members is refused, and a higher one offers seats to those who wait.", async () => {
    const [owner, ann, bob] = (await crew(2)) as [Person, Person, Person];
    const event = await eventBy(owner, { members: [{ id: ann.id }], max_count_members: 2 });
    await ask(bob, event);
    expect((await set(owner, event, 1)).status).toBe(400);
    expect(await waits(bob, event)).toBe(true);
    expect((await set(owner, event, 3)).status).toBe(200);
    expect(await waits(bob, event)).toBe(false);
    expect((await tracesOf(bob)).notifications).toHaveLength(1);
  });
});

describe("somebody who asks to take part", () => {
  test("An event is unknown to an applicant when they and the organizer have blocked one another.", async () => {
    const [owner, ann, bob] = (await crew(2)) as [Person, Person, Person];
    const event = await eventBy(owner);
    await block(ann, owner);
    await block(owner, bob);
    const stranger = nobody();
    const unknown = await ask(ann, { id: stranger.id, uuid: "" });
    for (const who of [ann, bob])
      expect(textOf(await ask(who, event), { id: event.id, username: "-" })).toBe(
        textOf(unknown, { ...stranger, username: "-" }),
      );
    expect(await tracesOf(owner)).toMatchObject({ notifications: [] });
  });

  test("A request is not accepted after a block, outside the age limits, or when the event is over.", async () => {
    const [owner, ann, child, late] = (await crew(3)) as [Person, Person, Person, Person];
    const event = await eventBy(owner);
    const accept = async (who: Person) => {
      const [row] = await rows<{ id: number }>(
        "SELECT id FROM participation_requests WHERE user_id = ?",
        who.id,
      );
      return post(`/api/v1/participation/${row?.id}/accept/`, undefined, { token: owner.token });
    };
    for (const who of [ann, child, late]) expect((await ask(who, event)).status).toBe(201);
    await block(ann, owner);
    expect((await accept(ann)).status).toBe(404);
    await born(child, "2020-01-01");
    await rows("UPDATE events SET min_age = 18 WHERE id = ?", event.id);
    expect((await accept(child)).status).toBe(400);
    await rows("UPDATE events SET min_age = NULL, starts_at = 1, ends_at = 2 WHERE id = ?", event.id);
    expect((await accept(late)).status).toBe(400);
    expect(await memberIds(event.id)).toEqual([owner.id]);
  });
});

describe("a seat that becomes free", () => {
  test.each([
    [
      "because a member leaves",
      (ann: Person, event: number) => post(`/api/v1/events/${event}/leave/`, undefined, { token: ann.token }),
    ],
    [
      "because staff removes a member",
      async (ann: Person, event: number) =>
        del(`/api/admin/event-members/${event}:${ann.id}/`, undefined, {
          token: (await newPerson("staff")).token,
          headers: { "if-match": "*" },
        }),
    ],
  ])("A seat that becomes free %s is offered to the user who waits longest.", async (_, go) => {
    const [owner, ann, bob] = (await crew(2)) as [Person, Person, Person];
    const event = await eventBy(owner, { members: [{ id: ann.id }], max_count_members: 2 });
    await ask(bob, event);
    expect(await waits(bob, event)).toBe(true);
    expect((await go(ann, event.id)).status).toBe(204);
    expect(await waits(bob, event)).toBe(false);
  });
});
