/** Listing all events and reading one. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { del, get, person, post, rows, staffMember } from "../../../harness/api.ts";
import { draft, makeEvent, noSuchId } from "../world.ts";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

describe.each(["/api/events/", "/api/events"])("GET %s", (path) => {
  test("The list has all events in order of creation, with participants by id.", async () => {
    const [ann, bob] = [await person(), await person()];
    const first = await makeEvent(ann, { participants: [bob.username] });
    const second = await makeEvent(bob);
    const { status, body } = await get(path, { token: (await person()).token });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["events"]);
    const ids = body.events.map(({ id }: { id: string }) => id);
    expect(ids.indexOf(first.id)).toBeGreaterThanOrEqual(0);
    expect(ids.indexOf(second.id)).toBeGreaterThan(ids.indexOf(first.id));
    expect(body.events[ids.indexOf(first.id)]).toEqual({
      id: first.id,
      name: first.name,
      starting_time: expect.stringMatching(INSTANT),
      end_time: expect.stringMatching(INSTANT),
      location: first.location,
      participants: [bob.id],
      participant_usernames: [bob.username],
      created_at: expect.stringMatching(INSTANT),
      updated_at: expect.stringMatching(INSTANT),
      time_zone: "UTC",
    });
  });

  test("The list is complete unless a limit is given.", async () => {
    const ann = await person();
    const batch = Array.from({ length: 120 }, () => draft());
    await post("/api/batch_events/", batch, { token: ann.token });
    const { body } = await get(path, { token: ann.token });
    expect(body.events.length).toBeGreaterThanOrEqual(120);
    expect(body.events.length).toBe((await rows("SELECT id FROM events")).length);
  });

  test("The list without events is a 404 with a message and an empty list.", async () => {
    await env.DB.exec("DELETE FROM events");
    const { token } = await person();
    const answer = await get(path, { token });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ message: "No events found", events: [] });
  });
});

test("A limit and a cursor page through the list, each event once.", async () => {
  const ann = await person();
  const made: string[] = [];
  for (const _ of [1, 2, 3, 4, 5]) made.push((await makeEvent(ann)).id);
  const seen: string[] = [];
  let path: string | null = "/api/events/?limit=2";
  while (path) {
    const { status, body } = await get(path, { token: ann.token });
    expect(status).toBe(200);
    expect(body.events.length).toBeLessThanOrEqual(2);
    seen.push(...body.events.map(({ id }: { id: string }) => id));
    path = body.next && new URL(body.next).pathname + new URL(body.next).search;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((id) => made.includes(id))).toEqual(made);
});

test.each(["limit=0", "limit=-1", "limit=x", "limit=1.5", "cursor=x", "cursor=%00", "limit=1&limit=2"])(
  "The query %s causes no error.",
  async (query) => {
    const ann = await person();
    await makeEvent(ann);
    const { status, body } = await get(`/api/events/?${query}`, { token: ann.token });
    expect([200, 400]).toContain(status);
    expect(body).toBeTypeOf("object");
  },
);

describe("GET event/{id}", () => {
  test("An event is read with and without the slash and in either case of the id.", async () => {
    const ann = await person();
    const { id } = await makeEvent(ann);
    for (const path of [`/api/event/${id}/`, `/api/event/${id}`, `/api/event/${id.toUpperCase()}/`]) {
      const { status, body } = await get(path, { token: ann.token });
      expect(status).toBe(200);
      expect(body.event.id).toBe(id);
    }
  });

  test.each([
    noSuchId(),
    "00000000-0000-0000-0000-000000000000",
    "12345678-1234-5678-1234-567812345678",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ])("The unknown event %s is a 404 with the message.", async (id) => {
    const { token } = await person();
    for (const path of [`/api/event/${id}/`, `/api/event/${id}`]) {
      const answer = await get(path, { token });
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ message: "No event found" });
    }
  });

  test.each(["x", "1", "%00", "None", `${noSuchId()}0`, "%E0%A4%A"])(
    "The event id %j is a 404 in JSON.",
    async (id) => {
      const { token } = await person();
      const responses = [
        await get(`/api/event/${id}/`, { token }),
        await del(`/api/event/${id}`, undefined, { token }),
      ];
      for (const { status, body } of responses) {
        expect(status).toBe(404);
        expect(body).toBeTypeOf("object");
      }
    },
  );

  test("A request body is ignored when an event is read.", async () => {
    const staff = await staffMember();
    const { id } = await makeEvent(staff);
    expect((await get(`/api/event/${id}/?id=${noSuchId()}`, { token: staff.token })).body.event.id).toBe(id);
  });
});
