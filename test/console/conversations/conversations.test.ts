/** Conversations: live, by keyboard alone, with saved replies, files, unread marks, and two operators at once. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { picture } from "../../harness/pictures/pictures.ts";
import { type Client, Socket, unique } from "../../whole/client.ts";
import { LOGINS, Stage, signIn } from "../browser.ts";

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
  // The answer is shown before it is stored.
  await page.locator(".bubble.waiting").waitFor({ state: "detached" });
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
  await page.getByRole("button", { name: "Add the note" }).click();
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

test("An operator finds, opens, answers and closes a conversation by keyboard alone.", async () => {
  const operator = await stage.as("operator");
  const title = unique("Greeting ");
  await operator.post("/api/admin/saved-replies/", { title, text: "Hello, {name}!" });
  const { id, subject, path } = await aTicket();
  const { page, faults } = await stage.signedIn("operator", "/conversations");
  await page.locator("[data-row]").first().waitFor();
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute("data-row") ?? document.activeElement?.tagName);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type(subject);
  await expect.poll(() => page.locator("[data-row]").count()).toBe(1);
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toBe(id);
  await page.keyboard.press("Enter");
  await page.locator(".bubble").waitFor();
  await expect.poll(focused).toBe("H2");
  await page.keyboard.press("r");
  await expect.poll(focused).toBe("TEXTAREA");
  await page.keyboard.type(`/${title.toLowerCase()}`);
  await page.getByRole("option", { name: title }).waitFor();
  await page.keyboard.press("Enter");
  const { body: client } = await author.get(path);
  const name = `${client.author.first_name} ${client.author.last_name}`.trim();
  await expect.poll(() => page.getByLabel("Answer").first().inputValue()).toBe(`Hello, ${name}!`);
  await page.keyboard.press("Control+Enter");
  await page.locator(".bubble.ours").getByText(`Hello, ${name}!`).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(focused).toBe(id);
  await page.keyboard.press("e");
  await expect.poll(async () => (await author.get(path)).body.status).toBe("RESOLVED");
  expect(faults).toEqual([]);
});

test("Of two operators who take a conversation at once one has it, and the other is told who.", async () => {
  const { id, path } = await aTicket();
  const pages = await Promise.all(
    (["operator", "staff"] as const).map(async (who) => {
      const { page } = await stage.signedIn(who, `/conversations/${id}`);
      await page.locator('[data-live="live"]').waitFor();
      await page.locator(".bubble").waitFor();
      return page;
    }),
  );
  const take = (page: Page) => page.locator("header").getByRole("button", { name: "Assign to me" });
  await Promise.all(pages.map((page) => take(page).waitFor()));
  await Promise.all(pages.map((page) => take(page).click()));
  const told = () => Promise.all(pages.map((page) => page.getByText("has taken this conversation").count()));
  await expect.poll(async () => (await told()).toSorted()).toEqual([0, 1]);
  const { body } = await author.get(path);
  for (const page of pages) await page.locator(`[data-assignee="${body.assigned_to.id}"]`).waitFor();
});

test("Files are uploaded into an answer, a refused one says why, and pictures open large.", async () => {
  const { id, path } = await aTicket();
  const { page, faults } = await stage.signedIn("operator", `/conversations/${id}`);
  await page.locator(".bubble").waitFor();
  const buffer = Buffer.from(picture(100, "image/png"));
  await page.getByTestId("attach").setInputFiles([
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") },
    { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("hello") },
    { name: "damage.png", mimeType: "image/png", buffer },
  ]);
  await page.locator('.tray [data-state="stored"]', { hasText: "damage.png" }).waitFor();
  await page.locator('.tray [data-state="refused"]', { hasText: "Only pictures" }).waitFor();
  await page.locator('.tray [data-state="refused"]', { hasText: "broken.png" }).waitFor();
  await page.locator("form").getByRole("button", { name: "Answer" }).click();
  await page.getByRole("button", { name: "Open large: damage.png" }).click();
  const large = page.getByRole("dialog", { name: "damage.png" }).getByRole("img", { name: "damage.png" });
  await expect
    .poll(() => large.evaluate((image) => (image as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);
  const { body } = await author.get(path);
  expect(body.messages.at(-1)).toMatchObject({ attachments: [{ name: "damage.png" }] });
  expect(faults).toEqual([]);
});

test("A conversation is unread until it is opened, and a draft stays in it.", async () => {
  const [one, other] = [await aTicket(), await aTicket()];
  const { page } = await stage.signedIn("operator", `/conversations/${one.id}`);
  await page.locator(".bubble").waitFor();
  await page.locator('[data-live="live"]').waitFor();
  await page.getByLabel("Answer").first().fill("Not sent yet");
  const row = (id: string, unread: string) => page.locator(`[data-row="${id}"][data-unread="${unread}"]`);
  await row(one.id, "no").waitFor();
  await author.post(`${other.path}messages/`, { body: "Hello?" });
  await row(other.id, "yes").getByText("2").first().waitFor();
  await row(other.id, "yes").click();
  await page.getByText("Hello?").first().waitFor();
  await row(other.id, "no").waitFor();
  await row(one.id, "no").getByText("Not sent yet").waitFor();
  await row(one.id, "no").click();
  await expect.poll(() => page.getByLabel("Answer").first().inputValue()).toBe("Not sent yet");
});
