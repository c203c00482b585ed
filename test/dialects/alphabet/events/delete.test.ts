/** Deleting an event, concurrent changes and deletions, and who may do either. */
import { describe, expect, test } from "vitest";
import { del, get, person, put, rows, staffMember } from "../../../harness/api.ts";
import { eventSubjects, makeEvent, storedEvent } from "../world.ts";

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

describe("DELETE", () => {
  test.each([0, 1])(
    "A deletion returns the message with the name; a repetition is a 404 (%#).",
    async (form) => {
      const ann = await person();
      const { id, name } = await makeEvent(ann, { participants: [ann.username] });
      const path = forms(id)[form] ?? "";
      const answer = await del(path, undefined, { token: ann.token });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ message: `Event ${name} deleted` });
      expect(await storedEvent(id)).toBeUndefined();
      expect(await membersOf(id)).toEqual([]);
      expect(await del(path, undefined, { token: ann.token })).toMatchObject({
        status: 404,
        body: { message: "No events found" },
      });
      expect((await get(path, { token: ann.token })).status).toBe(404);
    },
  );

  test("A deletion accepts past events and ignores a body.", async () => {
    const ann = await person();
    const [past, other] = [await makeEvent(ann, PAST), await makeEvent(ann)];
    expect((await del(`/api/event/${past.id}/`, { id: other.id }, { token: ann.token })).status).toBe(200);
    expect(await storedEvent(past.id)).toBeUndefined();
    expect(await storedEvent(other.id)).toBeDefined();
  });

  test("Concurrent deletions delete the event once.", async () => {
    const [ann, bob] = [await person(), await person()];
    const { id, name } = await makeEvent(ann, { participants: [bob.username] });
    const responses = await Promise.all(
      [1, 2, 3].map(() => del(`/api/event/${id}/`, undefined, { token: ann.token })),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    const cancelled = (await eventSubjects(bob)).filter((subject) => subject.endsWith("Cancelled"));
    expect(cancelled).toEqual([`Notification for Event ${name} - Cancelled`]);
  });
});

test("A concurrent change and deletion end with no event, and each mail matches an answer.", async () => {
  const [ann, bob] = [await person(), await person()];
  const { id } = await makeEvent(ann, { participants: [bob.username] });
  const [change, removal] = await Promise.all([
    put(`/api/event/${id}/`, { location: "Moved" }, { token: ann.token }),
    del(`/api/event/${id}/`, undefined, { token: ann.token }),
  ]);
  expect(removal.status).toBe(200);
  expect([200, 404]).toContain(change.status);
  expect(await storedEvent(id)).toBeUndefined();
  const actions = (await eventSubjects(bob)).map((subject) => subject.split(" - ").at(-1));
  const expected = change.status === 200 ? ["Cancelled", "Created", "Updated"] : ["Cancelled", "Created"];
  expect(actions.sort()).toEqual(expected);
});

test("Concurrent changes all succeed, and the participants are exactly those of one of them.", async () => {
  const [ann, bob, eve] = [await person(), await person(), await person()];
  const { id } = await makeEvent(ann, { participants: [ann.username] });
  const sets = [[bob.username], [eve.username], [bob.username, eve.username]];
  const responses = await Promise.all(
    sets.map((participants) => put(`/api/event/${id}/`, { participants }, { token: ann.token })),
  );
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(sets).toContainEqual(await membersOf(id));
});

describe("who may", () => {
  const attempts = (id: string, token: string) => [
    () => put(`/api/event/${id}/`, { name: "Taken over", participants: [] }, { token }),
    () => put(`/api/event/${id}`, { name: "Taken over" }, { token }),
    () => del(`/api/event/${id}/`, undefined, { token }),
    () => del(`/api/event/${id}`, undefined, { token }),
  ];

  test.each(["a stranger", "a participant"])(
    "A change by %s is a 403 that names the event, and nothing changes.",
    async (who) => {
      const [ann, eve] = [await person(), await person()];
      const times = who === "a stranger" ? [{}, PAST] : [{}];
      for (const each of times) {
        const participants = who === "a participant" ? [eve.username] : [ann.username];
        const { id } = await makeEvent(ann, { participants, ...each });
        const before = await storedEvent(id);
        for (const attempt of attempts(id, eve.token)) {
          const answer = await attempt();
          expect(answer.status).toBe(403);
          expect(answer.body.message).toContain(id);
        }
        expect(await storedEvent(id)).toEqual(before);
        expect(await membersOf(id)).toEqual(participants);
        expect(await eventSubjects(ann)).not.toContain(expect.stringContaining("Updated"));
      }
    },
  );

  test("Staff may change and delete any event.", async () => {
    const [ann, staff] = [await person(), await staffMember()];
    const { id } = await makeEvent(ann);
    expect((await put(`/api/event/${id}/`, { name: "Mended" }, { token: staff.token })).status).toBe(200);
    expect((await del(`/api/event/${id}/`, undefined, { token: staff.token })).status).toBe(200);
  });

  test("Operators who are not staff may not change events.", async () => {
    const [ann, operator] = [await person(), await staffMember({ staff: false, type: "OPERATOR" })];
    const { id } = await makeEvent(ann);
    expect((await del(`/api/event/${id}/`, undefined, { token: operator.token })).status).toBe(403);
  });

  test("An event stays after its creator's account is deleted, and its participants may change it.", async () => {
    const [ann, bob, eve] = [await person(), await person(), await person()];
    const { id } = await makeEvent(ann, { participants: [bob.username] });
    await del(`/api/user/${ann.id}/`, undefined, { token: ann.token });
    expect(await storedEvent(id)).toMatchObject({ creator_id: null });
    for (const attempt of attempts(id, eve.token)) expect((await attempt()).status).toBe(403);
    expect((await put(`/api/event/${id}/`, { name: "Ours now" }, { token: bob.token })).status).toBe(200);
    expect((await del(`/api/event/${id}/`, undefined, { token: bob.token })).status).toBe(200);
  });
});
