/** D1's bookmarks: a client reads what it has written, whichever replica answers. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { get, person, post, send, type TestEnv } from "../harness/api.ts";

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;
const BOOKMARK = `${"0".repeat(8)}-${"0".repeat(8)}-${"0".repeat(8)}-${"a".repeat(32)}`;

/** The real database, which remembers how its sessions were opened. */
function watched(): { environment: TestEnv; opened: (string | undefined)[] } {
  const opened: (string | undefined)[] = [];
  const DB = new Proxy(env.DB, {
    get(target, name) {
      if (name !== "withSession") return Reflect.get(target, name);
      return (start?: string) => {
        opened.push(start);
        return target.withSession("first-primary");
      };
    },
  });
  return { environment: { ...env, DB }, opened };
}

function ask(headers: Record<string, string>): Request {
  return new Request("http://caravan.test/api/v1/auth/profile/", { headers });
}

test("A response that used the database carries a D1 bookmark.", async () => {
  const { token } = await person();
  const answer = await get("/api/v1/auth/profile/", { token });
  expect(answer.headers.get("x-d1-bookmark")).toMatch(SHAPE);
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test("A response that did not use the database carries no D1 bookmark.", async () => {
  expect((await get("/swagger/")).headers.has("x-d1-bookmark")).toBe(false);
});

test("After a write a cookie carries the D1 bookmark, for clients that ignore the header.", async () => {
  const { username, password } = await person();
  const answer = await post("/api/auth/signin/", { username, password });
  const bookmark = answer.headers.get("x-d1-bookmark");
  expect(answer.headers.getSetCookie()).toContain(
    `d1_bookmark=${bookmark}; Max-Age=600; Path=/; HttpOnly; SameSite=Lax`,
  );
});

test("Over HTTPS the bookmark's cookie is Secure.", async () => {
  const { username, password } = await person();
  const request = new Request("https://caravan.test/api/auth/signin/", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  });
  const answer = await send(request);
  expect(answer.headers.getSetCookie().join()).toMatch(/d1_bookmark=[^;]+; .*Secure/);
  expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
});

test.each<[string, Record<string, string>, string]>([
  ["without a bookmark at the primary", {}, "first-primary"],
  ["at the header's bookmark", { "x-d1-bookmark": BOOKMARK }, BOOKMARK],
  ["at the cookie's bookmark", { cookie: `a=b; d1_bookmark=${BOOKMARK}; jwt=x` }, BOOKMARK],
  ["at the header's before the cookie's", { "x-d1-bookmark": BOOKMARK, cookie: "d1_bookmark=x" }, BOOKMARK],
  ["at the primary when it is no bookmark", { "x-d1-bookmark": "first-unconstrained" }, "first-primary"],
  ["at the primary when it is noise", { cookie: "d1_bookmark=';DROP TABLE users" }, "first-primary"],
])("A D1 session starts %s.", async (_, headers, start) => {
  const { environment, opened } = watched();
  await send(ask({ authorization: `Token ${"c".repeat(40)}`, ...headers }), environment);
  expect(opened).toEqual([start]);
});

test("A replayed response carries a bookmark of its own.", async () => {
  const { token } = await person();
  const event = {
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
  };
  const options = { token, headers: { "idempotency-key": crypto.randomUUID() } };
  for (const answer of [
    await post("/api/events/", event, options),
    await post("/api/events/", event, options),
  ]) {
    expect(answer.headers.get("x-d1-bookmark")).toMatch(SHAPE);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
  }
});
