/** Rideshare's session cookie: set at sign-in, cleared at sign-out and deletion, and refused from a foreign page. */
import { expect, test } from "vitest";
import { call, del, get, post, put, rows, send, unique } from "../../../harness/api.ts";
import { jwtCookies, rider, signedIn, signIn, usersWith } from "../people.ts";

const CLEARED = "jwt=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax";
const WRONG = { detail: "Incorrect email or password!" };

function over(scheme: "http" | "https", path: string, body: object): Promise<Response> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  return send(new Request(`${scheme}://caravan.test${path}`, init));
}

test("A sign-in returns the token and sets it as an HttpOnly cookie for a day.", async () => {
  const { email, password } = await rider();
  const answer = await post("/api/login", { email, password });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ jwt: expect.any(String) });
  expect(jwtCookies(answer)).toEqual([
    `jwt=${answer.body.jwt}; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax`,
  ]);
  const { iat, exp } = JSON.parse(
    atob(answer.body.jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")),
  );
  expect(exp - iat).toBe(86400);
});

test("Over https every cookie is Secure, set or cleared; over http none is.", async () => {
  const { email, password } = await rider();
  for (const [path, body] of [
    ["/api/login", { email, password }],
    ["/api/logout", {}],
  ] as const) {
    const secure = (await over("https", path, body)).headers.getSetCookie();
    const plain = (await over("http", path, body)).headers.getSetCookie();
    expect(secure.some((cookie) => cookie.startsWith("jwt="))).toBe(true);
    expect(secure.every((cookie) => cookie.includes("; Secure"))).toBe(true);
    expect(plain.some((cookie) => cookie.includes("Secure"))).toBe(false);
  }
});

test("A sign-in accepts the address in any case, and the path with a slash.", async () => {
  const { email, password } = await rider();
  expect((await post("/api/login/", { email: ` ${email.toUpperCase()} `, password })).status).toBe(200);
});

test("Wrong password, unknown address and inactive account are refused alike, without a cookie.", async () => {
  const { email, password } = await rider();
  const inactive = await rider();
  await rows("UPDATE users SET is_active = 0 WHERE id = ?", inactive.id);
  for (const body of [
    { email, password: "wrongpassword" },
    { email: `${unique("nobody")}@example.com`, password },
    { email: inactive.email, password },
  ]) {
    const answer = await post("/api/login", body);
    expect(answer).toMatchObject({ status: 401, body: WRONG });
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="api"');
    expect(jwtCookies(answer)).toEqual([]);
  }
});

test.each([
  [{ email: "a@example.com" }, { password: ["This field is required."] }],
  [{ password: "x" }, { email: ["This field is required."] }],
  [
    { email: "", password: "" },
    { email: ["This field may not be blank."], password: ["This field may not be blank."] },
  ],
])("Signing in with %j is a bad request.", async (body, errors) => {
  expect(await post("/api/login", body)).toMatchObject({ status: 400, body: errors });
});

test("The cookie authenticates requests, and so does Bearer.", async () => {
  const { id, name, email, jwt, cookie } = await signedIn();
  for (const credential of [{ headers: cookie }, { token: jwt }]) {
    expect(await get("/api/user", credential)).toMatchObject({ status: 200, body: { id, name, email } });
  }
});

test("Other cookies do not affect the session cookie.", async () => {
  const { jwt, id } = await signedIn();
  const headers = { cookie: `theme=dark; jwt=${jwt}; d1_bookmark=x` };
  expect((await get("/api/user", { headers })).body.id).toBe(id);
});

test.each([
  ["no cookie", {}, "Authentication credentials were not provided."],
  ["an empty cookie", { cookie: "jwt=" }, "Authentication credentials were not provided."],
  ["a garbage cookie", { cookie: "jwt=garbage" }, "Given token not valid for any token type"],
  ["a cookie of another name", { cookie: "jwt2=x" }, "Authentication credentials were not provided."],
])("A request with %s is a 401 in JSON.", async (_, headers, detail) => {
  const answer = await get("/api/user", { headers });
  expect(answer.status).toBe(401);
  expect(answer.body.detail).toBe(detail);
  expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="api"');
});

test("Signing out clears the cookie and ends its session, and no other.", async () => {
  const who = await signedIn();
  const other = await signIn(who);
  const answer = await post("/api/logout", undefined, { headers: who.cookie });
  expect(answer).toMatchObject({ status: 200, body: { message: "success" } });
  expect(jwtCookies(answer)).toEqual([CLEARED]);
  expect((await get("/api/user", { headers: who.cookie })).status).toBe(401);
  expect((await get("/api/user", { token: who.jwt })).status).toBe(401);
  expect((await get("/api/user", { headers: other.cookie })).status).toBe(200);
});

