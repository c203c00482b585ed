/** Texts of the console: counts, codes, titles and days. */
import { describe, expect, test } from "vitest";
import { everyDay } from "../../src/console/pages/dashboard.ts";
import { shortId, subtitleOf, titleOf } from "../../src/console/records/fields/titles.ts";
import { say } from "../../src/console/words.ts";

describe("a text", () => {
  test.each([
    [1, "1 запись", "1 record"],
    [2, "2 записи", "2 records"],
    [5, "5 записей", "5 records"],
    [11, "11 записей", "11 records"],
    [21, "21 запись", "21 records"],
  ])("A text has the right plural form for %i.", (n, russian, english) => {
    expect([say("ru", "list.count", { n }), say("en", "list.count", { n })]).toEqual([russian, english]);
  });

  test("Texts of the API and of ra-core pass through.", () => {
    expect(say("ru", "Такое значение уже есть.")).toBe("Такое значение уже есть.");
    expect(say("en", "resources.users.notifications.updated", { _: "Saved" })).toBe("Saved");
  });
});

describe("a record", () => {
  test("A record is titled by the declared field, else by another, else by its id.", () => {
    expect(titleOf({ id: 1, pickup_address: "Arbat", name: "x" }, "pickup_address")).toBe("Arbat");
    expect(titleOf({ id: 1, username: "anna" }, "id")).toBe("anna");
    expect(titleOf({ id: "0b6e4f10-0000-4000-8000-000000000000" })).toBe("№ 0b6e4f10");
  });

  test("A subtitle tells records of the same title apart.", () => {
    expect(subtitleOf({ id: 1, username: "anna", first_name: "Anna", phone: "+7900" })).toBe("Anna · +7900");
    expect(shortId(12)).toBe("12");
  });
});

test("Days without earnings are listed too.", () => {
  const now = Date.parse("2026-03-02T01:00:00Z");
  const days = everyDay([{ day: "2026-03-01", amount: "10.00", count: 1 }], now);
  expect(days).toHaveLength(30);
  expect(days.slice(-3)).toEqual([
    { day: "2026-02-28", amount: "0.00" },
    { day: "2026-03-01", amount: "10.00" },
    { day: "2026-03-02", amount: "0.00" },
  ]);
});
