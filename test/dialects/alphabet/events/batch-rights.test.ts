/** `batch_events/`: other people's events, concurrent batches, and many items. */
import { describe, expect, test } from "vitest";
import { call, del, person, post, put, rows, staffMember, unique } from "../../../harness/api.ts";
import { draft, eventSubjects, makeEvent, noSuchId, storedEvent } from "../world.ts";

const PATHS = ["/api/batch_events/", "/api/batch_events"];
const [PATH] = PATHS as [string];
const PAST = { starting_time: "2022-01-01T10:00Z", end_time: "2022-01-01T12:00Z" };

describe("somebody else's event", () => {
  const attempts: [method: string, item: (id: string) => unknown][] = [
    ["PUT", (id) => ({ id, name: "Taken over" })],
    ["DELETE", (id) => id],
  ];

  test.each(attempts)(
    "Another person's event in a batch is a 403 that names it, and nothing changes: %s.",
    async (method, item) => {
      const [ann, eve] = [await person(), await person()];
      const own = [await makeEvent(eve, { participants: [eve.username] }), await makeEvent(eve)];
      for (const foreign of [
        await makeEvent(ann, { participants: [eve.username] }),
        await makeEvent(ann, PAST),
      ]) {
        const ids = [own[0]?.id ?? "", foreign.id, own[1]?.id ?? ""];
        const before = await Promise.all(ids.map(storedEvent));
        for (const path of PATHS) {
          const answer = await call(method, path, { body: ids.map((id) => item(id)), token: eve.token });
          expect(answer.status).toBe(403);
          expect(answer.body.message).toContain(foreign.id);
        }
        expect(await Promise.all(ids.map(storedEvent))).toEqual(before);
      }
      const told = (await eventSubjects(eve)).filter((subject) => !subject.endsWith("Created"));
      expect(told).toEqual([]);
    },
  );

  test.each(attempts)(
    "Staff may change or delete other people's events in a batch: %s.",
    async (method, item) => {
      const [ann, staff] = [await person(), await staffMember()];
      const { id } = await makeEvent(ann);
      expect((await call(method, PATH, { body: [item(id)], token: staff.token })).status).toBe(200);
    },
  );

  test.each(attempts)(
    "Participants may change or delete an event whose creator's account is deleted: %s.",
    async (method, item) => {
      const [ann, bob, eve] = [await person(), await person(), await person()];
      const { id } = await makeEvent(ann, { participants: [bob.username] });
      await del(`/api/user/${ann.id}/`, undefined, { token: ann.token });
      expect((await call(method, PATH, { body: [item(id)], token: eve.token })).status).toBe(403);
      expect((await call(method, PATH, { body: [item(id)], token: bob.token })).status).toBe(200);
    },
  );
});

test("Two batches with a common event notify each person of each change once.", async () => {
  const [ann, bob] = [await person(), await person()];
  for (const _ of [1, 2, 3]) {
    const made = [];
    for (const each of [1, 2, 3])
      made.push(await makeEvent(ann, { name: `Shared ${each}`, participants: [bob.username] }));
    const [a, b, c] = made.map(({ id }) => id);
    const responses = await Promise.all(
      [
        [a, b],
        [b, c],
      ].map((ids) => del(PATH, ids, { token: ann.token })),
    );
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  }
  const cancelled = (await eventSubjects(bob)).filter((subject) => subject.endsWith("Shared 2 - Cancelled"));
  expect(cancelled).toHaveLength(3);
});

test("Two hundred events are created, changed and deleted in one batch each.", async () => {
  const ann = await person();
  const made = await post(
    PATH,
    Array.from({ length: 200 }, () => draft()),
    { token: ann.token },
  );
  const ids: string[] = made.body.ids;
  expect(new Set(ids).size).toBe(200);
  const place = unique("Moved ");
  expect(
    (
      await put(
        PATH,
        ids.map((id) => ({ id, location: place })),
        { token: ann.token },
      )
    ).status,
  ).toBe(200);
  expect(await rows("SELECT id FROM events WHERE location = ?", place)).toHaveLength(200);
  expect((await del(PATH, ids, { token: ann.token })).status).toBe(200);
  expect(await rows("SELECT id FROM events WHERE location = ?", place)).toEqual([]);
});

test.each<[string, () => unknown]>([
  ["POST", () => draft()],
  ["PUT", () => ({ id: noSuchId(), name: "x" })],
  ["DELETE", noSuchId],
])("A %s batch accepts a thousand items and refuses one more.", async (method, item) => {
  const ann = await person();
  const batch = (length: number) => Array.from({ length }, item);
  const over = await call(method, PATH, { body: batch(1001), token: ann.token });
  expect(over.status).toBe(400);
  expect(over.body.error).toBe("A batch takes at most 1000 items.");
  expect(await rows("SELECT id FROM events WHERE creator_id = ?", ann.id)).toEqual([]);
  expect((await call(method, PATH, { body: batch(1000), token: ann.token })).status).toBeLessThan(300);
});
