/** The playground in a real browser on a real server with its sample people. */
import { createECDH, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stage, type Watched } from "../console/browser.ts";
import { unique } from "../whole/client.ts";
import { runSnippets, snippetFaults, snippetsOf } from "../whole/snippets.ts";
import { framesOf, say, seat, showScene } from "./seats.ts";

let stage: Stage;
/** One window for all: the people in it sign in once. */
let watched: Watched;
beforeAll(async () => {
  stage = await Stage.open();
  watched = await stage.window();
});
afterAll(() => stage?.close());

describe("the chat", () => {
  test("Both people read each other's messages, and see the frames that carried them.", async () => {
    const { page, faults, outside } = watched;
    await showScene(stage, page, "chat");
    const mark = unique("");
    const [client, driver] = [seat(page, "client"), seat(page, "driver")];
    await say(client, `The old bridge at six? ${mark}`);
    await driver.locator(".bubble.theirs").getByText(`The old bridge at six? ${mark}`).waitFor();
    await say(driver, `I will be there. ${mark}`);
    await client.locator(".bubble.theirs").getByText(`I will be there. ${mark}`).waitFor();
    await client.locator(".bubble.ours", { hasText: mark }).getByText("read").waitFor();

    const sent = (await framesOf(client)).find((line) => line.startsWith("→ say"));
    expect(sent).toContain(`"kind":"message","body":{"text":"The old bridge at six? ${mark}"}`);
    expect((await framesOf(driver)).filter((line) => line.startsWith("← ack"))).toHaveLength(1);
    expect([faults, outside]).toEqual([[], []]);
  });

  test("What is said while the line is cut waits, and is delivered once when the line is restored.", async () => {
    const { page, faults } = watched;
    await showScene(stage, page, "chat");
    const mark = unique("");
    const [client, driver] = [seat(page, "client"), seat(page, "driver")];
    await client.getByRole("button", { name: /^Cut the line/ }).click();
    await client
      .locator('[data-live="waiting"]')
      .getByText(/attempt \d+ in/)
      .waitFor();
    await say(client, `First, from a tunnel ${mark}`);
    await say(client, `Second, from a tunnel ${mark}`);
    await client.getByText("2 wait to be sent").waitFor();
    await say(driver, `While you were away ${mark}`);
    await driver.locator(".bubble.ours").getByText(`While you were away ${mark}`).waitFor();
    expect(await client.getByText(`While you were away ${mark}`).count()).toBe(0);
    expect(await driver.getByText(`from a tunnel ${mark}`).count()).toBe(0);

    await client.getByRole("button", { name: /^Restore the line/ }).click();
    await driver.locator(".bubble.theirs").getByText(`Second, from a tunnel ${mark}`).waitFor();
    await client.locator(".bubble.theirs").getByText(`While you were away ${mark}`).waitFor();
    await expect.poll(() => client.locator(".bubble.waiting").count()).toBe(0);
    const texts = (place: typeof client) => place.locator(".bubble p").allTextContents();
    const all = [
      `While you were away ${mark}`,
      `First, from a tunnel ${mark}`,
      `Second, from a tunnel ${mark}`,
    ];
    expect((await texts(client)).slice(-3)).toEqual(all);
    expect((await texts(driver)).slice(-3)).toEqual(all);

    const frames = await framesOf(client);
    const back = frames.slice(frames.findIndex((line) => line.startsWith("· restored")));
    expect(back.find((line) => line.startsWith("→ subscribe"))).toMatch(/"epoch":"\w+","since":\d+/);
    expect(back.find((line) => line.startsWith("← subscribed"))).toContain('"recovered":true');
    expect(faults).toEqual([]);
  });

  test("Messages that wait survive a reload of the page.", async () => {
    const { page } = watched;
    await showScene(stage, page, "chat");
    const mark = unique("");
    const [client, driver] = [seat(page, "client"), seat(page, "driver")];
    await client.getByRole("button", { name: /^Cut the line/ }).click();
    await say(client, `Written before the reload ${mark}`);
    await client.locator(".bubble.waiting").waitFor();
    await page.reload();
    await driver.locator(".bubble.theirs").getByText(`Written before the reload ${mark}`).waitFor();
    const bubbles = driver.locator(".bubble").getByText(`Written before the reload ${mark}`);
    expect(await bubbles.count()).toBe(1);
  });
});

