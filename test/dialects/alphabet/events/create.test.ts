/** Creating events by `POST /api/events/`: what is accepted and how it is stored. */
import { describe, expect, test } from "vitest";
import { get, person, post, rows, unique } from "../../../harness/api.ts";
import { countNamed, draft, makeEvent, noSuchId, storedEvent } from "../world.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

describe.each(["/api/events/", "/api/events"])("POST %s", (path) => {
  test("Creating an event returns 201 with the message, and the event exists.", async () => {
    const [ann, bob] = [await person(), await person()];
    const body = draft({ participants: [bob.username, ann.username] });
    const answer = await post(path, body, { token: ann.token });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      message: "Event created successfully",
      id: expect.stringMatching(UUID),
      event: expect.objectContaining({ id: answer.body.id, name: body.name }),
    });
    const { event } = (await get(`/api/event/${answer.body.id}/`, { token: bob.token })).body;
    expect(event).toEqual({
      id: answer.body.id,
      name: body.name,
      starting_time: expect.stringMatching(INSTANT),
      end_time: expect.stringMatching(INSTANT),
      location: body.location,
      participants: expect.arrayContaining([ann.username, bob.username]),
      created_at: expect.stringMatching(INSTANT),
      updated_at: expect.stringMatching(INSTANT),
      time_zone: "UTC",
    });
    expect(Date.parse(event.starting_time)).toBe(Date.parse(body.starting_time));
    expect(Date.parse(event.end_time)).toBe(Date.parse(body.end_time));
    expect(await storedEvent(answer.body.id)).toMatchObject({ creator_id: ann.id });
  });

  test("Creating an event accepts urlencoded and multipart forms.", async () => {
    const [ann, bob] = [await person(), await person()];
    const urlencoded = new URLSearchParams({ ...draft() } as Record<string, string>);
    urlencoded.append("participants", ann.username);
    urlencoded.append("participants", bob.username);
    const multipart = new FormData();
    for (const [name, value] of Object.entries(draft())) multipart.set(name, String(value));
    multipart.set("participants", bob.username);
    for (const [form, names] of [
      [urlencoded, [ann.username, bob.username]],
      [multipart, [bob.username]],
    ] as const) {
      const { status, body } = await post(path, form, { token: ann.token });
      expect(status).toBe(201);
      expect(body.event.participants.sort()).toEqual([...names].sort());
    }
  });
});

test("Past events may be created.", async () => {
  const ann = await person();
  const times = { starting_time: "2022-01-01T10:00:00Z", end_time: "2022-01-01T12:00:00Z" };
  const { id } = await makeEvent(ann, times);
  const { event } = (await get(`/api/event/${id}/`, { token: ann.token })).body;
  expect(Date.parse(event.starting_time)).toBe(Date.UTC(2022, 0, 1, 10));
});

test("Creating the same event twice creates two events.", async () => {
  const ann = await person();
  const body = draft();
  const ids = [await makeEvent(ann, body), await makeEvent(ann, body)].map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  expect(await countNamed(body.name)).toBe(2);
});

test("A repeated Idempotency-Key creates the event once; the same key with another body is a 422.", async () => {
  const [ann, bob] = [await person(), await person()];
  const headers = { "idempotency-key": crypto.randomUUID() };
  const body = draft();
  const first = await post("/api/events/", body, { token: ann.token, headers });
  const again = await post("/api/events/", body, { token: ann.token, headers });
  expect([again.status, again.body]).toEqual([201, first.body]);
  expect((await post("/api/events/", draft(), { token: ann.token, headers })).status).toBe(422);
  expect((await post("/api/events/", body, { token: bob.token, headers })).body.id).not.toBe(first.body.id);
  expect(await countNamed(body.name)).toBe(2);
});

test("The fields id, created_at and updated_at of a new event cannot be set.", async () => {
  const ann = await person();
  const id = noSuchId();
  const made = await makeEvent(ann, { id, created_at: "2001-01-01T00:00Z", updated_at: "2001-01-01T00:00Z" });
  const created = (await storedEvent(made.id ?? ""))?.created_at;
  expect(await storedEvent(id)).toBeUndefined();
  expect(Number(created)).toBeGreaterThan(Date.now() - 60_000);
});

