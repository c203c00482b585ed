/** The first minute with Caravan: a fresh start, its page, its sample logins, its documents, and every route under the real runtime. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client, eventDraft, unique } from "./client.ts";
import { freePort, Server } from "./server.ts";

let server: Server;
let client: Client;
beforeAll(async () => {
  server = await Server.start();
  client = new Client(server.origin);
});
afterAll(() => server?.remove());

/** The table of the start page, row by row. */
async function sampleLogins() {
  const { text } = await client.get("/");
  const rows = text.split("<tbody>")[1]?.split("</tbody>")[0]?.split("<tr>").slice(1) ?? [];
  return rows.map((row) => {
    const [username = "", phone = "", email = "", password = "", role = ""] = [
      ...row.matchAll(/<td>(.*?)<\/td>/g),
    ].map(([, cell = ""]) => cell.replace(/<\/?code>/g, ""));
    return { username, phone, email, password, role };
  });
}

describe("a fresh start", () => {
  test("shows the start page with a login of each role", async () => {
    const page = await client.get("/");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect((await sampleLogins()).map(({ username, role }) => [username, role])).toEqual([
      ["client1", "client"],
      ["driver1", "driver"],
      ["operator1", "operator"],
      ["admin", "staff"],
    ]);
  });

  test("every link of the start page leads somewhere", async () => {
    const { text } = await client.get("/");
    const links = [...text.matchAll(/<a href="([^"]+)"/g)].map(([, href = ""]) => href);
    expect(links).toEqual(
      expect.arrayContaining(["/swagger/", "/redoc/", "/asyncapi.json", "/health/", "/dev/outbox/"]),
    );
    for (const link of links) expect([link, (await client.get(link)).status]).toEqual([link, 200]);
  });

  test("every part is well", async () => {
    const { body } = await client.get("/health/");
    expect(body.status).toBe("ok");
    expect(body.parts).toMatchObject({ database: "ok", storage: "ok" });
  });

  test("the samples hold an event that somebody may join", async () => {
    const { body } = await client.post("/api/auth/signin/", { username: "client1", password: "password123" });
    const { events } = (await client.as(body.access).get("/api/events/")).body;
    expect(events).toHaveLength(1);
    expect(events[0].participant_usernames).toEqual(["client1", "driver1"]);
  });

  test("The samples hold a friend, a chat, a task and a ticket.", async () => {
    const { body } = await client.post("/api/auth/signin/", { username: "client1", password: "password123" });
    const ann = client.as(body.access);
    expect((await ann.get("/api/v1/users/my_friends/")).body).toHaveLength(1);
    expect((await ann.get("/api/v1/chats/")).body).toHaveLength(1);
    expect((await ann.get("/api/v1/tasks/")).body).toMatchObject([{ title: "Photograph the bridge" }]);
    expect((await ann.get("/api/v1/support/tickets/")).body.results).toHaveLength(1);
  });

  test("a second server on the same port is refused in so many words, and the first lives on", async () => {
    const { code, said } = await server.rival();
    expect(code).toBe(1);
    expect(said).toContain(`Port ${new URL(server.origin).port} is in use`);
    expect((await client.get("/health/")).status).toBe(200);
  });

  test("A second server on the same state is told who has it and how to get a state of its own.", async () => {
    const { code, said } = await server.rival(await freePort());
    expect(code).toBe(1);
    expect(said).toContain(`The state in ${server.state} is in use by process`);
    expect(said).toContain(`port ${new URL(server.origin).port}`);
    expect(said).toContain("CARAVAN_STATE=");
    expect((await client.get("/health/")).status).toBe(200);
  });

  test("The start says what it prepares and how long it takes, and nothing else.", () => {
    const lines = server.said.trim().split("\n").filter(Boolean);
    expect(lines.slice(0, 4).map((line) => line.replace(/\s+[\d.]+ s$/, "").trim())).toEqual([
      "pages and console",
      "database migrations",
      "server",
      "sample data",
    ]);
    expect(lines[4]).toMatch(/Caravan is at .* \(ready in [\d.]+ s\)/);
    expect(lines).toHaveLength(6);
  });
});

