/** CORS, cookies and security headers. */
import { describe, expect, test } from "vitest";
import { type Answer, call, get, person, post } from "../harness/api.ts";

const PRODUCTION = {
  APP_ENV: "production",
  PUBLIC_ORIGIN: "https://caravan.example",
  RESEND_API_KEY: "re_of_the_tests",
  CORS_ORIGINS: "https://app.example, https://other.example:8443",
};

const APP = "https://app.example";
const allowed = (answer: Answer) => answer.headers.get("access-control-allow-origin");

function from(origin: string, settings?: Record<string, string>) {
  return { headers: { origin }, ...(settings ? { settings } : {}) };
}

describe("in production", () => {
  test.each([APP, "https://other.example:8443", "https://caravan.example"])(
    "In production the origin %s may call.",
    async (origin) => {
      const answer = await get("/health/", from(origin, PRODUCTION));
      expect(allowed(answer)).toBe(origin);
      expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
      expect(answer.headers.get("vary")).toContain("Origin");
    },
  );

  test.each([
    "http://localhost:5173",
    "http://127.0.0.1:3000",
    "https://localhost",
    "http://app.example",
    "https://app.example:444",
    "https://app.example.evil.example",
    "https://evil-app.example",
    "https://sub.app.example",
    "null",
  ])("In production the origin %s may not call.", async (origin) => {
    const answer = await get("/health/", from(origin, PRODUCTION));
    expect(answer.status).toBe(200);
    expect(allowed(answer)).toBeNull();
    expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
    expect(answer.headers.get("vary")).toContain("Origin");
  });
});

describe("in development", () => {
  test.each(["http://localhost:5173", "http://127.0.0.1:3000", "https://localhost", "http://[::1]:8080"])(
    "In production the origin %s may call.",
    async (origin) => {
      expect(allowed(await get("/health/", from(origin)))).toBe(origin);
    },
  );

  test.each(["https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example:80"])(
    "In production the origin %s may not call.",
    async (origin) => {
      expect(allowed(await get("/health/", from(origin)))).toBeNull();
    },
  );
});

test("CORS headers never hold a wildcard, and are absent without an Origin.", async () => {
  const answer = await get("/health/");
  expect(allowed(answer)).toBeNull();
  expect(answer.headers.get("vary")).toContain("Origin");
});

test.each<[number, string, string, unknown]>([
  [400, "POST", "/api/auth/login/", {}],
  [401, "GET", "/api/v1/auth/profile/", undefined],
  [404, "GET", "/api/nothing/", undefined],
  [405, "DELETE", "/api/events/", undefined],
  [415, "POST", "/api/auth/login/", new Blob(["x"], { type: "text/plain" })],
])("An error %i can be read by a listed origin, with its request id.", async (status, method, path, body) => {
  const plain = body instanceof Blob ? await body.text() : body;
  const headers = { origin: APP, ...(body instanceof Blob ? { "content-type": body.type } : {}) };
  const answer = await call(method, path, { body: plain, headers, settings: PRODUCTION });
  expect(answer.status).toBe(status);
  expect(allowed(answer)).toBe(APP);
  expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
  expect(answer.headers.get("access-control-expose-headers")).toContain("x-request-id");
});

describe("a preflight", () => {
  const preflight = (path: string, origin: string, settings?: Record<string, string>) =>
    call("OPTIONS", path, {
      headers: {
        origin,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization,content-type,idempotency-key",
      },
      ...(settings ? { settings } : {}),
    });

  test("A preflight of a listed origin gets methods and headers.", async () => {
    const answer = await preflight("/api/events/", APP, PRODUCTION);
    expect(answer.status).toBe(204);
    expect(allowed(answer)).toBe(APP);
    expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"])
      expect(answer.headers.get("access-control-allow-methods")).toContain(method);
    for (const name of [
      "authorization",
      "content-type",
      "idempotency-key",
      "user-agent",
      "x-csrftoken",
      "x-d1-bookmark",
    ])
      expect(answer.headers.get("access-control-allow-headers")).toContain(name);
    expect(answer.headers.get("access-control-max-age")).toBe("86400");
  });

  test("A preflight of an unlisted origin allows no origin.", async () => {
    const answer = await preflight("/api/events/", "https://evil.example", PRODUCTION);
    expect(allowed(answer)).toBeNull();
    expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
  });

  test("A preflight needs no credential.", async () => {
    expect((await preflight("/api/v1/auth/profile/", "http://localhost:5173")).status).toBe(204);
  });
});

