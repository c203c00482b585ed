/** Lists of records in the console: search, filters, order, bulk changes and exports, in a real browser. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plateKey } from "../../../src/platform/db/plates.ts";
import { unique } from "../../whole/client.ts";
import { Stage } from "../browser.ts";
import { declaredPages, goTo } from "../every-page.ts";
import { newTariff, readTariff, type Tariff } from "./tariffs.ts";

let stage: Stage;

const aTariff = (name?: string) => newTariff(stage, name);
const tariff = (made: Pick<Tariff, "id">) => readTariff(stage, made);

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

  test("A view with filters and columns is saved for everybody, stays after a reload, and another person opens it.", async () => {
    const name = unique("Drivers ");
    const { page } = await stage.signedIn("operator", "/users");
    await page.getByRole("link", { name: CLIENT }).waitFor();
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByLabel("Role").selectOption("DRIVER");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("link", { name: DRIVER }).waitFor();
    await expect.poll(() => page.getByRole("link", { name: CLIENT }).count()).toBe(0);
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByLabel("Language").check();
    await page.getByLabel("E-mail", { exact: true }).uncheck();
    await page.getByRole("button", { name: "Move up: Language" }).click();
    await page.keyboard.press("Escape");
    const headings = async (at = page) =>
      (await at.locator("thead th:not(.tick)").allTextContents()).map((each) =>
        each.replaceAll(/ UTC|\u00a0[↑↓]/g, ""),
      );
    const columns = [
      "№",
      "Picture",
      "Name",
      "Username",
      "Role",
      "Verified",
      "Active",
      "Staff",
      "Language",
      "Joined",
    ];
    expect(await headings()).toEqual(columns);

    await page.getByRole("button", { name: "Saved views" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("For everybody who sees this list").check();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("The view is saved.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /Remove: Role/ }).click();
    await page.getByRole("link", { name: CLIENT }).waitFor();
    await page.reload();
    await page.getByRole("link", { name: CLIENT }).waitFor();
    expect(await headings()).toEqual(columns);

    const other = (await stage.signedIn("staff", "/users")).page;
    await other.getByRole("link", { name: CLIENT }).waitFor();
    expect(await headings(other)).toContain("E-mail");
    await other.getByRole("button", { name: "Saved views" }).click();
    await other.getByRole("button", { name }).first().click();
    await other.getByRole("link", { name: DRIVER }).waitFor();
    await expect.poll(() => other.getByRole("link", { name: CLIENT }).count()).toBe(0);
    expect(await headings(other)).toEqual(columns);
    await other.getByRole("button", { name: `Saved views: ${name}` }).click();
    await other.getByRole("button", { name: `Remove: ${name}` }).click();
    await other.getByText("No views yet.").waitFor();
  });

  test("Each state of orders has the number of its rows, the money has its sum, and the headings stay in sight.", async () => {
    const { page } = await stage.signedIn("operator", "/orders", { width: 1440 });
    const operator = await stage.as("operator");
    const { states, totals } = (await operator.get("/api/admin/orders/summary/")).body;
    const pending = states.counts.find(({ value }: { value: string }) => value === "PENDING").count;
    await page.getByRole("button", { name: `Pending ${pending}`, exact: true }).waitFor();
    const sum = new Intl.NumberFormat("en", {
      style: "currency",
      currency: "RUB",
      currencyDisplay: "narrowSymbol",
    });
    await page.locator("tfoot").getByText(sum.format(totals.amounts.estimated_price)).waitFor();
    expect(
      await page
        .locator("thead th")
        .first()
        .evaluate((each) => getComputedStyle(each).position),
    ).toBe("sticky");
    expect(await page.locator(".table-frame").evaluate((each) => getComputedStyle(each).overflowY)).toBe(
      "auto",
    );
  });

  test("The palette opens the map, starts an order, finds a person by phone and an order by plate, in both languages.", async () => {
    const { page } = await stage.signedIn("operator", "/", { locale: "ru-RU" });
    const found = async (typed: string) => {
      await page.keyboard.press("Control+k");
      await page.locator(".palette input").fill(typed);
    };
    for (const typed of ["карта", "map"]) {
      await found(typed);
      await page.getByRole("option", { name: "Карта" }).first().waitFor();
      await page.keyboard.press("Enter");
      await expect.poll(() => new URL(page.url()).pathname).toBe("/admin/map");
    }
    for (const typed of ["новый заказ", "new order"]) {
      await found(typed);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Новый заказ по телефону" }).waitFor();
      await page.locator(".side").getByRole("link", { name: "Обзор" }).click();
      await page.getByRole("heading", { name: "Обзор" }).waitFor();
    }
    await found("8 (900) 123-45-67");
    await page.getByRole("option", { name: CLIENT }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: CLIENT }).waitFor();
    const operator = await stage.as("operator");
    const { body } = await operator.get("/api/admin/orders/?per_page=100");
    const order = body.results.find((each: { vehicle_plate: string | null }) => each.vehicle_plate);
    await found(plateKey(order.vehicle_plate).toUpperCase());
    await page
      .getByRole("group", { name: "Заказы" })
      .getByRole("option", { name: order.vehicle_plate })
      .first()
      .click();
    await page.getByRole("heading", { name: order.pickup_address }).first().waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("group", { name: "Недавние" }).getByRole("option", { name: CLIENT }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".top .menu").getByRole("button").click();
    await page.locator(".user-menu").getByRole("button", { name: "Выйти" }).click();
    await page.locator("#username").waitFor();
    expect(await page.evaluate(() => localStorage.getItem("caravan.recent"))).toBeNull();
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

  test("A bulk operation shows the number of records before it runs; another filter clears the selection, and so does leaving the list.", async () => {
    const mark = unique("Bulk ");
    const made = [await aTariff(`${mark} first`), await aTariff(`${mark} second`)];
    const { page } = await stage.signedIn("operator", "/vehicle-types");
    await page.getByRole("searchbox").fill(mark);
    await page.getByText("2 records", { exact: true }).waitFor();
    await page.getByLabel("Select all on this page").check();
    await page.getByText("2 selected").waitFor();
    await page.getByRole("searchbox").fill(`${mark} first`);
    await page.getByText("1 record", { exact: true }).waitFor();
    expect(await page.getByRole("toolbar").count()).toBe(0);
    await page.getByRole("searchbox").fill(mark);
    await page.getByText("2 records", { exact: true }).waitFor();
    expect(await page.getByRole("toolbar").count()).toBe(0);
    await page.getByLabel("Select all on this page").check();
    await page.getByText("2 selected").waitFor();
    // A link elsewhere and back may have another filter.
    await page.locator('.side a[href$="/tow-trucks"]').click();
    await page.getByRole("heading", { name: "Tow trucks" }).waitFor();
    await page.goBack();
    await page.getByText("2 records", { exact: true }).waitFor();
    expect(await page.getByRole("toolbar").count()).toBe(0);
    await page.getByLabel("Select all on this page").check();
    await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByText("This affects 2 records.").waitFor();
    expect((await tariff(made[0] as Tariff)).name).toBe(`${mark} first`);
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
  test("Every declared resource opens as a list for staff in Russian without an English word, a code or a column beyond 1440 px, and so does its first record.", async () => {
    const staff = await stage.as("staff");
    const { page, faults } = await stage.signedIn("staff", "/", { locale: "ru-RU", width: 1440 });
    const foreign: string[] = [];
    const cut: string[] = [];
    const readTexts = async (path: string) => {
      const texts = await page
        .locator(
          "th, label:not(.several *), button:not(:has(.face)), h2:not(.letter *), legend, option, .state",
        )
        .allTextContents();
      for (const text of texts)
        if (/[a-z]{2,}|_/i.test(text.replace(NAMES, ""))) foreign.push(`${path}: ${text.slice(0, 80)}`);
    };
    for (const { label, list, record } of await declaredPages(staff)) {
      await goTo(page, list);
      await page.getByRole("heading", { level: 1, name: label.ru, exact: true }).waitFor();
      await page.locator("#content :is(.table-frame[aria-busy=false], .info, .audit)").first().waitFor();
      await readTexts(list);
      if (
        await page
          .locator(".table-frame")
          .evaluateAll(([frame]) => frame && frame.scrollWidth > frame.clientWidth)
      )
        cut.push(list);
      if (!record) continue;
      await goTo(page, record);
      await page.locator("#content [role=tablist]").waitFor();
      await readTexts(record);
    }
    expect(faults).toEqual([]);
    expect([...new Set(foreign)]).toEqual([]);
    expect(cut).toEqual([]);
  });
});