test("An event that one person changes is changed for the other at once, and its end is seen too.", async () => {
  const { page, faults, outside } = watched;
  await showScene(stage, page, "event");
  const [organizer, member] = [seat(page, "client"), seat(page, "driver")];
  await organizer.getByRole("button", { name: "Create an event" }).click();
  await member.getByRole("heading", { name: "Evening ride" }).waitFor();
  await member.locator(".event-card").getByText("Old bridge").waitFor();

  await organizer.getByLabel("Place").fill("New bridge");
  await organizer.getByRole("button", { name: "Save" }).click();
  await member.locator(".changed").getByText("New bridge").waitFor();
  await member.getByText("1 change seen live").waitFor();
  const heard = (await framesOf(member)).find((line) => line.startsWith("← entry"));
  expect(heard).toContain('"action":"updated"');
  expect((await framesOf(organizer)).some((line) => line.startsWith("→ PATCH /api/v1/events/"))).toBe(true);

  await organizer.getByRole("button", { name: "Call it off" }).click();
  await member.getByText("The event was called off").waitFor();
  await organizer.getByRole("button", { name: "Create an event" }).waitFor();
  expect([faults, outside]).toEqual([[], []]);
});

test("A truck on the road is offered an order, takes it, and its client sees it come and start.", async () => {
  const { page, faults, outside } = watched;
  await showScene(stage, page, "truck");
  const [driver, client, operator] = [seat(page, "driver"), seat(page, "client"), seat(page, "operator")];
  await driver.getByRole("button", { name: "Start driving" }).click();
  const place = () => driver.locator(".truck").getAttribute("style");
  const begin = await place();
  await expect.poll(place).not.toBe(begin);
  // It need not drive far.
  await driver.getByRole("button", { name: "Stop" }).click();
  await expect
    .poll(() => framesOf(driver), { timeout: 10_000 })
    .toContainEqual(expect.stringMatching(/^← ack/));
  await client.getByRole("combobox", { name: "From" }).selectOption("Sukharevskaya");
  await client.getByRole("button", { name: "Order a truck" }).click();
  await operator.getByRole("button", { name: "Confirm and find a truck" }).click();
  await driver.getByText("Sukharevskaya → Taganskaya").waitFor();
  await driver.getByRole("button", { name: "Accept" }).click();
  await driver.getByRole("button", { name: "Drive on" }).click();
  try {
    await client.getByText("A truck is on its way").waitFor();
    await operator.getByText("A truck is on its way").waitFor();
    await client.locator(".truck").waitFor();
    const frames = await framesOf(client);
    expect(frames).toContainEqual(expect.stringMatching(/^← entry .*"kind":"status".*"status":"ASSIGNED"/));
    expect(frames).toContainEqual(expect.stringMatching(/^← latest .*"kind":"position"/));
    expect(await framesOf(driver)).toContainEqual(expect.stringMatching(/^← entry .*"kind":"notification"/));

    await driver.getByRole("button", { name: "I am there" }).click();
    await client.getByText("the truck is there").waitFor();
    const code = await client.locator(".start-code").textContent();
    await driver.getByLabel("Client's code").fill(code ?? "");
    await page.keyboard.press("Enter");
    await client.getByText("The car is on its way").waitFor();
    expect([faults, outside]).toEqual([[], []]);
  } finally {
    await endOrders();
  }
});

/** The driver is free again, whatever a test has left. */
async function endOrders(): Promise<void> {
  const operator = await stage.as("operator");
  for (const status of ["ASSIGNED", "IN_PROGRESS"]) {
    const { results } = (await operator.get(`/api/v1/orders/list/?status=${status}`)).body;
    for (const { id } of results) await operator.post(`/api/v1/orders/${id}/cancel/`, {});
  }
}

test("A person's notifications are refused in plain words by the browser, then registered, and end again.", async () => {
  const { page, faults } = watched;
  await showScene(stage, page, "chat");
  const client = seat(page, "client");
  const ask = client.getByRole("button", { name: /^Ask for notifications/ });
  await ask.click();
  await client.getByText("The browser allows no notifications here.").waitFor();

  // No push service can be reached here: its subscription is the one thing that isn't real.
  const keys = {
    p256dh: createECDH("prime256v1").generateKeys("base64url"),
    auth: randomBytes(16).toString("base64url"),
  };
  await page.evaluate((keys) => {
    Notification.requestPermission = async () => "granted";
    const subscription = { toJSON: () => ({ endpoint: "http://127.0.0.1:9/", keys }), unsubscribe() {} };
    PushManager.prototype.subscribe = async () => subscription as unknown as PushSubscription;
  }, keys);
  const devices = async () =>
    (await (await stage.as("client")).get("/api/v1/push/subscriptions/")).body.length as number;
  const before = await devices();
  await ask.click();
  await client.getByText("This browser shows").waitFor();
  expect(await devices()).toBe(before + 1);
  await client.getByRole("button", { name: /^Stop notifications/ }).click();
  await ask.waitFor();
  expect(await devices()).toBe(before);
  expect(faults).toEqual([]);
});