describe("a cookie", () => {
  async function cookieOf() {
    const { email, password, username } = await person();
    const answer = await post("/api/login", { email, password });
    expect(answer.status).toBe(200);
    return { username, cookie: `jwt=${answer.body.jwt}` };
  }

  test("A cookie permits reads from anywhere, and writes from allowed origins only.", async () => {
    const { cookie } = await cookieOf();
    const write = (headers: Record<string, string>) =>
      call("PUT", "/api/settings", { body: { name: "Changed" }, headers: { cookie, ...headers } });
    const refused = await write({ origin: "https://evil.example" });
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual({ detail: "Requests from this origin are not accepted with a cookie." });
    expect((await write({ origin: "null" })).status).toBe(403);
    expect((await write({ "sec-fetch-site": "cross-site" })).status).toBe(403);
    const settings = await get("/api/settings", { headers: { cookie, origin: "https://evil.example" } });
    expect(settings.status).toBe(200);
    expect(settings.body.name).not.toBe("Changed");
    expect(allowed(settings)).toBeNull();
    expect((await write({ origin: "http://localhost:5173" })).status).toBe(200);
    expect((await write({ origin: "http://caravan.test" })).status).toBe(200);
    expect((await write({})).status).toBe(200);
  });

  test("A caller with an Authorization header needs no allowed origin.", async () => {
    const { token } = await person();
    const headers = { origin: "https://evil.example" };
    expect((await call("PUT", "/api/settings", { body: { name: "A" }, token, headers })).status).toBe(200);
  });

  test("A cookie is HttpOnly, and Secure over HTTPS.", async () => {
    const { email, password } = await person();
    const { headers } = await post("/api/login", { email, password });
    const session = headers.getSetCookie().find((line) => line.startsWith("jwt=")) ?? "";
    expect(session).toContain("HttpOnly");
    expect(session).toContain("SameSite=Lax");
    expect(session).not.toContain("Secure");
  });
});

describe("security headers", () => {
  const API = "default-src 'none'; frame-ancestors 'none'";

  test.each(["/health/", "/api/v1/auth/profile/", "/nothing/", "/swagger.json", "/asyncapi.json"])(
    "The security headers are on %s.",
    async (path) => {
      const { headers } = await get(path);
      expect(headers.get("content-security-policy")).toBe(API);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
    },
  );

  test.each(["/", "/swagger/", "/redoc/", "/api/schema/swagger-ui/", "/api/schema/redoc/", "/dev/outbox/"])(
    "The policy of the page %s allows own resources only.",
    async (path) => {
      const { headers, body, status } = await get(path);
      expect(status).toBe(200);
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
      // No inline script or handler, and nothing from another host.
      expect(body).not.toMatch(/<script(?![^>]* src="\/)[^>]*>/);
      expect(body).not.toMatch(/\son\w+="/);
      expect(body).not.toMatch(/<(script|link|img|iframe|form)[^>]*="(https?:)?\/\//);
    },
  );

  test("A page behind a mailed link does not send its URL as a referrer.", async () => {
    const { headers } = await get("/account-confirm-email/some-key/");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("an address below /docs/ that the documentation does not have", () => {
  test("A browser gets the documentation's page for it, as 404.", async () => {
    const { status, headers, body } = await get("/docs/start/nothing/", {
      headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" },
    });
    expect(status).toBe(404);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("etag")).toBeNull();
    expect(body).toContain('href="/docs/start/quick-start/"');
  });

  test.each<[string, Record<string, string>]>([
    ["that asks for JSON", { accept: "application/json" }],
    ["that takes anything", { accept: "*/*" }],
    ["that does not say what it takes", {}],
  ])("A client %s gets the error of every unknown path.", async (_, headers) => {
    const { status, body } = await get("/docs/start/nothing/", { headers });
    expect(status).toBe(404);
    expect(body).toEqual((await get("/nothing/")).body);
  });

  test("Another method than GET is refused.", async () => {
    expect((await post("/docs/start/nothing/", {})).status).toBe(405);
  });
});
