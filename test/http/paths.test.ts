/** Routing: trailing slashes, unknown paths, wrong methods, HEAD and OPTIONS. */
import { describe, expect, test } from "vitest";
import { RememberingRouter } from "../../src/platform/http/router.ts";
import { call, get, person, post, send } from "../harness/api.ts";
import { mountedPaths } from "./mounted-paths.ts";

const places = mountedPaths();
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

describe.each(places.filter(({ pattern }) => pattern !== "/"))("$pattern", ({ path, methods }) => {
  test("The path responds alike with and without a trailing slash, and never redirects.", async () => {
    for (const method of methods) {
      const plain = await call(method, path);
      const slashed = await call(method, `${path}/`);
      expect(plain.status).toBe(slashed.status);
      expect(plain.status).not.toBe(405);
      expect([301, 302, 307, 308]).not.toContain(plain.status);
      expect(plain.headers.get("content-type")).toBe(slashed.headers.get("content-type"));
    }
  });

  test("The path refuses an unsupported method and names the supported ones.", async () => {
    const allow = (await call("OPTIONS", path)).headers.get("allow")?.split(", ") ?? [];
    const served = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
    expect(allow).toEqual(expect.arrayContaining(served));
    const wrong = METHODS.find((method) => !allow.includes(method)) ?? "";
    for (const spelling of [path, `${path}/`]) {
      const answer = await call(wrong, spelling, { headers: { "accept-language": "en" } });
      expect(answer.status).toBe(405);
      const detail = `Method "${wrong}" not allowed.`;
      // The flat verbs of Rideshare say it under `error` too.
      expect([{ detail }, { error: detail, detail }]).toContainEqual(answer.body);
      expect(answer.headers.get("allow")?.split(", ")).toEqual(allow);
    }
  });
});

test("A fixed path takes precedence over a path with a parameter.", async () => {
  expect((await get("/api/schema/swagger-ui/")).headers.get("content-type")).toContain("text/html");
  expect((await get("/api/schema/")).headers.get("content-type")).toContain("yaml");
});

test.each([
  ["/nothing/here", "Not found."],
  ["/api/nothing/", "Not found."],
  ["/api/v1/nothing", "Страница не найдена."],
  ["/api/v1/auth/login/more/", "Страница не найдена."],
  ["/API/user/", "Not found."],
])("An unknown path %s is a JSON 404.", async (path, detail) => {
  for (const method of METHODS) {
    const answer = await call(method, path);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ detail });
  }
});

test("A path with an invalid parameter is a 404.", async () => {
  const { token } = await person();
  for (const path of ["/api/event/not-a-uuid/", "/api/user/abc/", "/api/v1/auth/sessions/7/"]) {
    const answer = await call(path.includes("sessions") ? "DELETE" : "GET", path, { token });
    expect(answer.status).toBe(404);
    expect(answer.body).toHaveProperty("detail");
  }
});

test("A path with a broken percent-encoding is not a 500.", async () => {
  const { token } = await person();
  expect((await get("/api/user/%E0%A4%A/", { token })).status).toBe(404);
  expect((await get("/%zz/")).status).toBe(404);
});

test("A 405 is in Russian under /api/v1/.", async () => {
  const answer = await get("/api/v1/auth/login/");
  expect(answer.status).toBe(405);
  expect(answer.body).toEqual({ detail: 'Метод "GET" не разрешен.' });
  expect(answer.headers.get("allow")).toBe("POST, OPTIONS");
});

test("A wrong method is reported before missing credentials.", async () => {
  expect((await call("DELETE", "/api/events/")).status).toBe(405);
});

test.each(["/media/avatars/1/x.png", "/ws/events/1/"])("The path %s accepts GET only.", async (path) => {
  const answer = await call("POST", path);
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
});

test("A socket's path without an upgrade is 426.", async () => {
  const answer = await get("/ws/events/1/");
  expect(answer.status).toBe(426);
  expect(answer.headers.get("upgrade")).toBe("websocket");
  expect(answer.body).toEqual({ detail: "This address is a WebSocket." });
});

test("OPTIONS on a known path lists the allowed methods; on an unknown path it is 404.", async () => {
  const known = await call("OPTIONS", "/api/events/");
  expect(known.status).toBe(204);
  expect(known.headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS");
  expect((await call("OPTIONS", "/api/nothing/")).status).toBe(404);
});

/** As it came: a HEAD answer names a type but has no body to read as one. */
function bare(method: string, path: string, token?: string): Promise<Response> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return send(new Request(`http://caravan.test${path}`, { method, headers }));
}

test("HEAD responds like GET, without the body.", async () => {
  const { token } = await person();
  for (const path of ["/health/", "/api/v1/auth/profile/"]) {
    const full = await get(path, { token });
    const head = await bare("HEAD", path, token);
    expect(head.status).toBe(full.status);
    expect(head.headers.get("content-type")).toBe(full.headers.get("content-type"));
    expect(head.headers.has("x-request-id")).toBe(true);
    expect(await head.text()).toBe("");
  }
  expect((await bare("HEAD", "/api/v1/auth/profile/")).status).toBe(401);
  expect((await bare("HEAD", "/nothing/")).status).toBe(404);
  expect((await bare("HEAD", "/api/v1/auth/login/")).status).toBe(405);
});

test("A POST without a trailing slash reaches the same handler.", async () => {
  const { username, password } = await person();
  const answer = await post("/api/auth/signin", { username, password });
  expect(answer.status).toBe(200);
  expect(answer.body).toHaveProperty("access");
});

test("A remembered path keeps its method and its own parameters, also after more paths than are remembered.", () => {
  const router = new RememberingRouter<string>();
  router.add("GET", "/orders/:id", "read");
  router.add("PATCH", "/orders/:id", "edit");
  for (let turn = 0; turn < 2; turn++)
    for (let id = 0; id < 600; id++) {
      expect(router.match("GET", `/orders/${id}`)).toEqual([[["read", { id: `${id}` }]]]);
      expect(router.match("PATCH", `/orders/${id}`)).toEqual([[["edit", { id: `${id}` }]]]);
    }
  expect(router.match("GET", "/trucks/1")).toEqual([[]]);
  router.add("GET", "/trucks/:id", "truck");
  expect(router.match("GET", "/trucks/1")).toEqual([[["truck", { id: "1" }]]]);
});
