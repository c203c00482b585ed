/** What a body may be: three kinds that mean the same, a size it can't pass, and the words for everything else. */
import { describe, expect, test } from "vitest";
import { type Answer, call, get, person, post, rows, send, unique } from "../../harness/api.ts";

const JSON_LIMIT = 1024 * 1024;
const TOO_LARGE = { detail: "The request is larger than 1048576 bytes." };

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

const KINDS: Record<string, (fields: Record<string, string>) => unknown> = {
  JSON: (fields) => fields,
  urlencoded: (fields) => new URLSearchParams(fields),
  multipart: formOf,
};

describe.each(Object.entries(KINDS))("a body as %s", (_, kind) => {
  test("signs up and in", async () => {
    const username = unique();
    const email = `${username}@example.com`;
    const made = await post("/api/auth/signup/", kind({ username, email, password: "verysecret" }));
    expect(made.status).toBe(200);
    const answer = await post("/api/auth/signin/", kind({ username, password: "verysecret" }));
    expect(Object.keys(answer.body).sort()).toEqual(["access", "refresh", "status"]);
  });

  test("makes an event of the same fields", async () => {
    const { token, username } = await person();
    const fields = { name: " Ride ", starting_time: "2031-01-01T10:00Z", end_time: "2031-01-01T11:00Z" };
    const body = kind({ ...fields, location: "Bridge", participants: username, unknown: "left out" });
    const { status, body: made } = await post("/api/events/", body, { token });
    expect(status).toBe(201);
    expect(made.event).toMatchObject({
      name: "Ride",
      starting_time: "2031-01-01T10:00:00.000Z",
      location: "Bridge",
      participants: [username],
    });
    expect(made.event).not.toHaveProperty("unknown");
  });

  test("names every field that is missing", async () => {
    const answer = await post("/api/v1/auth/login/", kind({}));
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ phone: ["Обязательное поле."], password: ["Обязательное поле."] });
  });

  test("takes a truth value as the kind spells it", async () => {
    const { token } = await person();
    const answer = await call("PUT", "/api/settings/", { token, body: kind({ mail_reminders: "false" }) });
    expect(answer.status).toBe(200);
    expect(answer.body.mail_reminders).toBe(false);
  });
});

test("a field that a form repeats is a list", async () => {
  const [ann, bob] = [await person(), await person()];
  const form = formOf({
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
  });
  for (const { username } of [ann, bob]) form.append("participants", username);
  const { body } = await post("/api/events/", form, { token: ann.token });
  expect(body.event.participants.sort()).toEqual([ann.username, bob.username].sort());
});

test("a password is taken verbatim, a name is trimmed", async () => {
  const username = unique();
  const body = { username: `  ${username} `, email: `${username}@example.com`, password: "  spaced out  " };
  expect((await post("/api/auth/signup/", body)).status).toBe(200);
  const trimmed = { username, password: "spaced out" };
  expect((await post("/api/auth/signin/", trimmed)).status).toBe(401);
  expect((await post("/api/auth/signin/", { ...trimmed, password: "  spaced out  " })).status).toBe(200);
});

test("no body at all counts as an empty object, whatever its type", async () => {
  for (const type of ["application/json", "application/x-www-form-urlencoded", "text/plain"]) {
    const answer = await call("POST", "/api/v1/auth/login/", { headers: { "content-type": type } });
    expect(answer.status).toBe(400);
    expect(answer.body).toHaveProperty("phone");
  }
});

test.each([
  ["/api/v1/auth/login/", "text/plain", 'Неподдерживаемый тип данных "text/plain" в запросе.'],
  ["/api/auth/login/", "text/plain", 'Unsupported media type "text/plain" in request.'],
  [
    "/api/auth/login/",
    "application/xml; charset=utf-8",
    'Unsupported media type "application/xml" in request.',
  ],
])("%s refuses %s with 415", async (path, type, detail) => {
  const answer = await post(path, "phone=1", { headers: { "content-type": type } });
  expect(answer.status).toBe(415);
  expect(answer.body).toEqual({ detail });
});

test("credentials are looked at before the body", async () => {
  const answer = await call("PATCH", "/api/v1/auth/profile/", {
    body: "\u0000\u0001",
    headers: { "content-type": "application/octet-stream" },
  });
  expect(answer.status).toBe(401);
});

