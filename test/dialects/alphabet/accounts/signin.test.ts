/** Sign-in, token pairs and their refresh in AlphaBet. */
import { describe, expect, test } from "vitest";
import { del, get, person, post, rows, unique } from "../../../harness/api.ts";
import { claimsOf } from "../world.ts";

const challenge = 'Bearer realm="api"';

describe.each(["/api/auth/signin/", "/api/auth/signin"])("POST %s", (path) => {
  test("A sign-in returns 200 with tokens, records the time, and sets no cookie.", async () => {
    const ann = await person();
    const answer = await post(path, { username: ann.username, password: ann.password });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ status: 200, refresh: expect.any(String), access: expect.any(String) });
    expect(answer.headers.get("set-cookie") ?? "").not.toMatch(/sessionid|csrftoken|jwt=/);
    const { body } = await get(`/api/user/${ann.id}/`, { token: answer.body.access });
    expect(Date.now() - Date.parse(body.user.updated_at)).toBeLessThan(60_000);
  });

  test("A sign-in with an unknown username is reported as such.", async () => {
    const answer = await post(path, { username: unique("nobody"), password: "verysecret" });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ status: "error", message: "Invalid Username" });
  });

  test("A sign-in with a wrong password is a 401.", async () => {
    const ann = await person();
    const answer = await post(path, { username: ann.username, password: "not this one" });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ status: "error", message: "Invalid username or password" });
    expect(answer.headers.get("www-authenticate")).toBe(challenge);
  });
});

test.each([
  ["no username", { password: "verysecret" }],
  ["an empty username", { username: "", password: "verysecret" }],
  ["nothing", {}],
])("A sign-in with %s is refused as an invalid username.", async (_, body) => {
  const answer = await post("/api/auth/signin/", body);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({ status: "error", message: "Invalid Username" });
});

test.each([
  ["no password", {}],
  ["an empty password", { password: "" }],
])("A sign-in with %s is refused as a wrong password.", async (_, changes) => {
  const ann = await person();
  const answer = await post("/api/auth/signin/", { username: ann.username, ...changes });
  expect(answer.status).toBe(401);
  expect(answer.body.message).toBe("Invalid username or password");
});

test("A blocked user gets the same answer as for a wrong password.", async () => {
  const ann = await person();
  await rows("UPDATE users SET is_active = 0 WHERE id = ?", ann.id);
  const answer = await post("/api/auth/signin/", { username: ann.username, password: ann.password });
  expect(answer.status).toBe(401);
  expect(answer.body).toEqual({ status: "error", message: "Invalid username or password" });
  const token = await post("/api/token/", { username: ann.username, password: ann.password });
  expect(token.status).toBe(401);
  expect(token.body).toEqual({ detail: "No active account found with the given credentials" });
});

test.each([
  ["text", "username=ann"],
  ["JSON that breaks off", '{"username":'],
  ["a list", '["ann"]'],
  ["a string", '"ann"'],
  ["null", "null"],
  ["a number as password", '{"username":"ann","password":5}'],
  ["an object as username", '{"username":{"$ne":""},"password":"x"}'],
  ["a list as username", '{"username":["ann"],"password":"x"}'],
  ["a NUL in the username", '{"username":"an\\u0000n","password":"x"}'],
])("A sign-in with %s is a 400 in JSON, never a 500.", async (_, body) => {
  const answer = await post("/api/auth/signin/", body);
  expect(answer.status).toBe(400);
  expect(answer.headers.get("content-type")).toContain("json");
});

test.each(["Bearer stale", "Bearer", "Bearer a b", "Token 0000", "Basic YTpi"])(
  "The header %j does not affect public routes.",
  async (authorization) => {
    const ann = await person();
    const headers = { authorization };
    const { username, password } = ann;
    expect((await post("/api/auth/signin/", { username, password }, { headers })).status).toBe(200);
    expect((await post("/api/token/", { username, password }, { headers })).status).toBe(200);
    expect((await post("/api/token/refresh/", { refresh: ann.refresh }, { headers })).status).toBe(200);
    const other = unique("fresh");
    const signUp = { username: other, email: `${other}@example.com`, password };
    expect((await post("/api/auth/signup/", signUp, { headers })).status).toBe(200);
  },
);

test("Password guesses at an account end in a 429 with Retry-After; other accounts are unaffected.", async () => {
  const [ann, bob] = [await person(), await person()];
  const options = {
    settings: { RATE_GUESS: "3/600", RATE_GUESS_FROM_ADDRESS: "3/600" },
    headers: { "cf-connecting-ip": unique("address") },
  };
  const guess = (username: string, password: string) =>
    post("/api/auth/signin/", { username, password }, options);
  for (const wrong of ["a", "b", "c"]) expect((await guess(ann.username, wrong)).status).toBe(401);
  const over = await guess(ann.username, ann.password);
  expect(over.status).toBe(429);
  expect(over.body).toEqual({ detail: "Request was throttled." });
  expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await guess(bob.username, bob.password)).status).toBe(200);
});

