/** `batch_events/`: many events in one call, all or none. */
import { describe, expect, test } from "vitest";
import { call, del, get, person, post, put, rows, unique } from "../../../harness/api.ts";
import { countNamed, draft, eventSubjects, makeEvent, noSuchId, storedEvent } from "../world.ts";

const PATHS = ["/api/batch_events/", "/api/batch_events"];
const [PATH] = PATHS as [string];
const PAST = { starting_time: "2022-01-01T10:00Z", end_time: "2022-01-01T12:00Z" };
const ORDER = { starting_time: "2031-01-02", end_time: "2031-01-01" };

describe.each(PATHS)("POST %s", (path) => {
  test("A batch creates all its events with their participants.", async () => {
    const [ann, bob] = [await person(), await person()];
    const batch = [
      draft({ participants: [bob.username] }),
      draft({ participants: bob.username }),
      draft(PAST),
    ];
    const { status, body } = await post(path, batch, { token: ann.token });
    expect(status).toBe(201);
    expect(body).toMatchObject({ message: "Batch events created successfully", ids: expect.any(Array) });
    const names = [];
    for (const id of body.ids) names.push((await storedEvent(id))?.name);
    expect(names).toEqual(batch.map(({ name }) => name));
    const { event } = (await get(`/api/event/${body.ids[0]}/`, { token: bob.token })).body;
    expect(event.participants).toEqual([bob.username]);
  });

  test("An empty batch of new events is a 201.", async () => {
    const { token } = await person();
    const answer = await post(path, [], { token });
    expect(answer).toMatchObject({ status: 201, body: { message: "Batch events created successfully" } });
  });
});

test.each<[string, object, string]>([
  ["lacks its name", { name: undefined }, "1.name: This field is required."],
  ["has a bad date", { starting_time: "soon" }, "1.starting_time: Datetime has wrong format."],
  ["ends before it starts", ORDER, "End time must be greater than start time."],
  [
    "has a number for participants",
    { participants: 4 },
    '1.participants: Expected a list of items but got type "int".',
  ],
])("A new event that %s fails the whole batch, and nobody is notified.", async (_, fault, words) => {
  const ann = await person();
  const fine = () => draft({ participants: [ann.username] });
  const answer = await post(PATH, [fine(), { ...fine(), ...fault }, fine()], { token: ann.token });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toContain(words);
  expect(await rows("SELECT id FROM events WHERE creator_id = ?", ann.id)).toEqual([]);
  expect(await eventSubjects(ann)).toEqual([]);
});

test("A repeated Idempotency-Key creates the batch once.", async () => {
  const ann = await person();
  const headers = { "idempotency-key": crypto.randomUUID() };
  const batch = [draft(), draft()];
  const first = await post(PATH, batch, { token: ann.token, headers });
  const again = await post(PATH, batch, { token: ann.token, headers });
  expect(again.body).toEqual(first.body);
  expect(await countNamed(batch[0]?.name ?? "")).toBe(1);
});

describe.each(PATHS)("PUT %s", (path) => {
  test("A batch changes all its events and skips unknown and past ones.", async () => {
    const [ann, bob] = [await person(), await person()];
    const [one, two, past] = [await makeEvent(ann), await makeEvent(ann), await makeEvent(ann, PAST)];
    const place = unique("New place ");
    const { status, body } = await put(
      path,
      [
        { id: one.id, name: "One", participants: [bob.username] },
        { id: two.id.toUpperCase(), location: place },
        { id: past.id, name: "Too late" },
        { id: noSuchId(), name: "Nobody" },
      ],
      { token: ann.token },
    );
    expect(status).toBe(200);
    expect(body).toEqual({ message: "Batch events updated successfully" });
    expect(await storedEvent(one.id)).toMatchObject({ name: "One", location: one.location });
    expect(await storedEvent(two.id)).toMatchObject({ name: two.name, location: place });
    expect(await storedEvent(past.id)).toMatchObject({ name: past.name });
    expect((await get(`/api/event/${one.id}/`, { token: ann.token })).body.event.participants).toEqual([
      bob.username,
    ]);
  });

  test.each([
    ["nothing", []],
    ["only what is not there", [{ id: noSuchId() }]],
  ])("A batch of changes with %s is a 200.", async (_, batch) => {
    const { token } = await person();
    const answer = await put(path, batch, { token });
    expect(answer).toMatchObject({ status: 200, body: { message: "Batch events updated successfully" } });
  });
});

