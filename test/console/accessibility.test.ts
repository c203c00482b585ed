/**
 * axe finds nothing on any page of the console. Themes and widths take turns from page to page; with `AXE=every` each page is
 * examined in both themes, at both widths and in both languages.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stage } from "./browser.ts";
import { declaredPages, goTo, settled } from "./every-page.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const isWhole = process.env.AXE === "every";
const PATIENCE = { timeout: isWhole ? 900_000 : 120_000 };
const LANGUAGES = isWhole ? ["en-US", "ru-RU"] : ["ru-RU"];
const LOOKS = [
  { colorScheme: "light", width: 1440 },
  { colorScheme: "dark", width: 390 },
  { colorScheme: "dark", width: 1440 },
  { colorScheme: "light", width: 390 },
] as const;

/** Pages that are not lists or records of declared resources. */
const PAGES = [
  "",
  "map",
  "conversations",
  "account",
  "security",
  "orders/create",
  "users/create",
  "nowhere",
  "users/0",
];

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage?.close());

test("The page of sign-in has no findings of axe.", async () => {
  const { page } = await stage.window();
  await page.goto(`${stage.server.origin}/admin/`);
  await page.locator("#username").waitFor();
  await page.evaluate(AXE);
  expect(await findings(page, "sign-in")).toEqual([]);
  await page.getByRole("button", { name: "Forgot your password?" }).click();
  await page.locator("#email").waitFor();
  expect(await findings(page, "forgotten password")).toEqual([]);
});

test.each(LANGUAGES)("No page of the console in %s has findings of axe.", PATIENCE, async (locale) => {
  const staff = await stage.as("staff");
  const { page } = await stage.signedIn("staff", "/", { locale });
  await page.evaluate(AXE);
  const found: string[] = [];
  let turn = 0;
  const declared = (await declaredPages(staff)).flatMap(({ list, record }) =>
    record ? [list, record] : [list],
  );
  for (const path of [...PAGES, ...declared]) {
    const looks = isWhole ? LOOKS : [LOOKS[turn++ % LOOKS.length] ?? LOOKS[0]];
    await goTo(page, path);
    for (const { colorScheme, width } of looks) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      found.push(...(await findings(page, `${path} ${colorScheme} ${width}`)));
    }
  }
  expect(found).toEqual([]);
});

/** What axe says of the page: the rule, and where. */
async function findings(page: Page, where: string): Promise<string[]> {
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target).join(", ")}`);
  });
  return violations.map((violation) => `${where}: ${violation}`.slice(0, 300));
}
