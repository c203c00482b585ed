/** Unexpected errors: the response is masked, the log holds no secret, and the request id is in both. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { routes } from "../../src/app.ts";
import { log } from "../../src/platform/log.ts";
import { call, del, get, person, post, send, type TestEnv, unique } from "../harness/api.ts";
import { fillPattern } from "./mounted-paths.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ENGLISH = "The server could not finish this request. Quote the request id when you report it.";
const RUSSIAN = "Сервер не смог выполнить запрос. Сообщите нам номер запроса.";

/** An environment whose database throws at every statement what a stranger must never read. */
function broken(
  problem: () => unknown = () => new Error("D1_ERROR: no such table: vault_of_secrets"),
): TestEnv {
  const fail = () => {
    throw problem();
  };
  const statement = { bind: () => statement, all: fail, raw: fail, run: fail, first: fail };
  const session = { prepare: () => statement, batch: fail, getBookmark: () => null };
  return { ...env, DB: { withSession: () => session } as unknown as D1Database };
}

function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  return new Request(`http://caravan.test${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}

describe("a bug", () => {
  let lines: MockInstance<typeof console.error>;
  beforeEach(() => {
    lines = vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const logged = () => lines.mock.calls.map((words) => words.join(" "));

  test("An exception becomes a masked 500 with the request id of the log line.", async () => {
    const answer = await send(ask("GET", "/account-confirm-email/somebodys-secret-key/"), broken());
    expect(answer.status).toBe(500);
    const words = await answer.text();
    const body = JSON.parse(words);
    expect(body).toEqual({ detail: ENGLISH, request_id: answer.headers.get("x-request-id") });
    expect(body.request_id).toMatch(UUID);
    expect(body.detail).not.toMatch(/D1|vault|table|select|Error|\bat /i);
    expect(logged()).toHaveLength(1);
    const line = JSON.parse(logged()[0] ?? "");
    expect(line).toMatchObject({ at: "http", requestId: body.request_id, method: "GET" });
    expect(line.error).toBe("Error: D1_ERROR: no such table: vault_of_secrets");
    expect(line.stack.length).toBeGreaterThan(0);
  });

  test("A masked 500 is in Russian under /api/v1/ and has the usual headers.", async () => {
    const headers = { authorization: `Token ${"a".repeat(40)}`, origin: "http://localhost:5173" };
    const answer = await send(ask("GET", "/api/v1/auth/profile/", undefined, headers), broken());
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ detail: RUSSIAN });
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("The log of an exception holds no secret of a path, credential, password or bound parameter.", async () => {
    const secret = `secret-${crypto.randomUUID()}`;
    const email = `${secret}@example.com`;
    const headers = { authorization: `Token ${"b".repeat(40)}`, cookie: `jwt=${secret}.${secret}.${secret}` };
    const environment = broken();
    const requests = [
      ask("GET", `/account-confirm-email/${secret}/`),
      ask("GET", `/password_reset_confirm/1-${secret}?token=${secret}`),
      ask("POST", "/api/auth/signin/", { username: email, password: secret }, headers),
      ask("POST", "/api/auth/signup/", { username: secret, email, password: secret }, headers),
      ask("POST", "/api/v1/users/reset_password/confirm/", { token: "123456", password: secret }),
      ask("GET", `/api/v1/auth/profile/?token=${secret}`, undefined, headers),
      ask("GET", `/ws/events/${crypto.randomUUID()}/?token=${secret}`, undefined, { upgrade: "websocket" }),
    ];
    for (const request of requests) {
      const answer = await send(request, environment);
      expect([401, 500]).toContain(answer.status);
      expect(await answer.text()).not.toContain(secret);
    }
    expect(logged().length).toBeGreaterThanOrEqual(5);
    for (const line of logged()) {
      expect(line).not.toContain(secret);
      expect(line).not.toContain("b".repeat(40));
      expect(line).not.toMatch(/params:|Failed query/);
    }
  });

  test.each([["a text"], [null], [{ password: "x" }]])(
    "A handler that throws %j, which is not an Error, is masked too.",
    async (thrown) => {
      const answer = await send(
        ask("GET", "/account-confirm-email/some-key/"),
        broken(() => thrown),
      );
      expect(answer.status).toBe(500);
      expect(await answer.json()).toEqual({
        detail: ENGLISH,
        request_id: answer.headers.get("x-request-id"),
      });
    },
  );

  test("The health check reports a failing part by name only.", async () => {
    const answer = await send(ask("GET", "/health/"), broken());
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: "degraded",
      parts: { database: "failing", storage: "ok" },
    });
  });

  test("The log keeps nothing of an error message that imitates a stack.", async () => {
    const error = new Error("Failed query\nparams: \n    at secret-of-somebody");
    log("error", "test", {}, new Error("outer\n    at another-secret", { cause: error }));
    expect(JSON.parse(logged()[0] ?? "").stack.join()).not.toContain("secret");
  });
});

test("Every kind of response has a request id of its own.", async () => {
  const { token } = await person();
  const responses = await Promise.all([
    get("/"),
    get("/nothing/"),
    get("/api/v1/auth/profile/"),
    get("/api/v1/auth/profile/", { token }),
    call("PUT", "/api/events/"),
    call("OPTIONS", "/api/events/"),
    call("OPTIONS", "/api/events/", { headers: { "access-control-request-method": "PUT" } }),
    get("/swagger.json"),
    get("/media/none.png"),
    get("/ws/events/1/"),
    post("/api/auth/login/", "{"),
    del(`/api/v1/auth/sessions/${crypto.randomUUID()}/`, undefined, { token }),
  ]);
  const ids = responses.map(({ headers }) => headers.get("x-request-id"));
  for (const id of ids) expect(id).toMatch(UUID);
  expect(new Set(ids).size).toBe(ids.length);
});

test("A request id that a client sends is ignored.", async () => {
  const answer = await get("/health/", { headers: { "x-request-id": "mine" } });
  expect(answer.headers.get("x-request-id")).toMatch(UUID);
});

const protectedRoutes = routes.filter(({ access }) => access !== "public" && access !== "optional");

test.each(
  protectedRoutes.map((route) => [route.method, route.path, route.challenge ?? "Bearer", route] as const),
)("The route %s %s without a credential is a 401 with the challenge %s.", async (method, path, scheme) => {
  const answer = await call(method.toUpperCase(), fillPattern(path));
  expect(answer.status).toBe(401);
  expect(answer.headers.get("www-authenticate")).toBe(scheme === "Token" ? "Token" : 'Bearer realm="api"');
  expect(answer.body).toMatchObject({
    detail: `${path}/`.startsWith("/api/v1/")
      ? "Учетные данные не были предоставлены."
      : "Authentication credentials were not provided.",
  });
});

const OFFERS: Record<string, string>[] = [
  {},
  { authorization: "Bearer stale.stale.stale" },
  { authorization: `Token ${"0".repeat(40)}` },
  { authorization: "Token" },
  { cookie: "jwt=stale", origin: "https://evil.example" },
];
const open = routes.filter(({ access, method }) => access === "public" && method !== "get");

test.each(open.map(({ method, path }) => [method, path] as const))(
  "The public route %s %s answers alike with an expired credential.",
  async (method, path) => {
    const place = fillPattern(path);
    const [plain, ...stale] = await Promise.all(
      OFFERS.map((headers) => call(method.toUpperCase(), place, { body: {}, headers })),
    );
    for (const answer of stale) {
      expect(answer.status).toBe(plain?.status);
      // A passkey's challenge is new each time.
      const challenge = plain?.body?.challenge && expect.any(String);
      expect(answer.body).toEqual({ ...plain?.body, ...(challenge && { challenge }) });
    }
    expect(plain?.status).not.toBe(401);
  },
);

test("An expired credential does not prevent a sign-in.", async () => {
  const { username, email, password } = await person();
  const headers = { authorization: `Bearer ${unique()}.x.y` };
  expect((await post("/api/auth/signin/", { username, password }, { headers })).status).toBe(200);
  expect((await post("/api/v1/auth/token/login/", { email, password }, { headers })).status).toBe(200);
});
