/** Bad input to the event routes: every malformed body, type and date is a 400 with `error`, and nothing is written. */
import { describe, expect, test } from "vitest";
import { type Person, person, post, put, rows, send } from "../../../harness/api.ts";
import { countNamed, draft, eventSubjects, makeEvent, storedEvent } from "../world.ts";

const REQUIRED = "This field is required.";
const BLANK = "This field may not be blank.";
const NULL = "This field may not be null.";
const NO_TEXT = "Not a valid string.";
const LONG = "Ensure this field has no more than 200 characters.";
const DATE =
  "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";

/** Wrong in a new event and in a change alike. */
const WRONG: [field: string, value: unknown, words: string][] = [
  ["name", "", BLANK],
  ["name", "   ", BLANK],
  ["name", null, NULL],
  ["name", true, NO_TEXT],
  ["name", ["a"], NO_TEXT],
  ["name", { a: 1 }, NO_TEXT],
  ["name", "n".repeat(201), LONG],
  ["name", "a\u0000b", "Null characters are not allowed."],
  ["location", "", BLANK],
  ["location", null, NULL],
  ["location", [], NO_TEXT],
  ["location", "l".repeat(201), LONG],
  ["location", "a\u0000b", "Null characters are not allowed."],
  ["participants", 5, 'Expected a list of items but got type "int".'],
  ["participants", 1.5, 'Expected a list of items but got type "float".'],
  ["participants", true, 'Expected a list of items but got type "bool".'],
  ["participants", { a: 1 }, 'Expected a list of items but got type "dict".'],
  ["participants", null, NULL],
  ["starting_time", null, NULL],
  ["starting_time", 1_900_000_000, NO_TEXT],
  ["starting_time", {}, NO_TEXT],
  ...[
    "",
    "tomorrow",
    "2031-13-01",
    "2031-02-30T10:00Z",
    "2031-02-29",
    "2031-01-01T24:00Z",
    "2031-01-01T10:60Z",
    "2031-01-01T10:00:61Z",
    "2031-01-01T10Z",
    "2031-1-1",
    "31/12/2031",
    "1924991999",
    "2031-01-01T10:00+99:99",
    "2031-01-01T10:00+24:00",
    "0000-01-01",
    "0050-01-01",
    "99999-01-01",
    "9999-12-31T23:00-05:00",
    "2031-01-01T10:00Z; DROP TABLE events",
    "٢٠٣١-٠١-٠١",
  ].map((words): [string, unknown, string] => ["starting_time", words, DATE]),
  ["end_time", "soon", DATE],
  ["end_time", false, NO_TEXT],
];

const lettersTo = async (someone: Person) => (await eventSubjects(someone)).length;

test.each(WRONG)(
  "A new event with %s %j is refused with a message and not created.",
  async (field, value, words) => {
    const ann = await person();
    const body = draft({ location: `Of ${ann.username}`, participants: [ann.username], [field]: value });
    const answer = await post("/api/events/", body, { token: ann.token });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: `${field}: ${words}`, [field]: [words] });
    expect(await rows("SELECT id FROM events WHERE creator_id = ?", ann.id)).toEqual([]);
    expect(await lettersTo(ann)).toBe(0);
  },
);

test.each(WRONG)(
  "A change of %s to %j is refused with a message, together with the rest of the change.",
  async (field, value, words) => {
    const ann = await person();
    const { id } = await makeEvent(ann, { participants: [ann.username] });
    const before = await storedEvent(id);
    const change = { name: "Half done", [field]: value };
    const answer = await put(`/api/event/${id}/`, change, { token: ann.token });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: `${field}: ${words}`, [field]: [words] });
    expect(await storedEvent(id)).toEqual(before);
    expect(await lettersTo(ann)).toBe(1);
  },
);

test.each(["name", "starting_time", "end_time", "location"])("A new event needs its %s.", async (field) => {
  const { token } = await person();
  const body = { ...draft(), [field]: undefined };
  const answer = await post("/api/events/", body, { token });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ error: `${field}: ${REQUIRED}`, [field]: [REQUIRED] });
  if (body.name) expect(await countNamed(body.name)).toBe(0);
});

test.each([undefined, {}])("An empty new event (%j) reports all four required fields.", async (body) => {
  const { token } = await person();
  const answer = await post("/api/events/", body, { token });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({
    error: `name: ${REQUIRED}`,
    name: [REQUIRED],
    starting_time: [REQUIRED],
    end_time: [REQUIRED],
    location: [REQUIRED],
  });
});

test.each([
  ["the same time", "2031-01-01T10:00Z"],
  ["an earlier time", "2030-01-01T10:00Z"],
])("An end at %s as the start is refused with the rule's message.", async (_, end_time) => {
  const { token } = await person();
  const body = draft({ starting_time: "2031-01-01T10:00Z", end_time });
  const answer = await post("/api/events/", body, { token });
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ error: "End time must be greater than start time." });
  expect(await countNamed(body.name)).toBe(0);
});

test("Numbers are accepted as text, as by the original's serializer.", async () => {
  const ann = await person();
  const { id } = await makeEvent(ann, { name: 2031, location: 5.5 });
  expect(await storedEvent(id)).toMatchObject({ name: "2031", location: "5.5" });
});

const BODIES: [string, string][] = [
  ["JSON that breaks off", '{"name":'],
  ["text", "name=x"],
  ["nothing but space", "  "],
  ["a list", "[]"],
  ["a text", '"x"'],
  ["a number", "7"],
  ["null", "null"],
  ["NaN", '{"name":NaN}'],
  ["two values", "{}{}"],
];

describe.each(BODIES)("%s as a body", (_, body) => {
  test("An invalid body of a new event is a 400 with an error.", async () => {
    const ann = await person();
    const answer = await post("/api/events/", body, { token: ann.token });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toEqual(expect.any(String));
    expect(await rows("SELECT id FROM events WHERE creator_id = ?", ann.id)).toEqual([]);
  });

  test("An invalid body of a change is a 400 with an error.", async () => {
    const ann = await person();
    const { id } = await makeEvent(ann);
    const before = await storedEvent(id);
    const answer = await put(`/api/event/${id}/`, body, { token: ann.token });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toEqual(expect.any(String));
    expect(await storedEvent(id)).toEqual(before);
  });
});

test.each([
  ["text/plain", 415],
  ["application/xml", 415],
  ["multipart/form-data", 400],
  ["multipart/form-data; boundary=x", 400],
  ["APPLICATION/JSON; charset=utf-8", 201],
])("A body of type %s is a %i in JSON.", async (type, status) => {
  const { token } = await person();
  const options = { token, headers: { "content-type": type } };
  const answer = await post("/api/events/", JSON.stringify(draft()), options);
  expect(answer.status).toBe(status);
  expect(answer.body).toBeTypeOf("object");
});

test("A body that is not UTF-8 is a 400.", async () => {
  const { token } = await person();
  const request = new Request("http://caravan.test/api/events/", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
  });
  expect((await send(request)).status).toBe(400);
});

test("A body over the limit is a 413.", async () => {
  const { token } = await person();
  const answer = await post("/api/events/", draft({ extra: "x".repeat(1024 * 1024) }), { token });
  expect(answer.status).toBe(413);
  expect(answer.body.detail).toContain("1048576");
});

test("A file in a text field is a 400.", async () => {
  const { token } = await person();
  const form = new FormData();
  for (const [name, value] of Object.entries(draft())) form.set(name, String(value));
  form.set("name", new File(["x"], "x.txt"));
  const answer = await post("/api/events/", form, { token });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toBe(`name: ${NO_TEXT}`);
});
