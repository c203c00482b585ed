/** The first minute with Caravan: a fresh start, its page and its sample logins. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Client } from "./client.ts";
import { freePort, Server } from "./server.ts";

let server: Server;
let client: Client;

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

beforeAll(async () => {
  server = await Server.start({ nothing: true });
  client = new Client(server.origin);
});

afterAll(() => server?.remove());

describe("a fresh start", () => {
  test("A fresh server shows the start page with a login of each role.", async () => {
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

  test("Every link of the start page opens.", async () => {
    const { text } = await client.get("/");
    const links = [...text.matchAll(/<a href="([^"]+)"/g)].map(([, href = ""]) => href);
    expect(links).toEqual(
      expect.arrayContaining([
        "/docs/",
        "/docs/start/quick-start/",
        "/swagger/",
        "/redoc/",
        "/asyncapi/",
        "/health/",
        "/dev/outbox/",
      ]),
    );
    for (const link of links) expect([link, (await client.get(link)).status]).toEqual([link, 200]);
  });

  test("The health check of a fresh server reports every part as healthy.", async () => {
    const { body } = await client.get("/health/");
    expect(body.status).toBe("ok");
    expect(body.parts).toMatchObject({ database: "ok", storage: "ok" });
  });

  test("The samples have an event with participants.", async () => {
    const { body } = await client.post("/api/auth/signin/", { username: "client1", password: "password123" });
    const { events } = (await client.as(body.access).get("/api/events/")).body;
    expect(events).toHaveLength(1);
    expect(events[0].participant_usernames).toEqual(["client1", "driver1"]);
  });

  test("The samples have a friend, a chat, a task and a ticket.", async () => {
    const { body } = await client.post("/api/auth/signin/", { username: "client1", password: "password123" });
    const ann = client.as(body.access);
    expect((await ann.get("/api/v1/users/my_friends/")).body).toHaveLength(1);
    expect((await ann.get("/api/v1/chats/")).body).toHaveLength(1);
    expect((await ann.get("/api/v1/tasks/")).body).toMatchObject([{ title: "Photograph the bridge" }]);
    expect((await ann.get("/api/v1/support/tickets/")).body.results).toHaveLength(1);
  });

  test("A second server on the same port is refused with the reason, and the first continues.", async () => {
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
  test("A sample login signs in to AlphaBet by its username.", async () => {
    for (const { username, password } of await sampleLogins()) {
      const { status, body } = await client.post("/api/auth/signin/", { username, password });
      expect([username, status, typeof body.access]).toEqual([username, 200, "string"]);
    }
  });

  test("A sample login signs in to Tow Truck by its phone, with its role.", async () => {
    const withPhone = (await sampleLogins()).filter(({ phone }) => phone.startsWith("+7"));
    expect(withPhone).toHaveLength(3);
    for (const { phone, password, role } of withPhone) {
      const { status, body } = await client.post("/api/v1/auth/login/", { phone, password });
      expect([status, body.user.user_type]).toEqual([200, role.toUpperCase()]);
    }
  });

  test("A sample login gets a token pair by its address.", async () => {
    for (const { email, password } of await sampleLogins())
      expect([email, (await client.post("/api/token/", { email, password })).status]).toEqual([email, 200]);
  });

  test("A sample login with another password is refused.", async () => {
    const { status } = await client.post("/api/auth/signin/", { username: "admin", password: "password123" });
    expect(status).toBe(401);
  });
});
