/** Lists of records in the console: search, filters, order, bulk changes and exports, in a real browser. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unique } from "../whole/client.ts";
import { Stage } from "./browser.ts";

let stage: Stage;

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

/** People of the sample data, by name and phone. */
const CLIENT = "Ирина Клиентова · +7 900 123-45-67";
const DRIVER = "Владимир Водитель · +7 900 123-45-68";

/** What is written so in Russian too, zones of the clock among them. */
const NAMES = /\b(API|UUID|Push|push|SMS|CSV|GMT|UTC|EN|Ctrl)\b/g;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage?.close());

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
    await page.getByRole("link", { name: CLIENT }).waitFor();
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByLabel("Role").selectOption("DRIVER");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("link", { name: DRIVER }).waitFor();
    await expect.poll(() => page.getByRole("link", { name: CLIENT }).count()).toBe(0);

    await page.getByRole("button", { name: "Saved filters" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Drivers");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /Remove: Role/ }).click();
    await page.getByRole("link", { name: CLIENT }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Saved filters" }).click();
    await page.getByRole("button", { name: "Drivers", exact: true }).click();
    await expect.poll(() => page.getByRole("link", { name: CLIENT }).count()).toBe(0);
  });

  test("A list is sorted by its headings.", async () => {
    const { page } = await stage.signedIn("operator", "/users");
    await page.getByRole("button", { name: "Username" }).click();
    await expect.poll(() => page.url()).toContain("sort=username");
    const heading = page.getByRole("columnheader", { name: "Username" });
    await expect.poll(() => heading.getAttribute("aria-sort")).toBe("ascending");
  });

  test("A lost network is told at once, an unread list says that it is not loaded, and all comes back by itself.", async () => {
    const { page } = await stage.signedIn("operator", "/users");
    await page.getByRole("link", { name: CLIENT }).waitFor();
    await page.context().setOffline(true);
    await page.locator(".offline").waitFor({ timeout: 1000 });
    await page.locator('.side a[href$="/tow-trucks"]').click();
    await page.getByText("Not loaded: there is no connection.").waitFor({ timeout: 2000 });
    await page.context().setOffline(false);
    await page.getByRole("link", { name: "Э001КХ199" }).first().waitFor();
    await page.locator(".offline").waitFor({ state: "detached" });
  });

  test("A bulk operation shows the number of records before it runs; another filter clears the selection.", async () => {
    const mark = unique("Bulk ");
    const made = [await aTariff(`${mark} a`), await aTariff(`${mark} b`)];
    const { page } = await stage.signedIn("operator", "/vehicle-types");
    await page.getByRole("searchbox").fill(mark);
    await page.getByText("2 records", { exact: true }).waitFor();
    await page.getByLabel("Select all on this page").check();
    await page.getByText("2 selected").waitFor();
    await page.getByRole("searchbox").fill(`${mark} a`);
    await page.getByText("1 record", { exact: true }).waitFor();
    expect(await page.getByRole("toolbar").count()).toBe(0);
    await page.getByRole("searchbox").fill(mark);
    await page.getByText("2 records", { exact: true }).waitFor();
    expect(await page.getByRole("toolbar").count()).toBe(0);
    await page.getByLabel("Select all on this page").check();
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
    await dialog.getByRole("button", { name: "Change the records" }).click();
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
  test("Every declared resource opens as a list for staff in Russian without an English word or a code, and so does its first record.", async () => {
    const staff = await stage.as("staff");
    const { body: resources } = await staff.get("/api/admin/resources/");
    const { page, faults } = await stage.signedIn("staff", "/", { locale: "ru-RU" });
    const foreign: string[] = [];
    const readTexts = async (path: string) => {
      const texts = await page
        .locator("th, label:not(.several *), button, h2, legend, option, .state")
        .allTextContents();
      for (const text of texts)
        if (/[a-z]{2,}|_/i.test(text.replace(NAMES, ""))) foreign.push(`${path}: ${text.slice(0, 80)}`);
    };
    // As a link does, without reloading the console.
    const go = (path: string) =>
      page.evaluate((address) => {
        history.pushState(null, "", address);
        dispatchEvent(new PopStateEvent("popstate", { state: null }));
      }, `/admin/${path}`);
    for (const { name, label } of resources) {
      await go(name);
      await page.getByRole("heading", { level: 1, name: label.ru, exact: true }).waitFor();
      await page.locator("#content :is(.table-frame[aria-busy=false], .info, .audit)").first().waitFor();
      await readTexts(name);
      const { body } = await staff.get(`/api/admin/${name}/?per_page=1`);
      const [first] = body.results;
      if (!first) continue;
      await go(`${name}/${encodeURIComponent(first.id)}`);
      await page.locator("#content [role=tablist]").waitFor();
      await readTexts(`${name}/${first.id}`);
    }
    expect(faults).toEqual([]);
    expect([...new Set(foreign)]).toEqual([]);
  });
});
