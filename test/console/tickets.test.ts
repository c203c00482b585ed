/** Tickets as live conversations with internal notes. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, Socket, unique } from "../whole/client.ts";
import { LOGINS, Stage, signIn } from "./browser.ts";

let stage: Stage;
let author: Client;
beforeAll(async () => {
  stage = await Stage.open();
  author = await stage.as("client");
});
afterAll(() => stage?.close());

async function aTicket() {
  const subject = unique("Where is my truck ");
  const { status, body } = await author.post("/api/v1/support/tickets/", {
    subject,
    description: "It is late.",
  });
  expect(status).toBe(201);
  return { id: body.id as string, subject, path: `/api/v1/support/tickets/${body.id}/` };
}

test("A new ticket appears in the list and opens as a conversation.", async () => {
  const { page } = await stage.signedIn("operator", "/conversations");
  await page.getByRole("heading", { name: "Conversations" }).waitFor();
  await page.locator('[data-live="live"]').waitFor();
  const { subject } = await aTicket();
  await page.getByRole("link", { name: new RegExp(subject) }).click();
  await page.locator(".bubble").getByText("It is late.").waitFor();
});

test("Both sides see each other's messages at once, without a reload.", async () => {
  const { path, id } = await aTicket();
  const { page } = await stage.signedIn("operator", `/conversations/${id}`);
  await page.locator(".bubble").getByText("It is late.").waitFor();
  await page.locator('[data-live="live"]').waitFor();
  await author.post(`${path}messages/`, { body: "Are you there?" });
  await page.locator(".bubble.theirs").getByText("Are you there?").waitFor();

  await page.getByLabel("Answer").first().fill("We are looking into it.");
  await page.keyboard.press("Enter");
  await page.locator(".bubble.ours").getByText("We are looking into it.").waitFor();
  await expect.poll(() => page.locator(".bubble").count()).toBe(3);
  const { body } = await author.get(path);
  expect(body.messages.map((message: { body: string }) => message.body)).toContain("We are looking into it.");
  expect(body.status).toBe("IN_PROGRESS");
});

test("The operator sees the client typing.", async () => {
  const { id } = await aTicket();
  const { page } = await stage.signedIn("operator", `/conversations/${id}`);
  await page.locator(".bubble").waitFor();
  await page.locator('[data-live="live"]').waitFor();
  const { body } = await stage.client.post("/api/auth/signin/", LOGINS.client);
  const url = `${stage.server.origin.replace("http", "ws")}/ws/support/tickets/${id}/`;
  const socket = await Socket.open(url, ["caravan.v1", `auth.${body.access}`]);
  await socket.next((frame) => frame.t === "welcome");
  await expect
    .poll(
      async () => {
        socket.send({ t: "typing" });
        return page.locator(".typing").textContent();
      },
      { interval: 500, timeout: 15_000 },
    )
    .toContain("typing…");
  socket.close();
});

test("An internal note is marked, and the ticket's author never gets it.", async () => {
  const { path, id } = await aTicket();
  const { page } = await stage.signedIn("operator", `/conversations/${id}`);
  await page.getByLabel(/Internal note/).check();
  await page.getByLabel("Answer").first().fill("He called twice already.");
  await page.getByRole("button", { name: "Answer" }).click();
  await page.locator(".bubble.internal").getByText("He called twice already.").waitFor();
  expect(JSON.stringify((await author.get(path)).body)).not.toContain("called twice");
});

test("A ticket is closed from its conversation and leaves the list of open ones.", async () => {
  const { path, id, subject } = await aTicket();
  const { page } = await stage.signedIn("operator", `/conversations/${id}`);
  await page.getByRole("combobox", { name: "Status" }).selectOption("RESOLVED");
  await expect.poll(async () => (await author.get(path)).body.status).toBe("RESOLVED");
  await expect.poll(() => page.getByRole("link", { name: new RegExp(subject) }).count()).toBe(0);
});

test("A lost connection is reopened and brings what was missed.", async () => {
  const { path, id } = await aTicket();
  const { page } = await stage.window();
  const wires: { cut(): Promise<void> }[] = [];
  let isDown = false;
  await page.routeWebSocket(/\/ws\/me\//, async (socket) => {
    if (isDown) return socket.close({ code: 1012 });
    const server = socket.connectToServer();
    wires.push({
      async cut() {
        await socket.close({ code: 1012 });
        await server.close();
      },
    });
  });
  await page.goto(`${stage.server.origin}/admin/conversations/${id}`);
  await signIn(page, "operator");
  await page.locator(".bubble").waitFor();
  await page.locator('[data-live="live"]').waitFor();

  isDown = true;
  await wires.at(-1)?.cut();
  await page.locator('[data-live="waiting"]').waitFor();
  await author.post(`${path}messages/`, { body: "Said while you were away." });
  isDown = false;
  await page.locator(".bubble").getByText("Said while you were away.").waitFor();
  await page.locator('[data-live="live"]').waitFor();
  expect(wires.length).toBeGreaterThan(1);
});
