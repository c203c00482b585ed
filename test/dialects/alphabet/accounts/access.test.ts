/** Every signed-in route with every kind of missing or invalid credential, and wrong methods. */
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { runtimeOf } from "../../../../src/env.ts";
import { call, del, person, rows } from "../../../harness/api.ts";
import { draft, makeEvent, noSuchId, storedEvent } from "../world.ts";

const id = noSuchId();
const SIGNED_IN: [method: string, path: string, body?: unknown][] = [
  ["GET", "/api/events/"],
  ["POST", "/api/events/", draft()],
  ["GET", `/api/event/${id}/`],
  ["PUT", `/api/event/${id}/`, { name: "x" }],
  ["DELETE", `/api/event/${id}/`],
  ["GET", "/api/search_event/here/"],
  ["POST", "/api/batch_events/", []],
  ["PUT", "/api/batch_events/", []],
  ["DELETE", "/api/batch_events/", []],
  ["GET", "/api/user/1/"],
  ["PUT", "/api/user/1/", { username: "x" }],
  ["DELETE", "/api/user/1/"],
];

const NONE = { detail: "Authentication credentials were not provided." };
const INVALID = {
  detail: "Given token not valid for any token type",
  code: "token_not_valid",
  messages: [{ token_class: "AccessToken", token_type: "access", message: "Token is invalid or expired" }],
};

/** A token with our signature and these times. */
async function signed(userId: number, claims: object, expiresIn: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ token_type: "access", user_id: userId, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer("caravan")
    .setAudience("caravan-api")
    .setExpirationTime(now + expiresIn)
    .sign(await runtimeOf(env).keys.hmacKey("access"));
}

describe.each(SIGNED_IN)("%s %s", (method, path, body) => {
  const request = (headers: Record<string, string>) => call(method, path, { body, headers });

  test.each([
    ["no header", {}],
    ["the Basic scheme", { authorization: "Basic YW5uOnNlY3JldA==" }],
    ["a session cookie of the original", { cookie: "sessionid=abcdef0123456789; csrftoken=x" }],
  ])("A request with %s is a 401.", async (_, headers) => {
    const answer = await request(headers as Record<string, string>);
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual(NONE);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="api"');
  });

  test("A request without a trailing slash is a 401 too, not a redirect.", async () => {
    const answer = await call(method, path.slice(0, -1), { body });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual(NONE);
  });

  test("A request with a garbage token is a 401 about the token.", async () => {
    const answer = await request({ authorization: "Bearer not.a.token" });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual(INVALID);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="api"');
  });

  test("A request with a refresh token is a 401 about the token type.", async () => {
    const ann = await person();
    const answer = await request({ authorization: `Bearer ${ann.refresh}` });
    expect(answer.status).toBe(401);
    expect(answer.body.messages[0].message).toBe("Token has wrong type");
  });
});

describe("a token on a signed-in route", () => {
  const request = (token: string) => call("GET", "/api/events/", { token });

  test("An expired token is refused.", async () => {
    const ann = await person();
    const [session] = await rows<{ id: string }>("SELECT id FROM sessions WHERE user_id = ?", ann.id);
    const live = await signed(ann.id, { sid: session?.id }, 60);
    expect((await request(live)).status).not.toBe(401);
    const answer = await request(await signed(ann.id, { sid: session?.id }, -60));
    expect(answer).toMatchObject({ status: 401, body: INVALID });
  });

  test.each([
    ["of another kind", { token_type: "refresh" }],
    ["without a session", {}],
    ["of a session that is not theirs", { sid: crypto.randomUUID() }],
    ["whose user_id is text", { user_id: "1", sid: "x" }],
  ])("A token %s is refused.", async (_, claims) => {
    const ann = await person();
    expect(await request(await signed(ann.id, claims, 60))).toMatchObject({ status: 401, body: INVALID });
  });

  test("A token without a signature or with a foreign one is refused.", async () => {
    const ann = await person();
    const [, claims = ""] = ann.token.split(".");
    const none = btoa('{"alg":"none"}').replaceAll("=", "");
    expect((await request(`${none}.${claims}.`)).status).toBe(401);
    const key = new TextEncoder().encode("a key that is not the server's own");
    const forged = await new SignJWT({ token_type: "access", user_id: ann.id })
      .setProtectedHeader({ alg: "HS256" })
      .setExpirationTime("1h")
      .sign(key);
    expect((await request(forged)).status).toBe(401);
  });

  test("A deleted user's token is refused because the user does not exist.", async () => {
    const ann = await person();
    await del(`/api/user/${ann.id}/`, undefined, { token: ann.token });
    expect(await request(ann.token)).toMatchObject({
      status: 401,
      body: { detail: "User not found", code: "user_not_found" },
    });
  });

  test("The scheme Bearer is read in any case.", async () => {
    const ann = await person();
    const answer = await call("GET", `/api/user/${ann.id}/`, {
      headers: { authorization: `bearer ${ann.token}` },
    });
    expect(answer.status).toBe(200);
  });
});