describe("frames", () => {
  test("Frames are filtered, opened and copied, and show no tokens or passwords.", async () => {
    const { page } = watched;
    await showScene(stage, page, "chat");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const client = seat(page, "client");
    const text = unique("To be found ");
    await client.getByRole("button", { name: /^Sign out/ }).click();
    await client.getByLabel("Username, phone or e-mail").fill("client1");
    await client.getByLabel("Password").fill("password123");
    await page.keyboard.press("Enter");
    await client.locator(".messages .bubble").first().waitFor();
    await say(client, text);
    await client.locator(".bubble.ours").getByText(text).waitFor();

    await client.getByRole("combobox", { name: "Show" }).selectOption("Sent");
    expect((await framesOf(client)).every((line) => line.startsWith("→"))).toBe(true);
    await client.getByRole("searchbox", { name: "Filter" }).fill(text);
    await client.getByRole("button", { name: /sent say/ }).click();
    expect(JSON.parse((await client.locator(".frame-all pre").textContent()) ?? "")).toMatchObject({
      t: "say",
      body: { text },
    });
    await client.getByRole("button", { name: "Copy", exact: true }).click();
    await client.getByRole("button", { name: "Copied" }).waitFor();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    expect(JSON.parse(await copied())).toMatchObject({ t: "say" });

    await client.getByRole("searchbox", { name: "Filter" }).fill("");
    await client.getByRole("combobox", { name: "Show" }).selectOption("All");
    await client.getByRole("button", { name: "Copy all" }).click();
    await expect.poll(copied).toContain('→ POST /api/v1/auth/login/ {"phone":"client1","password":"…"}');
    expect(await copied()).not.toMatch(/password123|eyJ/);
  });
});

describe("the page", () => {
  test("The page has the policy of the pages that the Worker makes.", async () => {
    const policyOf = async (path: string) =>
      (await stage.client.get(path)).headers.get("content-security-policy");
    expect(await policyOf("/play/")).toBe(await policyOf("/"));
  });

  test.each([
    ["chat", 390],
    ["event", 1280],
    ["truck", 390],
  ] as const)("The scene %s at a width of %i has nothing wider than the page.", async (scene, width) => {
    const { page } = watched;
    await page.emulateMedia({ colorScheme: width === 390 ? "dark" : "light" });
    await page.setViewportSize({ width, height: 860 });
    await showScene(stage, page, scene);
    await page.getByText("What the client does when the line is cut").click();
    const client = seat(page, "client");
    if (width === 390) await client.getByRole("button", { name: /^Frames/ }).click();
    await client.locator("button.frame-line").first().click();
    await client.locator(".frame-all").waitFor();
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
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

describe("Swagger UI beside it", () => {
  test("One click authorizes as a sample person, and the sign-in is filled with a sample login.", async () => {
    const { page, faults } = await stage.window();
    // Swagger UI takes seconds to show hundreds of operations: here it gets the real document with its sign-in alone.
    await page.route("**/swagger.json", async (route) => {
      const document = await (await route.fetch()).json();
      const path = "/api/v1/auth/login/";
      await route.fulfill({ json: { ...document, paths: { [path]: document.paths[path] } } });
    });
    await page.goto(`${stage.server.origin}/swagger/`);
    await page.getByRole("button", { name: "driver1" }).click();
    await page.getByText("Authorized as driver1").waitFor();
    await page.locator(".auth-wrapper .authorize.locked").waitFor();
    await page.locator("#operations-tag-Accounts").click();
    const login = page.locator("#operations-Accounts-post_api_v1_auth_login");
    await login.locator(".opblock-summary-control").click();
    await login.getByRole("button", { name: "Try it out" }).click();
    expect(JSON.parse(await login.locator("textarea").inputValue())).toEqual({
      phone: "+79001234567",
      password: "password123",
    });
    expect(faults).toEqual([]);
  });
});

test.concurrent.each(["chat", "event", "truck"])(
  "The program below the scene %s runs as it is shown.",
  async (scene) => {
    const path = join(import.meta.dirname, `../../src/play/code/${scene}.js`);
    const code = readFileSync(path, "utf8");
    const snippets = snippetsOf(`\`\`\`js\n${code}\`\`\`\n\`\`\`text\n${OUTPUT[scene]}\n\`\`\`\n`);
    expect(snippetFaults(snippets)).toEqual([]);
    expect(await runSnippets(snippets, stage.server.origin)).toEqual([]);
  },
);

/** What the programs print, as the documentation's snippets show it: `…` is anything. */
const OUTPUT: Readonly<Record<string, string>> = {
  chat: `the connection is connecting
waiting to be stored: 1
the connection is live
waiting to be stored: 0
stored at position …
the connection is closed`,
  event: "updated New bridge",
  truck: "order CONFIRMED\norder ASSIGNED",
};
