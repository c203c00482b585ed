/** The size of a body: a megabyte is read, and more is refused before it is read. */
import { describe, expect, test } from "vitest";
import { type Answer, person, post, rows, send, unique } from "../../harness/api.ts";
import { multipart } from "../../harness/forms.ts";

const JSON_LIMIT = 1024 * 1024;
const TOO_LARGE = { detail: "The request is larger than 1048576 bytes." };

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
  ])("A body over 1 MiB of type %s is a 413.", async (type, body) => {
    const answer = await post("/api/auth/login/", body, { headers: { "content-type": type } });
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual(TOO_LARGE);
  });

  test("A multipart body over 1 MiB is a 413 on a route that accepts no files.", async () => {
    const form = multipart({ username: "x".repeat(JSON_LIMIT), password: "p" });
    const answer = await post("/api/auth/login/", form);
    expect(answer.status).toBe(413);
    expect(answer.body).toEqual(TOO_LARGE);
  });

  test("A chunked body over 1 MiB is a 413, and the rest is not read.", async () => {
    const { stream, taken } = chunked(1000);
    const answer = await raw("/api/auth/login/", stream, { "content-type": "application/json" });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual(TOO_LARGE);
    expect(taken.pieces).toBeLessThan(40);
  });

  test("A body over 1 MiB with a false length is a 413.", async () => {
    const { stream } = chunked(1000);
    const headers = { "content-type": "application/json", "content-length": "10" };
    expect((await raw("/api/auth/login/", stream, headers)).status).toBe(413);
  });

  test("A sign-up with a body over 1 MiB creates no account.", async () => {
    const username = unique();
    const padding = "x".repeat(JSON_LIMIT);
    const person = { username, email: `${username}@example.com`, password: "verysecret", padding };
    expect((await post("/api/auth/signup/", person)).status).toBe(413);
    expect(await rows("SELECT id FROM users WHERE username = ?", username)).toEqual([]);
  });

  test("The refusal of a body over 1 MiB is in Russian under /api/v1/.", async () => {
    const answer: Answer = await post("/api/v1/auth/login/", padded(JSON_LIMIT + 100));
    expect(answer.body).toEqual({ detail: "Запрос больше 1048576 байт." });
  });
});

test("A body of exactly 1 MiB is read.", async () => {
  const frame = '{"username":"","password":"p"}';
  const body = `{"username":"${"x".repeat(JSON_LIMIT - frame.length)}","password":"p"}`;
  const answer = await post("/api/auth/login/", body);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ username: ["Ensure this field has no more than 254 characters."] });
});

test("A chunked body within the limit is read completely.", async () => {
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