test("A refused request changes nothing.", async () => {
  const ann = await person();
  const event = await makeEvent(ann);
  const before = await storedEvent(event.id);
  for (const [method, body] of [
    ["PUT", { name: "stolen" }],
    ["DELETE", undefined],
  ] as const)
    expect((await call(method, `/api/event/${event.id}/`, { body })).status).toBe(401);
  expect((await call("DELETE", "/api/batch_events/", { body: [event.id] })).status).toBe(401);
  expect((await call("PUT", "/api/batch_events/", { body: [{ id: event.id, name: "stolen" }] })).status).toBe(
    401,
  );
  expect(await storedEvent(event.id)).toEqual(before);
});

test.each([
  ["PATCH", "/api/events/"],
  ["DELETE", "/api/events/"],
  ["PUT", "/api/events"],
  ["POST", `/api/event/${id}/`],
  ["PATCH", `/api/event/${id}`],
  ["POST", "/api/search_event/here/"],
  ["GET", "/api/batch_events/"],
  ["PATCH", "/api/batch_events"],
  ["GET", "/api/auth/signup/"],
  ["PUT", "/api/auth/signin"],
  ["POST", "/api/user/1/"],
  ["GET", "/api/token/"],
  ["GET", "/api/token/refresh/"],
])("The request %s %s is a 405 that names the method.", async (method, path) => {
  const { token } = await person();
  const answer = await call(method, path, { token });
  expect(answer.status).toBe(405);
  expect(answer.body).toEqual({ detail: `Method "${method}" not allowed.` });
  expect(answer.headers.get("allow")).not.toContain(method);
});

test.each(["/api/event/", "/api/event/not-a-uuid/", "/api/search_event/", "/api/events/x/"])(
  "The path %s is a 404 in JSON.",
  async (path) => {
    const { token } = await person();
    const answer = await call("GET", path, { token });
    expect(answer.status).toBe(404);
    expect(answer.body).toBeTypeOf("object");
  },
);

test.each([
  ["GET", "/api/events/", undefined],
  ["POST", "/api/events/", {}],
  ["GET", `/api/event/${id}/`, undefined],
  ["GET", "/api/search_event/here/", undefined],
  ["PUT", "/api/batch_events/", []],
])("A user may call %s %s more than ten times a minute.", async (method, path, body) => {
  const { token } = await person();
  for (let calls = 0; calls < 15; calls++)
    expect((await call(method, path, { body, token })).status).not.toBe(429);
});

test.each(["/swagger/", "/redoc/", "/swagger.json"])("The API documents at %s are public.", async (path) => {
  expect((await call("GET", path)).status).toBe(200);
});

test.each([
  "/api/events/",
  "/api/event/{id}/",
  "/api/search_event/{location}/",
  "/api/batch_events/",
  "/api/auth/signup/",
  "/api/auth/signin/",
  "/api/user/{id}/",
  "/api/token/",
  "/api/token/refresh/",
])("The path %s is documented.", async (path) => {
  const { body } = await call("GET", "/swagger.json");
  const paths = Object.keys(body.paths).map((each) => each.replace(/\/$/, ""));
  expect(paths).toContain(path.replace(/\/$/, ""));
});
