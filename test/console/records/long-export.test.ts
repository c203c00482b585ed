/** A long export in the console: a job writes the file, and the button shows the progress. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unique } from "../../whole/client.ts";
import { Stage } from "../browser.ts";

let stage: Stage;
const word = unique("Hobby");
beforeAll(async () => {
  stage = await Stage.open();
  await stage.server.stop();
  stage.server.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
    INSERT INTO interests (name) SELECT '${word} ' || i FROM n`);
  await stage.server.start();
});
afterAll(() => stage?.close());

test("The download of a long export starts automatically, is complete, and stays under its job for the person who asked.", async () => {
  const { page, faults } = await stage.signedIn("staff", "/interests");
  await page.getByRole("searchbox").fill(word);
  await page.getByText("4500 records", { exact: true }).waitFor();
  const arriving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export CSV" }).click();
  await page.getByText(/^Exporting \d+ %$/).waitFor();
  const file = await arriving;
  expect(file.suggestedFilename()).toBe("interests.csv");
  const words = await readFile(await file.path(), "utf8");
  expect(words.trim().split("\r\n")).toHaveLength(4501);
  await page.getByRole("button", { name: "Export CSV" }).waitFor();

  await page.goto(`${stage.server.origin}/admin/jobs`);
  await page.getByRole("link", { name: "export" }).first().click();
  const again = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await again).suggestedFilename()).toBe("interests.csv");
  expect(faults).toEqual([]);
});
