/** What a browser on another origin may read: listed origins with credentials on every answer, all others nothing. */
import type { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { type Answer, call, envWith, post, send } from "../../../harness/api.ts";
import { signedIn } from "../people.ts";

const LISTED = "https://ride.example";
const FOREIGN = "https://evil.example";
const settings = { CORS_ORIGINS: LISTED };

function isReadable({ headers }: Pick<Answer, "headers">, origin: string): boolean {
  expect(headers.get("vary")).toContain("Origin");
  const allowed = headers.get("access-control-allow-origin");
  expect(headers.get("access-control-allow-credentials")).toBe(allowed === null ? null : "true");
  expect(allowed).not.toBe("*");
  return allowed === origin;
}

const cookieless: [number, string, string, unknown][] = [
  [400, "POST", "/api/register", {}],
  [400, "POST", "/api/login", "{"],
  [401, "GET", "/api/user", undefined],
  [401, "POST", "/api/login", { email: "nobody@example.com", password: "wrongpassword" }],
  [404, "GET", "/api/nowhere", undefined],
  [405, "GET", "/api/login", undefined],
  [413, "POST", "/api/register", { name: "x".repeat(1024 * 1024) }],
];

test.each(cookieless)(
  "A %i of %s %s can be read by a listed origin and by no other.",
  async (status, method, path, body) => {
    const from = (origin: string) => call(method, path, { body, settings, headers: { origin } });
    const listed = await from(LISTED);
    expect(listed.status).toBe(status);
    expect(isReadable(listed, LISTED)).toBe(true);
    expect(isReadable(await from(FOREIGN), FOREIGN)).toBe(false);
  },
);

test("A successful response can be read by a listed origin and by no other.", async () => {
  const { cookie } = await signedIn();
  const from = (origin: string) => call("GET", "/api/user", { settings, headers: { ...cookie, origin } });
  expect(isReadable(await from(LISTED), LISTED)).toBe(true);
  expect(isReadable(await from(FOREIGN), FOREIGN)).toBe(false);
});

test("A foreign origin cannot read its 403.", async () => {
  const { cookie } = await signedIn();
  const answer = await call("DELETE", "/api/user-delete", {
    settings,
    headers: { ...cookie, origin: FOREIGN },
  });
  expect(answer.status).toBe(403);
  expect(isReadable(answer, FOREIGN)).toBe(false);
});

test("A masked 500 can be read by a listed origin.", async () => {
  const broken = { ...envWith(settings), DB: undefined } as unknown as typeof env;
  const request = new Request("http://caravan.test/api/user", {
    headers: { origin: LISTED, authorization: `Token ${"0".repeat(40)}` },
  });
  const quiet = vi.spyOn(console, "error").mockReturnValue();
  const response = await send(request, broken);
  quiet.mockRestore();
  expect(response.status).toBe(500);
  expect(isReadable(response, LISTED)).toBe(true);
  expect(await response.json()).toEqual({
    error: expect.any(String),
    detail: expect.any(String),
    request_id: response.headers.get("x-request-id"),
  });
});

test("A request without an origin gets no CORS header but Vary.", async () => {
  const answer = await post("/api/logout");
  expect(answer.headers.get("vary")).toContain("Origin");
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
});

function ask(origin: string, method: string, path: string): Promise<Response> {
  const headers = {
    origin,
    "access-control-request-method": method,
    "access-control-request-headers": "content-type",
  };
  return send(new Request(`http://caravan.test${path}`, { method: "OPTIONS", headers }), envWith(settings));
}

test.each([
  ["POST", "/api/login"],
  ["PUT", "/api/user-update"],
  ["DELETE", "/api/user-delete"],
  ["PATCH", "/api/auth/user/"],
])("A preflight for %s %s allows credentials.", async (method, path) => {
  const answer = await ask(LISTED, method, path);
  expect(answer.status).toBe(204);
  expect(isReadable(answer, LISTED)).toBe(true);
  expect(answer.headers.get("access-control-allow-methods")?.split(", ")).toContain(method);
  expect(answer.headers.get("access-control-allow-headers")?.split(", ")).toContain("content-type");
  expect(isReadable(await ask(FOREIGN, method, path), FOREIGN)).toBe(false);
});
