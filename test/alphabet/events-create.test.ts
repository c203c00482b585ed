/** Making, listing and reading events under `events/` and `event/{id}`. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { del, get, person, post, rows, staffMember, unique } from "../support/api.ts";
import { countNamed, draft, makeEvent, noSuchId, storedEvent } from "./world.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

describe.each(["/api/events/", "/api/events"])("POST %s", (path) => {
  test("answers 201 with the message, and the event is there", async () => {
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
    });
    expect(Date.parse(event.starting_time)).toBe(Date.parse(body.starting_time));
    expect(Date.parse(event.end_time)).toBe(Date.parse(body.end_time));
    expect(await storedEvent(answer.body.id)).toMatchObject({ creator_id: ann.id });
  });

  test("takes urlencoded and multipart forms", async () => {
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

test("events of the past are taken", async () => {
  const ann = await person();
  const times = { starting_time: "2022-01-01T10:00:00Z", end_time: "2022-01-01T12:00:00Z" };
  const { id } = await makeEvent(ann, times);
  const { event } = (await get(`/api/event/${id}/`, { token: ann.token })).body;
  expect(Date.parse(event.starting_time)).toBe(Date.UTC(2022, 0, 1, 10));
});

test("the same event twice is two events", async () => {
  const ann = await person();
  const body = draft();
  const ids = [await makeEvent(ann, body), await makeEvent(ann, body)].map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  expect(await countNamed(body.name)).toBe(2);
});

test("a repeated Idempotency-Key makes it once; the same key with another body is a 422", async () => {
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

test("id, created_at and updated_at can't be set", async () => {
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
  ["a name that is nobody's", () => [unique("nobody")], 0],
  ["numbers, nulls and objects among names", (known) => [1, null, { a: 1 }, [known], true, known], 1],
  ["the same name twice", (known) => [known, known], 1],
  ["a name in other case", (known) => [known.toUpperCase()], 1],
  ["a lone name", (known) => known, 1],
  ["a NUL in a name", (known) => ["a\u0000b", known], 1],
  ["half a surrogate pair as a name", (known) => ["\ud800", known], 1],
])("participants may be %s", async (_, given, count) => {
  const [ann, bob] = [await person(), await person()];
  const { id } = await makeEvent(ann, { participants: given(bob.username) });
  const { event } = (await get(`/api/event/${id}/`, { token: ann.token })).body;
  expect(event.participants).toEqual(count ? [bob.username] : []);
});

test("two hundred characters are a name and a place", async () => {
  const ann = await person();
  const long = unique("Long ").padEnd(200, "ш");
  const { id } = await makeEvent(ann, { name: long, location: long });
  expect(await storedEvent(id)).toMatchObject({ name: long, location: long });
});

test.each([
  "\ud800 half a pair",
  "😀 emoji",
  "'; DROP TABLE events; --",
  "<script>alert(1)</script>",
  "a\nb\tc",
  '"',
])("the name %j comes back as a text", async (name) => {
  const ann = await person();
  const { id } = await makeEvent(ann, { name, location: name });
  const { status, body } = await get(`/api/event/${id}/`, { token: ann.token });
  expect(status).toBe(200);
  expect(body.event.name.replace(/^\ufffd+/, "")).toBe(name.replace("\ud800", ""));
  expect((await get("/api/events/", { token: ann.token })).status).toBe(200);
});

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
  ])("%j is %s: what names no zone is local in Jerusalem", async (words, instant) => {
    const ann = await person();
    const { id } = await makeEvent(ann, { starting_time: words, end_time: "2035-01-01" });
    const { event } = (await get(`/api/event/${id}/`, { token: ann.token })).body;
    expect(Date.parse(event.starting_time)).toBe(Date.parse(instant));
    const { events } = (await get("/api/events/", { token: ann.token })).body;
    const listed = events.find((each: { id: string }) => each.id === id);
    expect(Date.parse(listed.starting_time)).toBe(Date.parse(instant));
  });

  test("instants are compared, not their spelling", async () => {
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

describe.each(["/api/events/", "/api/events"])("GET %s", (path) => {
  test("lists everybody's events in the order they were made, participants by number", async () => {
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
    });
  });

  test("has no cap and no paging of its own", async () => {
    const ann = await person();
    const batch = Array.from({ length: 120 }, () => draft());
    await post("/api/batch_events/", batch, { token: ann.token });
    const { body } = await get(path, { token: ann.token });
    expect(body.events.length).toBeGreaterThanOrEqual(120);
    expect(body.events.length).toBe((await rows("SELECT id FROM events")).length);
  });

  test("no event at all is a 404 with a message and an empty list", async () => {
    await env.DB.exec("DELETE FROM events");
    const { token } = await person();
    const answer = await get(path, { token });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ message: "No events found", events: [] });
  });
});

test("a limit and a cursor walk the list, each event once", async () => {
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
  "the query %s harms nothing",
  async (query) => {
    const ann = await person();
    await makeEvent(ann);
    const { status, body } = await get(`/api/events/?${query}`, { token: ann.token });
    expect([200, 400]).toContain(status);
    expect(body).toBeTypeOf("object");
  },
);

describe("GET event/{id}", () => {
  test("answers under both forms of the path and in either case of the id", async () => {
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
  ])("%s is no event: a 404 with the message", async (id) => {
    const { token } = await person();
    for (const path of [`/api/event/${id}/`, `/api/event/${id}`]) {
      const answer = await get(path, { token });
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ message: "No event found" });
    }
  });

  test.each(["x", "1", "%00", "None", `${noSuchId()}0`, "%E0%A4%A"])("%j is a 404 in JSON", async (id) => {
    const { token } = await person();
    const answers = [
      await get(`/api/event/${id}/`, { token }),
      await del(`/api/event/${id}`, undefined, { token }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(404);
      expect(body).toBeTypeOf("object");
    }
  });

  test("what a body beside it says is ignored", async () => {
    const staff = await staffMember();
    const { id } = await makeEvent(staff);
    expect((await get(`/api/event/${id}/?id=${noSuchId()}`, { token: staff.token })).body.event.id).toBe(id);
  });
});
