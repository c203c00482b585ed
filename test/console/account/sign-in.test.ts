/** Signing in and out of the console, and what the page loads. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unique } from "../../whole/client.ts";
import { Stage, signIn, signOut } from "../browser.ts";
import { describeFiles } from "./files.ts";
import { describeOwnAccount } from "./own-account.ts";
import { describeSecondFactors } from "./second-factor.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage?.close());

const ASSETS = join(import.meta.dirname, "../../../dist/assets");

describe("the document", () => {
  test("The document is the same at every address below /admin/, and its policy allows nothing from other servers.", async () => {
    for (const path of ["/admin/", "/admin", "/admin/orders/5?tab=1", "/admin/a/b/c"]) {
      const { status, text, headers } = await stage.client.get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).toContain('<script src="/console/main.js" type="module">');
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    }
  });

  test("The document does not cover the API's addresses.", async () => {
    expect((await stage.client.get("/api/admin/nothing/")).status).toBe(401);
  });

  test("The first page loads at most 200 kB of compressed script and style, without the map.", async () => {
    const { page } = await stage.window();
    const loaded: string[] = [];
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.startsWith("/console/")) loaded.push(pathname);
    });
    await page.goto(`${stage.server.origin}/admin/`);
    await page.locator("#username").waitFor();
    const sizes = await Promise.all(
      [...new Set(loaded)].map(async (path) => gzipSync(await readFile(join(ASSETS, path))).length),
    );
    expect(loaded.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
    expect(loaded.filter((path) => path.includes("maplibre"))).toEqual([]);
  });
});

describe("signing in", () => {
  test.each(["client", "driver"] as const)(
    "A %s can't sign in, and nothing of them is stored.",
    async (who) => {
      const { page } = await stage.window();
      await page.goto(`${stage.server.origin}/admin/`);
      await signIn(page, who);
      await page.getByRole("alert").getByText("This account has no access to the console.").waitFor();
      expect(
        await page.evaluate(() => [localStorage.getItem("caravan.session"), sessionStorage.length]),
      ).toEqual([null, 0]);
    },
  );

  test("A wrong password is reported in the page's language.", async () => {
    const { page } = await stage.window({ locale: "ru-RU" });
    await page.goto(`${stage.server.origin}/admin/`);
    await page.locator("#username").fill("operator1");
    await page.locator("#password").fill("not this one");
    await page.keyboard.press("Enter");
    await page
      .getByRole("alert")
      .getByText("Невозможно войти с предоставленными учетными данными.")
      .waitFor();
  });

  test("A temporary password leads to the page for a new one, which then signs in.", async () => {
    const username = unique("helper");
    const { page, faults } = await stage.signedIn("staff", "/users/create");
    await page.getByLabel("Username").fill(username);
    await page.getByLabel("Role").selectOption("OPERATOR");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Set a temporary password" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Set a temporary password" }).click();
    await page.getByRole("dialog").locator("code").waitFor();
    const temporary = (await page.getByRole("dialog").locator("code").textContent()) ?? "";

    const other = await stage.window();
    const authorize = async (password: string) => {
      await other.page.goto(`${stage.server.origin}/admin/`);
      await other.page.locator("#username").fill(username);
      await other.page.locator("#password").fill(password);
      await other.page.keyboard.press("Enter");
    };
    await authorize(temporary);
    const alert = other.page.getByRole("alert");
    await alert.getByText("This password is temporary.").waitFor();
    await alert.getByRole("link", { name: "Set a new password" }).click();
    await other.page.getByLabel("New password").fill("my very own words");
    await other.page.getByLabel("Repeat the password").fill("my very own words");
    await other.page.getByRole("button", { name: "Save the password" }).click();
    await other.page.getByRole("heading", { name: "Your password was changed" }).waitFor();
    await authorize("my very own words");
    await other.page.getByRole("heading", { name: "Overview" }).waitFor();
    expect([...faults, ...other.faults]).toEqual([]);
  });

  test("Signing in leads to the address that was asked for.", async () => {
    const { page } = await stage.signedIn("operator", "/vehicle-types?sort=name&order=ASC");
    await page.getByRole("heading", { name: "Tariffs" }).waitFor();
    expect(page.url()).toContain("/admin/vehicle-types?sort=name");
  });

  test("An operator sees less than staff.", async () => {
    const named = async (who: "operator" | "staff") => {
      const { page } = await stage.signedIn(who);
      await page.locator(".side details").first().waitFor();
      return page.locator(".side a").allTextContents();
    };
    const [operator, staff] = [await named("operator"), await named("staff")];
    expect(staff).toEqual(expect.arrayContaining(operator));
    expect(staff.length).toBeGreaterThan(operator.length);
  });

  test("One session serves all tabs of a browser, and signing out ends it in each and on the server.", async () => {
    const { page, faults } = await stage.signedIn("operator");
    const tab = await page.context().newPage();
    await tab.goto(`${stage.server.origin}/admin/vehicle-types`);
    await tab.getByRole("heading", { name: "Tariffs" }).waitFor();
    const key = await page.evaluate(() => localStorage.getItem("caravan.session"));
    await signOut(page);
    await page.locator("#username").waitFor();
    await tab.locator("#username").waitFor();
    const headers = { authorization: `Token ${key}` };
    const { status } = await fetch(`${stage.server.origin}/api/admin/resources/`, { headers });
    expect(status).toBe(401);
    // Whoever signs in next does so for both tabs, and sees nothing of the former.
    await signIn(page, "staff");
    await tab.locator(".side a").getByText("Devices", { exact: true }).waitFor({ state: "attached" });
    expect(faults).toEqual([]);
  });

  test("The sign-in page appears when the session has ended.", async () => {
    const { page } = await stage.signedIn("operator", "/tow-trucks");
    await page.getByRole("heading", { name: "Tow trucks" }).waitFor();
    // In one step: a request that the page makes by itself may notice the ended session before a separate click lands.
    await page.evaluate(() => {
      localStorage.setItem("caravan.session", "0".repeat(40));
      document.querySelector<HTMLElement>('.side a[href$="/vehicle-types"]')?.click();
    });
    await page.locator("#username").waitFor();
  });
});

describeSecondFactors(() => stage);
describeOwnAccount(() => stage);
describeFiles(() => stage);

describe("the frame", () => {
  test("The console has two languages and remembers the choice.", async () => {
    const { page } = await stage.signedIn("operator");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.getByRole("button", { name: "RU" }).click();
    await page.getByRole("heading", { name: "Обзор" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Обзор" }).waitFor();
    await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("ru");
  });

  test("The theme follows the system until the person chooses one.", async () => {
    const { page } = await stage.signedIn("operator", "/", { colorScheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.getByRole("button", { name: "Light or dark" }).click();
    expect(await ground()).not.toBe(dark);
  });

  test("The console can be used with the keyboard alone.", async () => {
    const { page } = await stage.signedIn("operator");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search everything" }).waitFor();
    await page.keyboard.type("driver1");
    await page
      .getByRole("option", { name: /Владимир Водитель/ })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Владимир Водитель · +7 900 123-45-68" }).waitFor();
  });

  test("On a phone nothing is wider than the screen, and a button opens the menu.", async () => {
    const { page } = await stage.signedIn("operator", "/users", { width: 390 });
    await page.getByRole("link", { name: "Ирина Клиентова · +7 900 123-45-67" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.getByRole("button", { name: "Menu" }).click();
    await page.locator(".side").getByRole("link", { name: "Tariffs" }).click();
    await page.getByRole("heading", { name: "Tariffs" }).waitFor();
    await expect.poll(() => page.locator(".side").isVisible()).toBe(false);
  });

  test("The console requests nothing from other servers and logs no errors.", async () => {
    const { page, faults, outside } = await stage.signedIn("staff");
    for (const path of ["/", "/map", "/conversations", "/orders", "/audit-log", "/outbox", "/nowhere"]) {
      await page.goto(`${stage.server.origin}/admin${path}`);
      await page.locator("#content :is(h1, .info)").first().waitFor();
    }
    expect({ faults, outside }).toEqual({ faults: [], outside: [] });
  });
});
