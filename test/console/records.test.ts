/** Lists and records in the console, with the real API. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unique } from "../whole/client.ts";
import { Stage } from "./browser.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage?.close());

interface Tariff {
  readonly id: number;
  readonly name: string;
}

/** Creates a tariff for one test. */
async function aTariff(name = unique("Tariff ")): Promise<Tariff> {
  const operator = await stage.as("operator");
  const facts = { name, max_weight: 2, base_price: "1000.00", per_km_rate: "50.00", description: "" };
  const { status, body, text } = await operator.post("/api/admin/vehicle-types/", facts);
  expect([status, text.slice(0, 200)]).toEqual([201, text.slice(0, 200)]);
  return { id: body.id, name };
}

async function tariff({ id }: Tariff) {
  return (await (await stage.as("operator")).get(`/api/admin/vehicle-types/${id}/`)).body;
}

const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true }).click();

describe("a record", () => {
  test("A record is created in a form of the declared fields.", async () => {
    const { page, faults } = await stage.signedIn("operator", "/vehicle-types");
    const name = unique("Minibus ");
    await page.getByRole("link", { name: "New", exact: true }).click();
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Up to, t").fill("3.5");
    await page.getByLabel("Base price").fill("1500,50");
    await save(page);
    await page.getByRole("heading", { name }).waitFor();
    const made = await tariff({ id: Number(page.url().split("/").at(-1)), name });
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

  test("A change of a record is in its history and can be reverted.", async () => {
    const made = await aTariff();
    const { page } = await stage.signedIn("operator", `/vehicle-types/${made.id}`);
    await page.getByLabel("Base price").fill("2000");
    await save(page);
    await page.getByText("Saved", { exact: true }).waitFor();
    expect((await tariff(made)).base_price).toBe("2000.00");

    await page.getByRole("tab", { name: "History" }).click();
    const card = page.locator(".audit-card").filter({ hasText: "vehicle_type.change" });
    await card.getByText("₽1,000.00").waitFor();
    await card.getByText("₽2,000.00").waitFor();
    await card.getByRole("link", { name: "operator1" }).waitFor();
    await card.getByRole("button", { name: "Revert" }).click();
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
    await expect.poll(() => page.getByLabel("Base price").inputValue()).toBe("1000.00");
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

  test("A record is deleted only after a confirmation.", async () => {
    const made = await aTariff();
    const { page } = await stage.signedIn("operator", `/vehicle-types/${made.id}`);
    await page.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Cancel" }).click();
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
    await page.getByRole("option", { name: /client1/ }).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => owner.inputValue()).toBe("client1");
  });
});

describe("a list", () => {
  test("A list can be searched, and its address shows others the same.", async () => {
    const made = await aTariff();
    await aTariff();
    const { page } = await stage.signedIn("operator", "/vehicle-types");
    await page.getByRole("searchbox").fill(made.name);
    await page.getByText("1 record", { exact: true }).waitFor();
    await expect.poll(() => page.url()).toContain("filter=");
    await page.goto(page.url());
    await page.getByText("1 record", { exact: true }).waitFor();
    await page.getByRole("link", { name: made.name }).waitFor();
  });

  test("A list is filtered by the declared filters, which can be saved under a name.", async () => {
    const { page } = await stage.signedIn("operator", "/users");
    await page.getByRole("link", { name: "client1", exact: true }).waitFor();
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByLabel("Role").selectOption("DRIVER");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("link", { name: "driver1", exact: true }).waitFor();
    await expect.poll(() => page.getByRole("link", { name: "client1", exact: true }).count()).toBe(0);

    await page.getByRole("button", { name: "Saved filters" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Drivers");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /Remove: Role/ }).click();
    await page.getByRole("link", { name: "client1", exact: true }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Saved filters" }).click();
    await page.getByRole("button", { name: "Drivers", exact: true }).click();
    await expect.poll(() => page.getByRole("link", { name: "client1", exact: true }).count()).toBe(0);
  });

  test("A list is sorted by its headings.", async () => {
    const { page } = await stage.signedIn("operator", "/users");
    await page.getByRole("button", { name: "Username" }).click();
    await expect.poll(() => page.url()).toContain("sort=username");
    const heading = page.getByRole("columnheader", { name: "Username" });
    await expect.poll(() => heading.getAttribute("aria-sort")).toBe("ascending");
  });

  test("A bulk operation shows the number of records before it runs.", async () => {
    const mark = unique("Bulk ");
    const made = [await aTariff(`${mark} a`), await aTariff(`${mark} b`)];
    const { page } = await stage.signedIn("operator", "/vehicle-types");
    await page.getByRole("searchbox").fill(mark);
    await page.getByText("2 records", { exact: true }).waitFor();
    await page.getByLabel("Select all on this page").check();
    await page.getByText("2 selected").waitFor();
    await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByText("This affects 2 records.").waitFor();
    expect((await tariff(made[0] as Tariff)).name).toBe(`${mark} a`);
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Done: 2 records.").waitFor();
    expect((await tariff(made[0] as Tariff)).detail).toBeDefined();
  });

  test("A bulk change covers all filtered records beyond the page.", async () => {
    const mark = unique("Many ");
    const made = await Promise.all(Array.from({ length: 12 }, (_, index) => aTariff(`${mark} ${index}`)));
    const { page } = await stage.signedIn("operator", "/vehicle-types?perPage=10");
    await page.getByRole("searchbox").fill(mark);
    await page.getByText("12 records", { exact: true }).waitFor();
    await page.getByLabel("Select all on this page").check();
    await page.getByText("10 selected").waitFor();
    await page.getByRole("button", { name: "Select all 12" }).click();
    await page.getByRole("toolbar").getByRole("button", { name: "Change…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("This affects 12 records.").waitFor();
    await dialog.getByLabel("Field").selectOption({ label: "Base price" });
    await dialog.getByLabel("New value").fill("777");
    await dialog.getByRole("button", { name: "Change…" }).click();
    await page.getByText("Done: 12 records.").waitFor();
    const prices = await Promise.all(made.map(async (each) => (await tariff(each)).base_price));
    expect(new Set(prices)).toEqual(new Set(["777.00"]));
  });

  test("A list is exported as a CSV file with its filters.", async () => {
    const made = await aTariff();
    await aTariff();
    const { page } = await stage.signedIn("operator", "/vehicle-types");
    await page.getByRole("searchbox").fill(made.name);
    await page.getByText("1 record", { exact: true }).waitFor();
    const arriving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export CSV" }).click();
    const file = await arriving;
    expect(file.suggestedFilename()).toBe("vehicle-types.csv");
    const words = await readFile(await file.path(), "utf8");
    expect(words.trim().split("\r\n")).toHaveLength(2);
    expect(words).toContain(made.name);
  });
});

describe("a letter that failed for good", () => {
  test("A failed mail is found in the outbox and sent again.", async () => {
    const name = unique("reader");
    await stage.client.signUp(name);
    await stage.server.stop();
    stage.server.sql(`UPDATE outbox SET status = 'dead' WHERE address = '${name}@example.com'`);
    await stage.server.start();

    const { page } = await stage.signedIn("staff", "/outbox");
    await page.getByRole("group", { name: "State" }).getByRole("button", { name: "Dead" }).click();
    await page.getByRole("link", { name: `${name}@example.com` }).click();
    await page.getByRole("button", { name: "Send again" }).click();
    await page.getByText("Send again: done").waitFor();
    await expect
      .poll(async () => (await stage.client.letters(`${name}@example.com`))[0]?.status, { timeout: 15_000 })
      .toBe("sent");
  });
});

describe("every declared resource", () => {
  test("Every declared resource opens as a list for staff, and so does its first record.", async () => {
    const staff = await stage.as("staff");
    const { body: resources } = await staff.get("/api/admin/resources/");
    const { page, faults } = await stage.signedIn("staff");
    // As a link does, without loading the console anew.
    const go = (path: string) =>
      page.evaluate((address) => {
        history.pushState(null, "", address);
        dispatchEvent(new PopStateEvent("popstate", { state: null }));
      }, `/admin/${path}`);
    for (const { name, label } of resources) {
      await go(name);
      await page.getByRole("heading", { level: 1, name: label.en, exact: true }).waitFor();
      await page.locator("#content :is(.table-frame[aria-busy=false], .info, .audit)").first().waitFor();
      const { body } = await staff.get(`/api/admin/${name}/?per_page=1`);
      const [first] = body.results;
      if (!first) continue;
      await go(`${name}/${encodeURIComponent(first.id)}`);
      await page.locator("#content [role=tablist]").waitFor();
    }
    expect(faults).toEqual([]);
  });
});