describe("a sample login of the start page", () => {
  test("opens AlphaBet's door by its username", async () => {
    for (const { username, password } of await sampleLogins()) {
      const { status, body } = await client.post("/api/auth/signin/", { username, password });
      expect([username, status, typeof body.access]).toEqual([username, 200, "string"]);
    }
  });

  test("opens Tow Truck's door by its phone, with its role", async () => {
    const withPhone = (await sampleLogins()).filter(({ phone }) => phone.startsWith("+7"));
    expect(withPhone).toHaveLength(3);
    for (const { phone, password, role } of withPhone) {
      const { status, body } = await client.post("/api/v1/auth/login/", { phone, password });
      expect([status, body.user.user_type]).toEqual([200, role.toUpperCase()]);
    }
  });

  test("opens the token door by its address", async () => {
    for (const { email, password } of await sampleLogins())
      expect([email, (await client.post("/api/token/", { email, password })).status]).toEqual([email, 200]);
  });

  test("opens nothing with another password", async () => {
    const { status } = await client.post("/api/auth/signin/", { username: "admin", password: "password123" });
    expect(status).toBe(401);
  });
});

describe("what is shown in a browser", () => {
  const VIEWERS = ["/swagger/", "/api/schema/swagger-ui/", "/redoc/", "/api/schema/redoc/"];
  const PAGES = [
    "/",
    "/dev/outbox/",
    "/account-confirm-email/nothing/",
    "/password_reset_confirm/1-nothing/",
  ];

  /** What a page loads by itself. */
  function loaded(html: string): string[] {
    return [...html.matchAll(/<(?:script|link|img|iframe|source)[^>]*?(?:src|href)="([^"]+)"/g)].map(
      ([, url = ""]) => url,
    );
  }

  test.each([...VIEWERS, ...PAGES])(
    "%s loads nothing from outside, and everything it loads is there",
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

  test.each(VIEWERS)("%s brings its viewer along, and it is the real one", async (path) => {
    const { text } = await client.get(path);
    const bundle = loaded(text).find((file) => file.startsWith("/vendor/") && file.endsWith(".js")) ?? "";
    const script = await client.get(bundle);
    expect(script.headers.get("content-type")).toMatch(/javascript/);
    expect(script.text.length).toBeGreaterThan(500_000);
    expect(script.text).not.toMatch(/cdn\.redoc\.ly|unpkg\.com|cdn\.jsdelivr\.net|fonts\.googleapis\.com/);
  });

  test("our own files name no address outside", async () => {
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

  test("A mailed link opens a page; looking at it spends nothing, and its button does what it says, once.", async () => {
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
  test("the documents are built", async () => {
    const { body: openapi } = await client.get("/swagger.json");
    expect(openapi.openapi).toBe("3.1.0");
    expect(openapi.servers).toEqual([{ url: server.origin }]);
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

  test("every documented route answers a stranger, and none of them fails", async () => {
    const failures = [];
    for (const { method, path } of await places()) {
      const body = method === "GET" || method === "DELETE" ? undefined : {};
      const { status } = await client.call(method, path, body);
      if (status >= 500 || status === 405) failures.push(`${method} ${path} ${status}`);
    }
    expect(failures).toEqual([]);
  });

  test("every documented page of data answers staff, and none of them fails", async () => {
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

  test("a socket hears what HTTP changes, and its close is answered with its own code", async () => {
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

  test("what nobody serves is a JSON 404, and what is served otherwise a 405", async () => {
    expect(await client.get("/nowhere/")).toMatchObject({ status: 404, body: { detail: "Not found." } });
    const wrong = await client.call("DELETE", "/health/");
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });
});
