/** A real server's pages, API documents and routes: they load nothing from other origins, and no route fails. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, eventDraft, unique } from "./client.ts";
import { Server } from "./server.ts";

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = new Client(server.origin);
});

afterAll(() => server?.remove());

describe("what is shown in a browser", () => {
  const VIEWERS = ["/swagger/", "/api/schema/swagger-ui/", "/redoc/", "/api/schema/redoc/"];
  const PAGES = [
    "/",
    "/play/",
    "/dev/outbox/",
    "/account-confirm-email/nothing/",
    "/password_reset_confirm/1-nothing/",
  ];

  /** Returns the addresses of the files that a page loads. */
  function loaded(html: string): string[] {
    return [...html.matchAll(/<(?:script|link|img|iframe|source)[^>]*?(?:src|href)="([^"]+)"/g)].map(
      ([, url = ""]) => url,
    );
  }

  test.each([...VIEWERS, ...PAGES])(
    "The page %s loads nothing from other origins, and everything it loads exists.",
    async (path) => {
      const page = await client.get(path);
      expect(page.status).toBeLessThan(500);
      const files = loaded(page.text);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        expect(file).toMatch(/^\/(?!\/)/);
        expect([file, (await client.get(file)).status]).toEqual([file, 200]);
      }
      const policy = page.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("connect-src 'self'");
      expect(policy).not.toMatch(/https?:|\*/);
    },
  );

  test.each(VIEWERS)("The page %s serves its own copy of the real viewer.", async (path) => {
    const { text } = await client.get(path);
    const bundle = loaded(text).find((file) => file.startsWith("/vendor/") && file.endsWith(".js")) ?? "";
    const script = await client.get(bundle);
    expect(script.headers.get("content-type")).toMatch(/javascript/);
    expect(script.text.length).toBeGreaterThan(500_000);
    expect(script.text).not.toMatch(/cdn\.redoc\.ly|unpkg\.com|cdn\.jsdelivr\.net|fonts\.googleapis\.com/);
  });

  test("Our own files name no other origin.", async () => {
    const files = new Set(
      (await Promise.all([...VIEWERS, ...PAGES].map((path) => client.get(path)))).flatMap(({ text }) =>
        loaded(text),
      ),
    );
    const own = [...files].filter((file) => file.startsWith("/static/"));
    expect(own.length).toBeGreaterThan(3);
    for (const file of own)
      expect((await client.get(file)).text.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
        /https?:\/\/|url\(\s*["']?\/\//,
      );
  });

  test("A mailed link opens a page; opening does not use it up, and its button works once.", async () => {
    const name = unique("reader");
    await client.signUp(name);
    const [letter] = await client.letters(`${name}@example.com`);
    const link = new URL(letter?.links[0] ?? "");
    expect(link.origin).toBe(server.origin);
    for (let look = 0; look < 2; look++) expect((await client.get(link.pathname)).status).toBe(200);
    expect((await client.post(link.pathname, {})).status).toBe(200);
    expect((await client.get(link.pathname)).status).toBe(404);
  });
});

describe("under the real runtime, where nothing may be evaluated", () => {
  test("The API documents are generated.", async () => {
    const { body: openapi } = await client.get("/swagger.json");
    expect(openapi.openapi).toBe("3.1.0");
    expect(openapi.servers).toEqual([{ url: server.origin, description: "This server" }]);
    expect((await client.get("/swagger.yaml")).text).toMatch(/^openapi: 3\.1\.0$/m);
    expect((await client.get("/api/schema/?format=json")).body).toEqual(openapi);
    const { body: asyncapi } = await client.get("/asyncapi.json");
    expect(asyncapi.asyncapi).toMatch(/^3\./);
    expect(Object.keys(asyncapi.channels).length).toBeGreaterThan(0);
  });

  interface Place {
    readonly method: string;
    readonly path: string;
  }

  async function places(): Promise<Place[]> {
    const { body } = await client.get("/swagger.json");
    return Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{(\w+)\}/g, (_, name) =>
          name === "id" && path.startsWith("/api/event") ? UUID : "1",
        ),
      })),
    );
  }
  const UUID = "00000000-0000-4000-8000-000000000000";

  test("Every documented route answers a stranger without a server error.", async () => {
    const failures = [];
    for (const { method, path } of await places()) {
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      const { status } = await client.call(method, path, body);
      if (status >= 500 || status === 405) failures.push(`${method} ${path} ${status}`);
    }
    expect(failures).toEqual([]);
  });

  test("Every documented GET answers staff without a server error.", async () => {
    const { body } = await client.post("/api/auth/signin/", {
      username: "admin",
      password: "caravan-admin-1",
    });
    const admin = client.as(body.access);
    const failures = [];
    const answered = [];
    for (const { method, path } of await places()) {
      if (method !== "GET") continue;
      const { status } = await admin.get(path);
      if (status >= 500 || status === 401 || status === 405) failures.push(`${path} ${status}`);
      if (status === 200) answered.push(path);
    }
    expect(failures).toEqual([]);
    expect(answered).toEqual(expect.arrayContaining(["/api/events/", "/api/v1/auth/profile/", "/health/"]));
  });

  test("A socket receives a change made by HTTP, and its close is answered with its own code.", async () => {
    const owner = client.as(await client.signUp(unique("owner")));
    const { id } = (await owner.post("/api/events/", eventDraft([]))).body;
    const socket = await owner.open(id);
    expect(await socket.next()).toMatchObject({ t: "welcome", seq: 1, recovered: true });
    expect((await owner.call("PUT", `/api/event/${id}/`, { location: "New bridge" })).status).toBe(200);
    expect(await socket.next()).toMatchObject({ t: "entry", seq: 2, body: { action: "updated" } });
    socket.send({ t: "ping" });
    expect(await socket.next()).toEqual({ t: "pong" });
    const askedAt = Date.now();
    socket.close(4321, "enough");
    expect(await socket.closed).toBe(4321);
    expect(Date.now() - askedAt).toBeLessThan(5000);
  });

  test("An unknown path is a JSON 404, and a wrong method a 405.", async () => {
    expect(await client.get("/nowhere/")).toMatchObject({ status: 404, body: { detail: "Not found." } });
    const wrong = await client.call("DELETE", "/health/");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });
});