test("Two changes of an event in a batch are applied in order as one change.", async () => {
  const ann = await person();
  const { id } = await makeEvent(ann, { participants: [ann.username] });
  const batch = [
    { id, name: "First", location: "Kept" },
    { id: id.toUpperCase(), name: "Second" },
  ];
  expect((await put(PATH, batch, { token: ann.token })).status).toBe(200);
  expect(await storedEvent(id)).toMatchObject({ name: "Second", location: "Kept" });
  expect(await eventSubjects(ann)).toHaveLength(2);
});

test.each<[string, (id: string) => unknown, string]>([
  ["lacks its id", () => ({ name: "x" }), "1.id: This field is required."],
  ["has a number for an id", () => ({ id: 5 }), "1.id: Not a valid string."],
  ["has an id that is no UUID", () => ({ id: "abc" }), "1.id: Must be a valid UUID."],
  ["is a bare id", (id) => id, "1: Invalid data. Expected a dictionary, but got str."],
  ["has a bad date", (id) => ({ id, end_time: "soon" }), "1.end_time: Datetime has wrong format."],
  ["ends before it starts", (id) => ({ id, ...ORDER }), "End time must be greater than start time."],
  ["has an empty name", (id) => ({ id, name: "" }), "1.name: This field may not be blank."],
])("A change that %s fails the whole batch.", async (_, fault, words) => {
  const ann = await person();
  const [one, two] = [await makeEvent(ann, { participants: [ann.username] }), await makeEvent(ann)];
  const before = [await storedEvent(one.id), await storedEvent(two.id)];
  const batch = [{ id: one.id, name: "Half done", participants: [] }, fault(two.id)];
  const answer = await put(PATH, batch, { token: ann.token });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toContain(words);
  expect([await storedEvent(one.id), await storedEvent(two.id)]).toEqual(before);
  expect(await eventSubjects(ann)).toHaveLength(1);
});

describe.each(PATHS)("DELETE %s", (path) => {
  test("A batch deletes the events of its ids, including past ones, and skips unknown and repeated ids.", async () => {
    const ann = await person();
    const [one, two, past] = [await makeEvent(ann), await makeEvent(ann), await makeEvent(ann, PAST)];
    const ids = [one.id, two.id.toUpperCase(), past.id, one.id, noSuchId()];
    const { status, body } = await del(path, ids, { token: ann.token });
    expect(status).toBe(200);
    expect(body).toEqual({ message: "Batch events deleted successfully" });
    for (const { id } of [one, two, past]) expect(await storedEvent(id)).toBeUndefined();
    const again = await del(path, ids, { token: ann.token });
    expect(again).toMatchObject({ status: 200, body: { message: "Batch events deleted successfully" } });
  });

  test("An empty batch of deletions is a 200.", async () => {
    const { token } = await person();
    expect((await del(path, [], { token })).status).toBe(200);
  });
});

test.each<[string, (id: string) => unknown]>([
  ["an object", (id) => ({ id })],
  ["a word that is no UUID", () => "abc"],
  ["a number", () => 5],
  ["null", () => null],
  ["a list", (id) => [id]],
])("A batch of deletions with %s among its ids is a 400, and nothing is deleted.", async (_, fault) => {
  const ann = await person();
  const [one, two] = [await makeEvent(ann), await makeEvent(ann)];
  const answer = await del(PATH, [one.id, fault(two.id)], { token: ann.token });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toEqual(expect.stringMatching(/^1: /));
  for (const { id } of [one, two]) expect(await storedEvent(id)).toBeDefined();
});

describe.each(["POST", "PUT", "DELETE"])("%s", (method) => {
  test.each([
    ["an object", "{}", 'Expected a list of items but got type "dict".'],
    ["a text", '"x"', 'Expected a list of items but got type "str".'],
    ["null", "null", "This field may not be null."],
    ["a number", "3", 'Expected a list of items but got type "int".'],
    ["no body", undefined, 'Expected a list of items but got type "dict".'],
    ["JSON that breaks off", "[", "JSON parse error"],
    ["a form", new URLSearchParams({ name: "x" }), 'Expected a list of items but got type "dict".'],
  ])("A batch with %s as the body is a 400 with the reason.", async (_, body, words) => {
    const { token } = await person();
    const answer = await call(method, PATH, { body, token });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(words);
  });

  test("A batch of lists, numbers and nulls is a 400.", async () => {
    const { token } = await person();
    for (const item of [[], 1, null, true]) {
      const answer = await call(method, PATH, { body: [item], token });
      expect(answer.status).toBe(400);
      expect(answer.body.error).toEqual(expect.any(String));
    }
  });
});
