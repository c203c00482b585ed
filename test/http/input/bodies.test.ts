/** What a body may be: three kinds that mean the same, and how everything else is refused. */
import { describe, expect, test } from "vitest";
import { type Refusal, wire } from "../../../src/platform/http/errors.ts";
import { parse } from "../../../src/platform/http/input/validation.ts";
import { z } from "../../../src/platform/zod.ts";
import { call, get, person, post, send, unique } from "../../harness/api.ts";
import { multipart } from "../../harness/forms.ts";

const KINDS: Record<string, (fields: Record<string, string>) => unknown> = {
  JSON: (fields) => fields,
  urlencoded: (fields) => new URLSearchParams(fields),
  multipart,
};

function raw(path: string, body: BodyInit, headers: Record<string, string>): Promise<Response> {
  return send(new Request(`http://caravan.test${path}`, { method: "POST", body, headers }));
}

describe.each(Object.entries(KINDS))("a body as %s", (_, kind) => {
  test("A sign-up and a sign-in accept this kind of body.", async () => {
    const username = unique();
    const email = `${username}@example.com`;
    const made = await post("/api/auth/signup/", kind({ username, email, password: "verysecret" }));
    expect(made.status).toBe(200);
    const answer = await post("/api/auth/signin/", kind({ username, password: "verysecret" }));
    expect(Object.keys(answer.body).sort()).toEqual(["access", "refresh", "status"]);
  });

  test("An event created by this kind of body has the same fields.", async () => {
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

  test("A refusal of this kind of body names every missing field.", async () => {
    const answer = await post("/api/v1/auth/login/", kind({}));
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ phone: ["Обязательное поле."], password: ["Обязательное поле."] });
  });

  test("A boolean is read as this kind of body spells it.", async () => {
    const { token } = await person();
    const answer = await call("PUT", "/api/settings/", { token, body: kind({ mail_reminders: "false" }) });
    expect(answer.status).toBe(200);
    expect(answer.body.mail_reminders).toBe(false);
  });
});

test("A repeated field of a form is a list.", async () => {
  const [ann, bob] = [await person(), await person()];
  const form = multipart({
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
  });
  for (const { username } of [ann, bob]) form.append("participants", username);
  const { body } = await post("/api/events/", form, { token: ann.token });
  expect(body.event.participants.sort()).toEqual([ann.username, bob.username].sort());
});

test("A password is taken verbatim, and a name is trimmed.", async () => {
  const username = unique();
  const body = { username: `  ${username} `, email: `${username}@example.com`, password: "  spaced out  " };
  expect((await post("/api/auth/signup/", body)).status).toBe(200);
  const trimmed = { username, password: "spaced out" };
  expect((await post("/api/auth/signin/", trimmed)).status).toBe(401);
  expect((await post("/api/auth/signin/", { ...trimmed, password: "  spaced out  " })).status).toBe(200);
});

test("A missing body counts as an empty object, whatever its type.", async () => {
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
])("The path %s refuses the media type %s with 415.", async (path, type, detail) => {
  const answer = await post(path, "phone=1", { headers: { "content-type": type } });
  expect(answer.status).toBe(415);
  expect(answer.body).toEqual({ detail });
});

test("Credentials are checked before the body.", async () => {
  const answer = await call("PATCH", "/api/v1/auth/profile/", {
    body: "\u0000\u0001",
    headers: { "content-type": "application/octet-stream" },
  });
  expect(answer.status).toBe(401);
});

describe("malformed bodies", () => {
  test.each(["{", "{'a': 1}", " ", '{"a":1} tail', "\u0000"])(
    "The malformed JSON %j is a 400.",
    async (body) => {
      const answer = await post("/api/auth/login/", body, {
        headers: { "content-type": "application/json" },
      });
      expect(answer.status).toBe(400);
      expect(answer.body.detail).toMatch(/^JSON parse error - /);
    },
  );

  test("Bytes that are not UTF-8 are a 400.", async () => {
    const body = new Uint8Array([0x22, 0xff, 0xfe, 0x22]);
    const answer = await raw("/api/auth/login/", body, { "content-type": "application/json" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toHaveProperty("detail", expect.stringMatching(/^JSON parse error - /));
  });

  test("A form without a boundary is a 400.", async () => {
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
])("The body %s in place of an object is refused with its type %s.", async (body, type) => {
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

test("An object in place of a list is refused.", async () => {
  const { token } = await person();
  const answer = await post("/api/batch_events/", { name: "Ride" }, { token });
  expect(answer.status).toBe(400);
  expect(answer.body.non_field_errors).toEqual(['Expected a list of items but got type "dict".']);
});

test("A list that is too long or empty is refused as a list, not as a number.", () => {
  const said = (list: unknown[]) => {
    try {
      parse(z.object({ list: z.array(z.string()).min(1).max(2) }), { list });
    } catch (error) {
      return wire((error as Refusal).body, "en");
    }
  };
  expect(said([])).toEqual({ list: ["This list may not be empty."] });
  expect(said(["a", "b", "c"])).toEqual({ list: ["Ensure this field has no more than 2 elements."] });
});

test("Keys of the prototype in a body change nothing.", async () => {
  const { token } = await person();
  const body = '{"__proto__":{"is_staff":true},"constructor":{"prototype":{"is_staff":true}},"name":"Plain"}';
  const answer = await call("PUT", "/api/settings/", { token, body });
  expect(answer.status).toBe(200);
  expect(({} as Record<string, unknown>).is_staff).toBeUndefined();
  const form = multipart({ name: "Plain", ["__proto__"]: "x" });
  expect((await call("PUT", "/api/settings/", { token, body: form })).status).toBe(200);
});

test("A fault below a name that all objects have is reported there, and leaves nothing on what they share.", async () => {
  const names = z.object({ filter: z.record(z.string(), z.array(z.number())) });
  const refused = (() => {
    try {
      parse(names, JSON.parse('{"filter":{"constructor":["x"],"valueOf":[{}],"plain":["x"]}}'));
    } catch (error) {
      return wire((error as Refusal).body, "en");
    }
  })();
  const fault = { "0": [expect.any(String)] };
  expect(refused).toEqual({
    filter: Object.fromEntries(["constructor", "valueOf", "plain"].map((name) => [name, fault])),
  });
  expect([Object.hasOwn(Object, "0"), Object.hasOwn(Object.prototype.valueOf, "0")]).toEqual([false, false]);
});

test("A GET with a repeated or malformed query causes no server error.", async () => {
  const { token } = await person();
  for (const query of ["limit=2&limit=3", "limit=abc", "limit=-1", "limit=1e9", "cursor=%00"])
    expect([200, 404]).toContain((await get(`/api/events/?${query}`, { token })).status);
});
