/** Which addresses count as one client, which responses are not cached, and which names can't be registered twice. */

import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { clientOf } from "../../src/platform/http/limits/rate-limits.ts";
import { get, person, post, send, unique } from "../harness/api.ts";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["local", "local"],
  ["::ffff:203.0.113.7", "::ffff:203.0.113.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8:1::9", "2001:db8:1:0::/64"],
  ["2001:db8::", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
])("Rate limits count the client address %s as %s.", (address, counted) => {
  expect(clientOf({ client: { address, userAgent: "" } })).toBe(counted);
});

test("All addresses of an IPv6 network share one guess limit.", async () => {
  const ann = await person();
  const household = `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}:7`;
  const guess = async (host: number) => {
    const headers = { "cf-connecting-ip": `${household}::${host.toString(16)}` };
    const settings = { RATE_GUESS_FROM_ADDRESS: "3/900" };
    const wrong = { username: ann.username, password: "wrong-guess" };
    return (await post("/api/auth/signin/", wrong, { headers, settings })).status;
  };
  expect([await guess(1), await guess(2), await guess(3), await guess(4)]).toEqual([401, 401, 401, 429]);
});

describe("no cache keeps", () => {
  test.each([
    "/api/auth/user/",
    "/api/v1/auth/profile/",
    "/api/v1/users/me/export/",
    "/api/v1/auth/sessions/",
  ])("Responses of %s are not cacheable.", async (path) => {
    const ann = await person();
    const own = await get(path, { headers: { cookie: `jwt=${ann.token}` } });
    expect(own.status).toBe(200);
    expect(own.headers.get("cache-control")).toBe("no-store");
    expect((await get(path)).headers.get("cache-control")).toBe("no-store");
  });

  test("Responses with a password, a token or a code are not cacheable.", async () => {
    const ann = await person();
    const { username, password } = ann;
    const signedIn = await post("/api/auth/signin/", { username, password });
    expect(signedIn.headers.get("cache-control")).toBe("no-store");
  });
});

test.each([
  ["wide letters", (name: string) => name.replace("n", "ｎ")],
  ["a raised letter", (name: string) => name.replace("n", "ⁿ")],
])("A username cannot be registered again in %s.", async (_, disguise) => {
  const { username } = await person("name");
  const answer = await post("/api/auth/signup/", {
    username: disguise(username),
    email: `${unique()}@example.com`,
    password: "verysecret",
  });
  expect(answer.status).toBe(400);
  expect(answer.body).toHaveProperty("username");
});

test("A socket handshake is rate limited before anything is read, like every public route.", async () => {
  const asked: string[] = [];
  const SHIELD = {
    async limit({ key }: { key: string }) {
      asked.push(key);
      return { success: false };
    },
  };
  const headers = { upgrade: "websocket", "cf-connecting-ip": "203.0.113.9" };
  const request = new Request(`http://caravan.test/ws/events/${crypto.randomUUID()}/`, { headers });
  const answer = await send(request, { ...env, SHIELD });
  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(asked).toEqual(["/ws/events/:id|203.0.113.9"]);
});
