/** Records in the console: creating, changing, undoing, conflicts and deleting, in a real browser. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unique } from "../../whole/client.ts";
import { Stage, signOut } from "../browser.ts";
import { newTariff, readTariff, type Tariff } from "./tariffs.ts";

let stage: Stage;

const aTariff = (name?: string) => newTariff(stage, name);
const tariff = (made: Pick<Tariff, "id">) => readTariff(stage, made);

const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true }).click();

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage?.close());

describe("a record", () => {
  test("A record is created in a form of the declared fields.", async () => {
    const { page, faults } = await stage.signedIn("operator", "/vehicle-types");
    const name = unique("Minibus ");
    await page.getByRole("link", { name: "New", exact: true }).click();
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Up to").fill("3.5");
    await page.getByLabel("Base price").fill("1500,50");
    await save(page);
    await page.getByRole("heading", { name }).waitFor();
    const made = await tariff({ id: Number(page.url().split("/").at(-1)) });
    expect(made).toMatchObject({ name, max_weight: 3.5, base_price: "1500.50" });
    expect(faults).toEqual([]);
  });

  test("An error of the API is shown below its field, and the typed values stay.", async () => {
    const [one, other] = [await aTariff(), await aTariff()];
    const { page } = await stage.signedIn("operator", `/vehicle-types/${one.id}`);
    await page.getByLabel("Name").fill(other.name);
    await save(page);
    await page.getByRole("alert").getByText("A record with this value already exists.").waitFor();
    await expect.poll(() => page.getByLabel("Name").inputValue()).toBe(other.name);
    expect((await tariff(one)).name).toBe(one.name);
  });

  test("A change of a record, opened from its list at once, is in its history and can be reverted.", async () => {
    const made = await aTariff();
    const { page } = await stage.signedIn("operator", `/vehicle-types?perPage=100`);
    await page.getByRole("link", { name: made.name }).click();
    await page.getByLabel("Base price").fill("2000");
    await save(page);
    await page.getByText("Saved", { exact: true }).waitFor();
    expect((await tariff(made)).base_price).toBe("2000.00");

    await page.getByRole("tab", { name: "History" }).click();
    const card = page.locator(".audit-card").filter({ hasText: "Change" });
    await card.getByText("₽1,000.00").waitFor();
    await card.getByText("₽2,000.00").waitFor();
    await card.getByRole("link", { name: "Ольга Операторова" }).waitFor();
    await card.getByRole("button", { name: "Restore the former values" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.locator("footer button").allTextContents()).toEqual([
      "Keep the present values",
      "Restore the former values",
    ]);
    await dialog.getByRole("button", { name: "Restore the former values" }).click();
    await page.getByText("Reverted").waitFor();
    expect((await tariff(made)).base_price).toBe("1000.00");
  });

  test("Undo restores a record with one click.", async () => {
    const made = await aTariff();
    const { page } = await stage.signedIn("operator", `/vehicle-types/${made.id}`);
    await page.getByLabel("Base price").fill("3000");
    await save(page);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Undone").waitFor();
    expect((await tariff(made)).base_price).toBe("1000.00");
    await expect.poll(() => page.getByLabel("Base price").inputValue()).toBe("1,000.00");
  });

  test("A conflict shows both versions and loses neither.", async () => {
    const made = await aTariff();
    const { page } = await stage.signedIn("operator", `/vehicle-types/${made.id}`);
    await page.getByLabel("Name").waitFor();
    const { version } = await tariff(made);
    const theirs = unique("Theirs ");
    const mine = unique("Mine ");
    await fetch(`${stage.server.origin}/api/admin/vehicle-types/${made.id}/`, {
      method: "PATCH",
      headers: {
        authorization: `Bearer ${await token()}`,
        "content-type": "application/json",
        "if-match": `"${version}"`,
      },
      body: JSON.stringify({ name: theirs }),
    });
    await page.getByLabel("Name").fill(mine);
    await save(page);
    const dialog = page.getByRole("dialog", { name: "This record has been changed" });
    await dialog.getByText(mine).waitFor();
    await dialog.getByText(theirs).waitFor();
    expect((await tariff(made)).name).toBe(theirs);
    await dialog.getByRole("button", { name: "Overwrite with mine" }).click();
    await page.getByRole("heading", { name: mine }).waitFor();
    expect((await tariff(made)).name).toBe(mine);
  });

  async function token(): Promise<string> {
    const login = { username: "operator1", password: "password123" };
    return (await stage.client.post("/api/auth/signin/", login)).body.access;
  }

  test("A reference to several records has a checkbox for each, such as a truck's tariffs.", async () => {
    const made = await aTariff();
    const { page } = await stage.signedIn("operator", "/tow-trucks/1");
    await page.getByLabel(made.name).check();
    await save(page);
    await page.getByText("Saved", { exact: true }).waitFor();
    const { body } = await (await stage.as("operator")).get("/api/admin/tow-trucks/1/");
    expect(body.vehicle_types).toContain(made.id);
  });

  test("Unsaved edits are asked about on a menu click, on another tab of the record, on a reload and on signing out, and stay when others save.", async () => {
    const made = await aTariff();
    const { page, faults } = await stage.signedIn("operator", `/vehicle-types/${made.id}`);
    await page.getByLabel("Name").fill("Half a name");
    const dialog = page.getByRole("dialog", { name: "Leave without saving?" });
    const asks = async (leave: () => Promise<unknown>) => {
      await leave();
      await dialog.getByRole("button", { name: "Stay and keep editing" }).click();
      await dialog.waitFor({ state: "hidden" });
      expect(await page.getByLabel("Name").inputValue()).toBe("Half a name");
    };
    await asks(() => page.locator(".side").getByRole("link", { name: "Orders", exact: true }).click());
    await asks(() => page.getByRole("tab", { name: "History" }).click());
    await asks(() => signOut(page));
    let asked = 0;
    page.on("dialog", (native) => {
      asked += 1;
      void native.dismiss();
    });
    await page.reload({ timeout: 1500 }).catch(() => {});
    expect(asked).toBe(1);
    expect(await page.getByLabel("Name").inputValue()).toBe("Half a name");
    await page.locator(".side").getByRole("link", { name: "Orders", exact: true }).click();
    await dialog.getByRole("button", { name: "Leave and lose them" }).click();
    await page.getByRole("heading", { name: "Orders" }).waitFor();
    expect((await tariff(made)).name).toBe(made.name);
    expect(faults).toEqual([]);
  });

  test("A record is deleted only after a confirmation.", async () => {
    const made = await aTariff();
    const { page } = await stage.signedIn("operator", `/vehicle-types/${made.id}`);
    await page.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Keep the record" }).click();
    expect((await tariff(made)).name).toBe(made.name);
    await page.getByRole("button", { name: "Delete" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Deleted", { exact: true }).waitFor();
    expect((await tariff(made)).detail).toBeDefined();
  });

  test("A reference to another record is chosen by a search.", async () => {
    const { page } = await stage.signedIn("operator", "/client-vehicles/create");
    const owner = page.getByRole("combobox", { name: /owner/i });
    await owner.fill("client1");
    await page.getByRole("option", { name: /Ирина Клиентова/ }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => owner.inputValue()).toBe("Ирина Клиентова · +7 900 123-45-67");
  });
});

describe("a webhook", () => {
  test("Staff add one, copy its secret, send a test event, see the answer, and send it again.", async () => {
    const ids: string[] = [];
    const receiver = createServer((request, response) => {
      ids.push(String(request.headers["webhook-id"]));
      request.resume().on("end", () => response.writeHead(200).end("the warehouse is moving"));
    });
    await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/in`;
    const { page, faults } = await stage.signedIn("staff", "/webhook-endpoints/create");
    await page.getByLabel("Address").fill("https://10.0.0.5/");
    await page.getByLabel("Order updated").check();
    await save(page);
    await page.getByText("Use a host name, not an IP address.").waitFor();
    await page.getByLabel("Address").fill(url);
    await save(page);
    await page.getByRole("heading", { name: url }).waitFor();
    expect(await page.getByLabel("On", { exact: true }).isChecked()).toBe(true);
    await page.getByRole("button", { name: "Show the secret" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Show the secret" }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByRole("dialog").getByRole("button").first().click();
    await page.getByRole("button", { name: "Send a test event" }).click();
    await expect.poll(() => ids.length, { timeout: 10_000 }).toBe(1);
    await page.goto(`${stage.server.origin}/admin/webhook-deliveries`);
    await page
      .getByRole("row", { name: /Webhook test/ })
      .getByText("Accepted")
      .waitFor();
    await page
      .getByRole("row", { name: /Webhook test/ })
      .getByText("Webhook test")
      .click();
    await page.getByText("the warehouse is moving").waitFor();
    await page.getByRole("button", { name: "Send again" }).click();
    await expect.poll(() => ids.length, { timeout: 10_000 }).toBe(2);
    expect(ids[1]).toBe(ids[0]);
    expect(faults).toEqual([]);
    receiver.close();
  });
});

test("Staff in a group are shown the pages and buttons that its rights allow, an order's page that asks for nothing else, and a letter without its code.", async () => {
  const staff = await stage.as("staff");
  const { body: group } = await staff.post("/api/admin/staff-groups/", {
    name: "Desk",
    rights: ["outbox:read", "outbox:letter", "vehicle-types:read", "orders:read"],
  });
  const { body: found } = await staff.get("/api/admin/users/?search=operator1");
  const user = found.results[0].id;
  await staff.post("/api/admin/staff-group-members/", { group: group.id, user });
  await stage.client.post("/api/v1/users/reset_password/", { email: "client1@example.com" });
  const { body: letters } = await staff.get("/api/admin/outbox/?kind=mail&search=client1");

  const { page, faults } = await stage.signedIn("operator");
  const refused: string[] = [];
  page.on("response", (answer) => answer.status() === 403 && refused.push(answer.url()));
  await page.waitForURL("**/admin/orders");
  await page.locator(".record-link").first().click();
  await page.getByRole("heading", { name: "What happened" }).waitFor();
  const buttons = page.locator(".page-head :is(button, a.button)");
  await page.getByRole("tablist").waitFor();
  expect([await buttons.count(), await page.getByText("Free trucks nearby").count()]).toEqual([0, 0]);
  await page.goto(`${stage.server.origin}/admin/map`);
  await page.getByRole("heading", { name: "Page not found." }).waitFor();
  expect(refused).toEqual([]);
  const menu = page.getByRole("navigation");
  await menu.getByText("System").click();
  expect(await menu.getByRole("link").allTextContents()).toEqual(["Orders", "Tariffs", "Outbox"]);
  expect(await page.getByRole("link", { name: "New" }).count()).toBe(0);
  await page.goto(`${stage.server.origin}/admin/outbox/${letters.results[0].id}`);
  const letter = page.frameLocator(".letter iframe");
  await letter.getByText("••••••").waitFor();
  expect(await letter.locator("script, a, img, link").count()).toBe(0);
  await page.getByRole("button", { name: "Show as text" }).click();
  await page.locator(".letter pre").waitFor();
  expect(faults).toEqual([]);
  await staff.call("DELETE", `/api/admin/staff-group-members/${group.id}:${user}/`);
});