describe("JSON that is none", () => {
  test.each(["{", "{'a': 1}", " ", '{"a":1} tail', "\u0000"])("%j", async (body) => {
    const answer = await post("/api/auth/login/", body, { headers: { "content-type": "application/json" } });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/^JSON parse error - /);
  });

  test("bytes that are no UTF-8", async () => {
    const body = new Uint8Array([0x22, 0xff, 0xfe, 0x22]);
    const answer = await raw("/api/auth/login/", body, { "content-type": "application/json" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toHaveProperty("detail", expect.stringMatching(/^JSON parse error - /));
  });

  test("a form whose boundary is missing", async () => {
    const answer = await post("/api/auth/login/", "--x", {
      headers: { "content-type": "multipart/form-data" },
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toHaveProperty("detail");
  });
});

test.each([
  ["[]", "list"],
  ['"words"', "str"],
  ["7", "int"],
  ["7.5", "float"],
  ["true", "bool"],
])("a body %s where an object belongs is named by its type", async (body, type) => {
  const russian = await post("/api/v1/auth/login/", body);
  expect(russian.status).toBe(400);
  expect(russian.body).toEqual({
    non_field_errors: [`Недопустимые данные. Ожидался dictionary, но был получен ${type}.`],
  });
  const english = await post("/api/auth/login/", body);
  expect(english.body).toEqual({
    non_field_errors: [`Invalid data. Expected a dictionary, but got ${type}.`],
  });
});

test("an object where a list belongs is refused too", async () => {
  const { token } = await person();
  const answer = await post("/api/batch_events/", { name: "Ride" }, { token });
  expect(answer.status).toBe(400);
  expect(answer.body.non_field_errors).toEqual(['Expected a list of items but got type "dict".']);
});

test("a body that would reach into the prototype reaches nothing", async () => {
  const { token } = await person();
  const body = '{"__proto__":{"is_staff":true},"constructor":{"prototype":{"is_staff":true}},"name":"Plain"}';
  const answer = await call("PUT", "/api/settings/", { token, body });
  expect(answer.status).toBe(200);
  expect(({} as Record<string, unknown>).is_staff).toBeUndefined();
  const form = formOf({ name: "Plain", ["__proto__"]: "x" });
  expect((await call("PUT", "/api/settings/", { token, body: form })).status).toBe(200);
});

function raw(path: string, body: BodyInit, headers: Record<string, string>): Promise<Response> {
  return send(new Request(`http://caravan.test${path}`, { method: "POST", body, headers }));
}

/** A body that comes in pieces and does not say how long it will be; counts how many pieces were asked for. */
function chunked(pieces: number, bytes = 64 * 1024) {
  const taken = { pieces: 0 };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (taken.pieces === pieces) return controller.close();
      taken.pieces += 1;
      controller.enqueue(new Uint8Array(bytes).fill(0x20));
    },
  });
  return { stream, taken };
}

describe("more than 1 MiB", () => {
  const padded = (bytes: number) => `{"username":"${"x".repeat(bytes - 32)}","password":"p"}`;

  test.each([
    ["application/json", padded(JSON_LIMIT + 100)],
    ["application/x-www-form-urlencoded", `username=${"x".repeat(JSON_LIMIT)}`],
  ])("as %s is 413", async (type, body) => {
    const answer = await post("/api/auth/login/", body, { headers: { "content-type": type } });
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual(TOO_LARGE);
  });

  test("as multipart is 413 at a door that takes no files", async () => {
    const form = formOf({ username: "x".repeat(JSON_LIMIT), password: "p" });
    const answer = await post("/api/auth/login/", form);
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual(TOO_LARGE);
  });

  test("in chunks without a length is 413, and the rest is not read", async () => {
    const { stream, taken } = chunked(1000);
    const answer = await raw("/api/auth/login/", stream, { "content-type": "application/json" });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual(TOO_LARGE);
    expect(taken.pieces).toBeLessThan(40);
  });

  test("with a length that lies about it is 413", async () => {
    const { stream } = chunked(1000);
    const headers = { "content-type": "application/json", "content-length": "10" };
    expect((await raw("/api/auth/login/", stream, headers)).status).toBe(413);
  });

  test("leaves no account behind", async () => {
    const username = unique();
    const padding = "x".repeat(JSON_LIMIT);
    const person = { username, email: `${username}@example.com`, password: "verysecret", padding };
    expect((await post("/api/auth/signup/", person)).status).toBe(413);
    expect(await rows("SELECT id FROM users WHERE username = ?", username)).toEqual([]);
  });

  test("is told in Russian under /api/v1/", async () => {
    const answer: Answer = await post("/api/v1/auth/login/", padded(JSON_LIMIT + 100));
    expect(answer.body).toEqual({ detail: "Запрос больше 1048576 байт." });
  });
});

test("exactly 1 MiB passes", async () => {
  const frame = '{"username":"","password":"p"}';
  const body = `{"username":"${"x".repeat(JSON_LIMIT - frame.length)}","password":"p"}`;
  const answer = await post("/api/auth/login/", body);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ username: ["Ensure this field has no more than 254 characters."] });
});

test("a chunked body within the limit is read whole", async () => {
  const { username, password } = await person();
  const words = new TextEncoder().encode(JSON.stringify({ username, password }));
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < words.length; at += 5) controller.enqueue(words.slice(at, at + 5));
      controller.close();
    },
  });
  const answer = await raw("/api/auth/signin/", stream, { "content-type": "application/json" });
  expect(answer.status).toBe(200);
});

test("a GET with a query that repeats or is garbage is answered", async () => {
  const { token } = await person();
  for (const query of ["limit=2&limit=3", "limit=abc", "limit=-1", "limit=1e9", "cursor=%00"])
    expect([200, 404]).toContain((await get(`/api/events/?${query}`, { token })).status);
});
