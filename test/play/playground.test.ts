/** The playground in a real browser on a real server with its sample people. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage } from "../console/browser.ts";
import { runSnippets, snippetFaults, snippetsOf } from "../whole/snippets.ts";
import { framesOf, openScene, say, seat } from "./seats.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage?.close());

describe("the chat", () => {
  test("Both people read each other's messages, and see the frames that carried them.", async () => {
    const { page, faults, outside } = await openScene(stage, "chat");
    const [client, driver] = [seat(page, "client"), seat(page, "driver")];
    await say(client, "The old bridge at six?");
    await driver.locator(".bubble.theirs").getByText("The old bridge at six?").waitFor();
    await say(driver, "I will be there.");
    await client.locator(".bubble.theirs").getByText("I will be there.").waitFor();
    await client.locator(".bubble.ours").getByText("read").waitFor();

    const sent = (await framesOf(client)).find((line) => line.startsWith("→ say"));
    expect(sent).toContain('"kind":"message","body":{"text":"The old bridge at six?"}');
    expect((await framesOf(driver)).filter((line) => line.startsWith("← ack"))).toHaveLength(1);
    expect([faults, outside]).toEqual([[], []]);
  });

  test("What is said while the line is cut waits, and is delivered once when the line is restored.", async () => {
    const { page, faults } = await openScene(stage, "chat");
    const [client, driver] = [seat(page, "client"), seat(page, "driver")];
    await client.getByRole("button", { name: /^Cut the line/ }).click();
    await client
      .locator('[data-live="waiting"]')
      .getByText(/attempt \d+ in/)
      .waitFor();
    await say(client, "First, from a tunnel");
    await say(client, "Second, from a tunnel");
    await client.getByText("2 messages wait").waitFor();
    await say(driver, "While you were away");
    await driver.locator(".bubble.ours").getByText("While you were away").waitFor();
    expect(await client.getByText("While you were away").count()).toBe(0);
    expect(await driver.getByText(/from a tunnel/).count()).toBe(0);

    await client.getByRole("button", { name: /^Restore the line/ }).click();
    await driver.locator(".bubble.theirs").getByText("Second, from a tunnel").waitFor();
    await client.locator(".bubble.theirs").getByText("While you were away").waitFor();
    await expect.poll(() => client.locator(".bubble.waiting").count()).toBe(0);
    const texts = (place: typeof client) => place.locator(".bubble p").allTextContents();
    const all = ["While you were away", "First, from a tunnel", "Second, from a tunnel"];
    expect((await texts(client)).slice(-3)).toEqual(all);
    expect((await texts(driver)).slice(-3)).toEqual(all);

    const frames = await framesOf(client);
    const back = frames.slice(frames.findIndex((line) => line.startsWith("· restored")));
    expect(back.find((line) => line.startsWith("→ subscribe"))).toMatch(/"epoch":"\w+","since":\d+/);
    expect(back.find((line) => line.startsWith("← subscribed"))).toContain('"recovered":true');
    expect(faults).toEqual([]);
  });

  test("Messages that wait survive a reload of the page.", async () => {
    const { page } = await openScene(stage, "chat");
    const [client, driver] = [seat(page, "client"), seat(page, "driver")];
    await client.getByRole("button", { name: /^Cut the line/ }).click();
    await say(client, "Written before the reload");
    await client.locator(".bubble.waiting").waitFor();
    await page.reload();
    await driver.locator(".bubble.theirs").getByText("Written before the reload").waitFor();
    expect(await driver.getByText("Written before the reload").count()).toBe(1);
  });
});

describe("frames", () => {
  test("Frames are filtered, opened and copied, and show no tokens or passwords.", async () => {
    const { page } = await openScene(stage, "chat");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const client = seat(page, "client");
    await say(client, "To be found");
    await client.locator(".bubble.ours").getByText("To be found").waitFor();

    await client.getByRole("combobox", { name: "Show" }).selectOption("Sent");
    expect((await framesOf(client)).every((line) => line.startsWith("→"))).toBe(true);
    await client.getByRole("searchbox", { name: "Filter" }).fill("to be found");
    await client.getByRole("button", { name: /sent say/ }).click();
    expect(JSON.parse((await client.locator(".frame-all pre").textContent()) ?? "")).toMatchObject({
      t: "say",
      body: { text: "To be found" },
    });
    await client.getByRole("button", { name: "Copy", exact: true }).click();
    await client.getByRole("button", { name: "Copied" }).waitFor();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    expect(JSON.parse(await copied())).toMatchObject({ t: "say" });

    await client.getByRole("searchbox", { name: "Filter" }).fill("");
    await client.getByRole("combobox", { name: "Show" }).selectOption("All");
    await client.getByRole("button", { name: "Copy all" }).click();
    await expect.poll(copied).toContain("→ POST /api/v1/auth/login/");
    expect(await copied()).not.toMatch(/password123|eyJ/);
  });
});

describe("the page", () => {
  test("The page has the policy of the pages that the Worker makes.", async () => {
    const policyOf = async (path: string) =>
      (await stage.client.get(path)).headers.get("content-security-policy");
    expect(await policyOf("/play/")).toBe(await policyOf("/"));
  });

  test("A server without sample people asks to sign in, and one person who does can use their chats.", async () => {
    const { page } = await stage.window({ locale: "ru-RU" });
    await page.route("**/dev/samples/", (route) => route.fulfill({ status: 404, json: {} }));
    await page.goto(`${stage.server.origin}/play/`);
    const driver = seat(page, "driver");
    await driver.getByLabel("Имя, телефон или почта").fill("driver1");
    await driver.getByLabel("Пароль").fill("wrong");
    await page.keyboard.press("Enter");
    await driver.getByRole("alert").getByText(/./).waitFor();
    await driver.getByLabel("Пароль").fill("password123");
    await page.keyboard.press("Enter");
    await driver.getByRole("button", { name: "Ирина · Владимир" }).click();
    await driver.locator('[data-live="live"]').waitFor();
    expect(await seat(page, "client").getByRole("button", { name: "Войти" }).count()).toBe(1);
  });
});

test.each(["chat"])("The program below the scene %s runs as it is shown.", async (scene) => {
  const path = join(import.meta.dirname, `../../src/play/code/${scene}.js`);
  const code = readFileSync(path, "utf8");
  const snippets = snippetsOf(`\`\`\`js\n${code}\`\`\`\n\`\`\`text\n${OUTPUT[scene]}\n\`\`\`\n`);
  expect(snippetFaults(snippets)).toEqual([]);
  expect(await runSnippets(snippets, stage.server.origin)).toEqual([]);
});

/** What the programs print, as the documentation's snippets show it: `…` is anything. */
const OUTPUT: Readonly<Record<string, string>> = {
  chat: `the connection is connecting
waiting to be stored: 1
the connection is live
waiting to be stored: 0
stored at position …
the connection is closed`,
};