test.each<[string, (known: string) => unknown, number]>([
  ["none", () => undefined, 0],
  ["an empty list", () => [], 0],
  ["an unknown name", () => [unique("nobody")], 0],
  ["numbers, nulls and objects among names", (known) => [1, null, { a: 1 }, [known], true, known], 1],
  ["the same name twice", (known) => [known, known], 1],
  ["a name in other case", (known) => [known.toUpperCase()], 1],
  ["a lone name", (known) => known, 1],
  ["a NUL in a name", (known) => ["a\u0000b", known], 1],
])("The participants of a new event may be %s.", async (_, given, count) => {
  const [ann, bob] = [await person(), await person()];
  const { id } = await makeEvent(ann, { participants: given(bob.username) });
  const { event } = (await get(`/api/event/${id}/`, { token: ann.token })).body;
  expect(event.participants).toEqual(count ? [bob.username] : []);
});

test.each([{ name: "\ud800 half a pair" }, { participants: ["\ud800"] }])(
  "Half a surrogate pair is refused, and no event is made: %j.",
  async (field) => {
    const ann = await person();
    const { status, body } = await post("/api/events/", draft(field), { token: ann.token });
    expect([status, body.error]).toEqual([400, expect.stringContaining("U+D800")]);
    expect(await rows("SELECT id FROM events WHERE creator_id = ?", ann.id)).toEqual([]);
  },
);

test("A name and a place may have two hundred characters.", async () => {
  const ann = await person();
  const long = unique("Long ").padEnd(200, "ш");
  const { id } = await makeEvent(ann, { name: long, location: long });
  expect(await storedEvent(id)).toMatchObject({ name: long, location: long });
});

test.each(["😀 emoji", "'; DROP TABLE events; --", "<script>alert(1)</script>", "a\nb\tc", '"'])(
  "The event name %j is returned unchanged.",
  async (name) => {
    const ann = await person();
    const { id } = await makeEvent(ann, { name, location: name });
    const { status, body } = await get(`/api/event/${id}/`, { token: ann.token });
    expect(status).toBe(200);
    expect(body.event.name.replace(/^\ufffd+/, "")).toBe(name.replace("\ud800", ""));
    expect((await get("/api/events/", { token: ann.token })).status).toBe(200);
  },
);

describe("times", () => {
  test.each([
    ["2031-01-15T10:00:00+02:00", "2031-01-15T08:00:00Z"],
    ["2031-01-15T10:00:00Z", "2031-01-15T10:00:00Z"],
    ["2031-01-15T10:00:00.123456+00:00", "2031-01-15T10:00:00.123Z"],
    ["2031-01-15T10:00:00-0530", "2031-01-15T15:30:00Z"],
    ["2031-01-15T10:00", "2031-01-15T08:00:00Z"],
    ["2031-07-15T10:00", "2031-07-15T07:00:00Z"],
    ["2031-01-15 10:00:30", "2031-01-15T08:00:30Z"],
    ["2031-01-15", "2031-01-14T22:00:00Z"],
    ["2031-07-15", "2031-07-14T21:00:00Z"],
    ["  2031-01-15T10:00Z  ", "2031-01-15T10:00:00Z"],
    ["2032-02-29T00:00Z", "2032-02-29T00:00:00Z"],
  ])("The time %j is %s: times without an offset are local in Jerusalem.", async (words, instant) => {
    const ann = await person();
    const { id } = await makeEvent(ann, { starting_time: words, end_time: "2035-01-01" });
    const { event } = (await get(`/api/event/${id}/`, { token: ann.token })).body;
    expect(Date.parse(event.starting_time)).toBe(Date.parse(instant));
    const { events } = (await get("/api/events/", { token: ann.token })).body;
    const listed = events.find((each: { id: string }) => each.id === id);
    expect(Date.parse(listed.starting_time)).toBe(Date.parse(instant));
  });

  test("Start and end are compared as instants, not as text.", async () => {
    const ann = await person();
    const later = { starting_time: "2031-01-01T10:00+05:00", end_time: "2031-01-01T09:00Z" };
    await makeEvent(ann, later);
    const reverse = draft({ starting_time: "2031-01-01T09:00Z", end_time: "2031-01-01T10:00+05:00" });
    const answer = await post("/api/events/", reverse, { token: ann.token });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: "End time must be greater than start time." });
    expect(await countNamed(reverse.name)).toBe(0);
  });
});