test("A new user can sign in to every other app.", async () => {
  const { username, email, password } = await person();
  const requests: [string, object][] = [
    ["/api/v1/auth/login/", { phone: email, password }],
    ["/api/v1/auth/token/login/", { email, password }],
    ["/api/auth/login/", { username, password }],
    ["/api/auth/login/", { email, password }],
    ["/api/login", { email, password }],
    ["/api/token/", { username, password }],
    ["/api/auth/signin/", { username: email, password }],
  ];
  for (const [path, body] of requests) expect([path, (await post(path, body)).status]).toEqual([path, 200]);
});

describe.each(["/api/token/", "/api/token"])("POST %s", (path) => {
  test("POST /api/token returns a pair whose access token works.", async () => {
    const ann = await person();
    const { status, body } = await post(path, { username: ann.username, password: ann.password });
    expect(status).toBe(200);
    expect(body).toEqual({ refresh: expect.any(String), access: expect.any(String) });
    expect(claimsOf(body.access)).toMatchObject({ token_type: "access", user_id: ann.id });
    expect((await get(`/api/user/${ann.id}/`, { token: body.access })).status).toBe(200);
  });

  test("POST /api/token accepts a form.", async () => {
    const ann = await person();
    const form = new URLSearchParams({ username: ann.username, password: ann.password });
    expect((await post(path, form)).status).toBe(200);
  });

  test.each(["known", "unknown"])(
    "POST /api/token refuses a wrong password for a %s username with the same answer.",
    async (kind) => {
      const username = kind === "known" ? (await person()).username : unique("nobody");
      const answer = await post(path, { username, password: "not this one" });
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ detail: "No active account found with the given credentials" });
      expect(answer.headers.get("www-authenticate")).toBe(challenge);
    },
  );
});

const REQUIRED = ["This field is required."];

test.each([
  [{}, { username: REQUIRED, password: REQUIRED }],
  [{ username: "ann" }, { password: REQUIRED }],
  [{ password: "verysecret" }, { username: REQUIRED }],
  [{ username: "", password: "x" }, { username: ["This field may not be blank."] }],
  [{ username: null, password: "x" }, { username: ["This field may not be null."] }],
  [{ username: "ann", password: 5 }, { password: ["Not a valid string."] }],
])("POST /api/token with %j is refused field by field.", async (body, expected) => {
  const answer = await post("/api/token/", body);
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual(expected);
});

describe.each(["/api/token/refresh/", "/api/token/refresh"])("POST %s", (path) => {
  test("A refresh token is exchanged for a new pair.", async () => {
    const ann = await person();
    const { status, body } = await post(path, { refresh: ann.refresh });
    expect(status).toBe(200);
    expect(body).toEqual({ access: expect.any(String), refresh: expect.any(String) });
    expect(body.refresh).not.toBe(ann.refresh);
    expect(claimsOf(body.access).user_id).toBe(ann.id);
    expect((await get(`/api/user/${ann.id}/`, { token: body.access })).status).toBe(200);
  });

  test("The previous refresh token returns the current pair, an older one ends the session.", async () => {
    const ann = await person();
    const first = await post(path, { refresh: ann.refresh });
    const again = await post(path, { refresh: ann.refresh });
    expect(again.status).toBe(200);
    expect(again.body.refresh).toBe(first.body.refresh);
    const second = await post(path, { refresh: first.body.refresh });
    expect(second.status).toBe(200);
    const stale = await post(path, { refresh: ann.refresh });
    expect(stale.status).toBe(401);
    expect(stale.body).toEqual({ detail: "Token is blacklisted", code: "token_not_valid" });
    expect((await post(path, { refresh: second.body.refresh })).status).toBe(401);
    expect((await get(`/api/user/${ann.id}/`, { token: second.body.access })).status).toBe(401);
  });

  test("An access token sent as a refresh token is the wrong type.", async () => {
    const ann = await person();
    const answer = await post(path, { refresh: ann.token });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ detail: "Token has wrong type", code: "token_not_valid" });
  });

  test.each(["garbage", "r1.a.0.b", "a.b.c", "r1..."])(
    "The text %j is not accepted as a refresh token.",
    async (refresh) => {
      const answer = await post(path, { refresh });
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ detail: "Token is invalid or expired", code: "token_not_valid" });
      expect(answer.headers.get("www-authenticate")).toBe(challenge);
    },
  );

  test.each([
    [{}, REQUIRED],
    [{ refresh: "" }, ["This field may not be blank."]],
    [{ refresh: null }, ["This field may not be null."]],
    [{ refresh: ["a"] }, ["Not a valid string."]],
  ])("A refresh with the body %j is refused.", async (body, refresh) => {
    const answer = await post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ refresh });
  });

  test("A deleted account's refresh token opens nothing.", async () => {
    const ann = await person();
    await del(`/api/user/${ann.id}/`, undefined, { token: ann.token });
    const answer = await post(path, { refresh: ann.refresh });
    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe("token_not_valid");
  });
});

test("A refresh token lives for thirty days.", async () => {
  const ann = await person();
  const [session] = await rows<{ refresh_expires_at: number; created_at: number }>(
    "SELECT refresh_expires_at, created_at FROM sessions WHERE user_id = ?",
    ann.id,
  );
  expect((session?.refresh_expires_at ?? 0) - (session?.created_at ?? 0)).toBe(30 * 24 * 3600_000);
});
