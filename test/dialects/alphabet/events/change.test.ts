/** Changing an event by AlphaBet's route: its fields, participants and refusals. */
import { describe, expect, test } from "vitest";
import { get, type Person, person, put, rows, unique } from "../../../harness/api.ts";
import { draft, eventSubjects, fromNow, HOUR, makeEvent, noSuchId, storedEvent } from "../world.ts";

const forms = (id: string) => [`/api/event/${id}/`, `/api/event/${id}`];
const PAST = { starting_time: "2022-01-01T10:00Z", end_time: "2022-01-01T12:00Z" };

async function membersOf(uuid: string): Promise<string[]> {
  const found = await rows<{ username: string }>(
    `SELECT u.username FROM event_members m JOIN users u ON u.id = m.user_id JOIN events e ON e.id = m.event_id
     WHERE e.uuid = ? ORDER BY u.id`,
    uuid,
  );
  return found.map(({ username }) => username);
}

describe("PUT", () => {
  test.each([0, 1])(
    "A change returns the message and the event with all given fields changed (%#).",
    async (form) => {
      const [ann, bob] = [await person(), await person()];
      const { id } = await makeEvent(ann);
      const change = draft({
        participants: [bob.username],
        starting_time: "2032-01-01T10:00Z",
        end_time: "2032-01-02",
      });
      const { status, body } = await put(forms(id)[form] ?? "", change, { token: ann.token });
      expect(status).toBe(200);
      expect(body.message).toBe("Event has been updated");
      const { event } = (await get(`/api/event/${id}/`, { token: ann.token })).body;
      expect(event).toMatchObject({
        id,
        name: change.name,
        location: change.location,
        participants: [bob.username],
      });
      expect(Date.parse(event.starting_time)).toBe(Date.parse("2032-01-01T10:00Z"));
      expect(Date.parse(event.end_time)).toBe(Date.parse("2032-01-01T22:00Z"));
      expect(Date.parse(event.updated_at)).toBeGreaterThan(Date.parse(event.created_at) - 1);
    },
  );

  test.each([
    ["name", { name: "Only the name" }, { name: "Only the name" }],
    [
      "location",
      { location: "Only the place" },
      { location: "Only the place", location_key: "only the place" },
    ],
    ["start", { starting_time: "2031-06-01T11:00Z" }, { starts_at: Date.UTC(2031, 5, 1, 11) }],
    ["end", { end_time: "2031-06-01T13:00Z" }, { ends_at: Date.UTC(2031, 5, 1, 13) }],
    ["nothing", {}, {}],
    ["unknown keys", { id: noSuchId(), creator_id: 1, created_at: "2001-01-01" }, {}],
  ])("A change of %s alone keeps the other fields.", async (_, change, changed) => {
    const [ann, bob] = [await person(), await person()];
    const { id } = await makeEvent(ann, { participants: [bob.username] });
    const before = await storedEvent(id);
    expect((await put(`/api/event/${id}/`, change, { token: ann.token })).status).toBe(200);
    // A trigger notes since when an event with moved times is on.
    const onSince = "starts_at" in changed || "ends_at" in changed ? expect.any(Number) : before?.on_since;
    expect(await storedEvent(id)).toEqual({
      ...before,
      sequence: 1,
      updated_at: expect.any(Number),
      on_since: onSince,
      ...changed,
    });
    expect(await membersOf(id)).toEqual([bob.username]);
  });

  test("The participants of a change replace the whole set, without unknown names.", async () => {
    const people: Person[] = [];
    for (const _ of [1, 2, 3]) people.push(await person());
    const [ann, bob, eve] = people as [Person, Person, Person];
    const { id } = await makeEvent(ann, { participants: [ann.username, bob.username] });
    const change = { participants: [bob.username, eve.username, unique("nobody"), 7] };
    await put(`/api/event/${id}/`, change, { token: ann.token });
    expect(await membersOf(id)).toEqual([bob.username, eve.username]);
    await put(`/api/event/${id}/`, { participants: [] }, { token: ann.token });
    expect(await membersOf(id)).toEqual([]);
  });

  test("A change of an event accepts forms.", async () => {
    const [ann, bob] = [await person(), await person()];
    const { id } = await makeEvent(ann);
    const urlencoded = new URLSearchParams({ name: "By form", participants: bob.username });
    expect((await put(`/api/event/${id}/`, urlencoded, { token: ann.token })).status).toBe(200);
    const multipart = new FormData();
    multipart.set("location", "By multipart");
    expect((await put(`/api/event/${id}/`, multipart, { token: ann.token })).status).toBe(200);
    expect(await storedEvent(id)).toMatchObject({ name: "By form", location: "By multipart" });
    expect(await membersOf(id)).toEqual([bob.username]);
  });

  test("Repeating a change of an event returns the same answer.", async () => {
    const ann = await person();
    const { id } = await makeEvent(ann);
    for (const _ of [1, 2])
      expect((await put(`/api/event/${id}/`, { name: "Twice" }, { token: ann.token })).status).toBe(200);
    expect(await storedEvent(id)).toMatchObject({ name: "Twice" });
  });

  test.each([
    ["both, in the wrong order", { starting_time: "2031-06-01T12:00Z", end_time: "2031-06-01T11:00Z" }],
    ["both the same", { starting_time: "2031-06-01T11:00Z", end_time: "2031-06-01T13:00+02:00" }],
    ["a start after the stored end", { starting_time: "2031-06-01T12:00Z" }],
    ["an end before the stored start", { end_time: "2031-06-01T10:00Z" }],
  ])("A change with %s is a 400, and nothing changes, not even the participants.", async (_, times) => {
    const [ann, bob] = [await person(), await person()];
    const { id } = await makeEvent(ann, { participants: [bob.username] });
    const before = await storedEvent(id);
    const change = { name: "Half done", participants: [], ...times };
    const answer = await put(`/api/event/${id}/`, change, { token: ann.token });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: "End time must be greater than start time." });
    expect(await storedEvent(id)).toEqual(before);
    expect(await membersOf(id)).toEqual([bob.username]);
    expect(await eventSubjects(bob)).toHaveLength(1);
  });

  test("Changing an event that has started is a 404 with the reason, and the event stays.", async () => {
    const ann = await person();
    for (const times of [PAST, { starting_time: fromNow(-1000), end_time: fromNow(HOUR) }]) {
      const { id } = await makeEvent(ann, times);
      const before = await storedEvent(id);
      for (const path of forms(id)) {
        const change = { name: "Too late", starting_time: "2032-01-01", end_time: "2032-01-02" };
        const answer = await put(path, change, { token: ann.token });
        expect(answer.status).toBe(404);
        expect(answer.body).toEqual({ message: "Event is in the past" });
      }
      expect(await storedEvent(id)).toEqual(before);
    }
  });

  test("An event may be moved into the past, and not changed after that.", async () => {
    const ann = await person();
    const { id } = await makeEvent(ann);
    expect((await put(`/api/event/${id}/`, PAST, { token: ann.token })).status).toBe(200);
    const again = await put(`/api/event/${id}/`, PAST, { token: ann.token });
    expect(again).toMatchObject({ status: 404, body: { message: "Event is in the past" } });
  });

  test("Changing an event that does not exist is a 404.", async () => {
    const { token } = await person();
    for (const path of forms(noSuchId())) {
      const answer = await put(path, { name: "x" }, { token });
      expect(answer).toMatchObject({ status: 404, body: { message: "No event found" } });
    }
  });
});