test.each([
  ["no cookie", {}],
  ["a garbage cookie", { cookie: "jwt=garbage" }],
  ["a stale header", { authorization: "Bearer stale" }],
])("Signing out works with %s.", async (_, headers) => {
  const answer = await post("/api/logout", undefined, { headers });
  expect(answer).toMatchObject({ status: 200, body: { message: "success" } });
  expect(jwtCookies(answer)).toEqual([CLEARED]);
});

test("A second sign-out with the same cookie works too.", async () => {
  const { cookie } = await signedIn();
  for (let round = 0; round < 2; round++)
    expect((await post("/api/logout", undefined, { headers: cookie })).status).toBe(200);
});

test.each([
  ["DELETE /api/user-delete", "/api/user-delete", 200],
  ["DELETE /api/user/", "/api/user/", 204],
])("The request %s deletes the account and clears the cookie.", async (_, path, status) => {
  const { email, password, cookie } = await signedIn();
  const answer = await del(path, undefined, { headers: cookie });
  expect(answer).toMatchObject({ status, body: "" });
  expect(jwtCookies(answer)).toEqual([CLEARED]);
  expect(await usersWith(email)).toEqual([]);
  expect((await get("/api/user", { headers: cookie })).status).toBe(401);
  expect(await post("/api/login", { email, password })).toMatchObject({ status: 401, body: WRONG });
});

test("The cookie of a blocked account is refused.", async () => {
  const { id, cookie } = await signedIn();
  await rows("UPDATE users SET is_active = 0 WHERE id = ?", id);
  expect((await get("/api/user", { headers: cookie })).status).toBe(401);
});

test("The Token scheme does not accept the cookie's token.", async () => {
  const { jwt } = await signedIn();
  expect((await get("/api/user", { key: jwt })).status).toBe(401);
});

/** Every route that writes with the cookie alone. */
const UNSAFE: [string, string, object | undefined][] = [
  ["PUT", "/api/user-update", { name: "Changed" }],
  ["PUT", "/api/user/", { name: "Changed" }],
  ["PUT", "/api/settings/", { name: "Changed" }],
  ["PUT", "/api/v1/settings/", { name: "Changed" }],
  ["DELETE", "/api/user-delete", undefined],
  ["DELETE", "/api/user/", undefined],
  ["POST", "/api/logout", undefined],
  ["POST", "/api/v1/auth/logout/", undefined],
];

test.each(UNSAFE)("The request %s %s refuses the cookie from a foreign page.", async (method, path, body) => {
  const { name, cookie } = await signedIn();
  const pages: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://caravan.test.evil.example" },
    { "sec-fetch-site": "cross-site" },
  ];
  for (const page of pages) {
    const headers = { ...cookie, ...page, "accept-language": "en" };
    expect(await call(method, path, { body, headers })).toMatchObject({
      status: 403,
      body: { detail: "Requests from this origin are not accepted with a cookie." },
    });
  }
  expect(await get("/api/user", { headers: cookie })).toMatchObject({ status: 200, body: { name } });
});

test("A foreign page cannot sign its visitors in.", async () => {
  const { email, password } = await rider();
  const headers = { origin: "https://evil.example" };
  const answer = await post("/api/login", new URLSearchParams({ email, password }), { headers });
  expect(answer.status).toBe(403);
  expect(jwtCookies(answer)).toEqual([]);
  expect(
    await rows("SELECT id FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)", email),
  ).toEqual([]);
});

test.each([
  ["its own page", { origin: "http://caravan.test" }],
  ["a developer's page", { origin: "http://localhost:5173" }],
  ["no browser", {}],
  ["an address bar", { "sec-fetch-site": "none" }],
])("The cookie is accepted from %s.", async (_, headers) => {
  const { cookie } = await signedIn();
  const answer = await put("/api/user-update", { name: "Changed" }, { headers: { ...cookie, ...headers } });
  expect(answer).toMatchObject({ status: 200, body: { name: "Changed" } });
});

test("The cookie is accepted from a listed origin, and in production not from localhost.", async () => {
  const { cookie } = await signedIn();
  const settings = {
    APP_ENV: "production",
    PUBLIC_ORIGIN: "https://caravan.example",
    RESEND_API_KEY: "re_test",
    CORS_ORIGINS: "https://ride.example, https://other.example",
  };
  const from = (origin: string) =>
    put("/api/user-update", { name: "Changed" }, { headers: { ...cookie, origin }, settings });
  for (const origin of ["https://ride.example", "https://other.example", "https://caravan.example"])
    expect((await from(origin)).status).toBe(200);
  for (const origin of ["http://localhost:5173", "https://ride.example.evil.example"])
    expect((await from(origin)).status).toBe(403);
});

test("Reading with the cookie and writing with Bearer need no allowed origin.", async () => {
  const { cookie, jwt } = await signedIn();
  const origin = "https://evil.example";
  expect((await get("/api/user", { headers: { ...cookie, origin } })).status).toBe(200);
  const headers = { origin };
  expect((await put("/api/user-update", { name: "Changed" }, { token: jwt, headers })).status).toBe(200);
});
