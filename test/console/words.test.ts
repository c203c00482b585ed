/** Texts of the console: counts, codes, titles and days. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { codeWords, deedOf } from "../../src/console/code-names.ts";
import { formats } from "../../src/console/formats.ts";
import { NOWHERE, withAddress, withPoint } from "../../src/console/pages/call/place.ts";
import { everyDay } from "../../src/console/pages/dashboard.ts";
import { decimalOf } from "../../src/console/records/fields/amounts.ts";
import { clockOf, listOf, measured, minuteOf } from "../../src/console/records/fields/measures.ts";
import { phoneWords, shortId, subtitleOf, titleOf } from "../../src/console/records/fields/titles.ts";
import { catalogue, type Locale, say } from "../../src/console/words.ts";

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

  test("Of an id only uuids and long keys are shortened, within longer ids too.", () => {
    expect(shortId("ticket:a0c282ff-c038-4507-b218-ec7846280ea8")).toBe("ticket:a0c282ff");
    expect(shortId("01a227f56fd70001c5723b16c4bc5aa4")).toBe("01a227f5");
    expect(shortId("13:free_places")).toBe("13:free_places");
    expect(phoneWords("+79001234567")).toBe("+7\u00a0900\u00a0123-45-67");
    expect(phoneWords("+4915112345678")).toBe("+4915112345678");
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

describe("the place of a caller's order", () => {
  const [here, there] = [
    { latitude: 55.75, longitude: 37.6 },
    { latitude: 59.9, longitude: 30.3 },
  ];
  const found = { address: "Tverskaya 7", point: here, isFound: true };

  test("An address typed over a found one has no point until one is chosen again.", () => {
    expect(withAddress(found, "Tverskaya 77")).toEqual({ ...NOWHERE, address: "Tverskaya 77" });
  });

  test("A point of the map takes an address that belonged to another point away, and keeps one that the operator typed.", () => {
    expect(withPoint(found, there).address).toBe("59.90000, 30.30000");
    const named = withAddress(withPoint(NOWHERE, here), "Behind the station");
    expect(named).toEqual({ address: "Behind the station", point: here, isFound: false });
    expect(withPoint(named, there)).toEqual({ ...named, point: there });
    expect(withPoint(withPoint(NOWHERE, here), there).address).toBe("59.90000, 30.30000");
  });
});

describe("both languages", () => {
  const root = new URL("../../src/console/", import.meta.url);
  /** Names that are written so in Russian too; those of settings are. */
  const NAMES =
    /\b(CSV|API|SMS|Push|URL|English|QR|PIN|TOTP|Caravan|IP|Face ID|Enter|PDF|JPEG|PNG|WebP|GIF|AVIF|HEIC)\b|\b[A-Z]+(_[A-Z]+)+\b|\{\w+\}/g;
  const isCyrillic = (words: string) => /[а-яё]/i.test(words);

  test("Each text of the catalogue is in English and in Russian.", () => {
    const wrong = Object.entries(catalogue)
      .filter(([key]) => key !== "nav.language")
      .filter(
        ([, [english, russian]]) => isCyrillic(english) || /[a-z]{2,}/i.test(russian.replace(NAMES, "")),
      );
    expect(wrong).toEqual([]);
  });

  test("Each part of the console brings texts that no other part brings, and all are in the catalogue.", async () => {
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("/words.ts"),
    );
    const parts = await Promise.all(
      files.map(async (name) => (await import(new URL(name, root).href)) as Record<string, object>),
    );
    const keys = parts.flatMap((part) => Object.values(part).flatMap((texts) => Object.keys(texts)));
    expect(keys.length).toBeGreaterThan(300);
    expect(keys.filter((key, index) => keys.indexOf(key) < index)).toEqual([]);
    expect(keys.filter((key) => !Object.hasOwn(catalogue, key))).toEqual([]);
  });

  test("Each placeholder of a text is there in both languages.", () => {
    const holes = (words: string) => [...new Set(words.match(/\{\w+\}/g))].sort();
    const wrong = Object.entries(catalogue).filter(
      ([, [english, russian]]) => holes(english).join() !== holes(russian).join(),
    );
    expect(wrong).toEqual([]);
  });

  test("Each kind of effect in the outbox and each deed in the audit log has a Russian name.", () => {
    const root = new URL("../../src/", import.meta.url);
    const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(new URL(name, root), "utf8"));
    const found = (pattern: RegExp) => [
      ...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, code = ""]) => code))),
    ];
    const effects = found(/\b(?:define|declare)Effect(?:<[^(]*>)?\(\s*"(\w+)"/g);
    const deeds = [...found(/\baudit\("(\w+)"/g), ...found(/\baction: "(\w+\.\w+)"/g)];
    expect([effects.length > 15, deeds.length > 20]).toEqual([true, true]);
    const wrong = [...effects, ...deeds].filter((code) => !/^[А-ЯЁ]/.test(codeWords(deedOf(code), "ru")));
    // These are called so in Russian too.
    expect(wrong).toEqual(["push"]);
  });

  test("No page has a text of its own beside the catalogue.", () => {
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".tsx"),
    );
    expect(files.length).toBeGreaterThan(30);
    const texts = files.flatMap((name) => {
      const source = readFileSync(new URL(name, root), "utf8").replaceAll("=>", "");
      const between = source.match(/<\w[^<>{}]*>\s*[A-Za-zА-я][\w ,.'А-яё]*\s*<\//g) ?? [];
      const attributes =
        source.match(/\b(aria-label|title|placeholder|alt)="[^"]*[A-Za-zА-я]{2}[^"]*"/g) ?? [];
      return [...between, ...attributes].map((found) => `${name}: ${found}`);
    });
    // The name of a key is not translated.
    expect(texts.filter((found) => !found.includes("<kbd>"))).toEqual([]);
  });
});

describe("an amount as it is typed", () => {
  test.each([
    ["1 800,50", "1800.50", "1800.50"],
    ["1\u00a0800,50\u00a0₽", "1800.50", "1800.50"],
    ["1\u202f800,50 ₽", "1800.50", "1800.50"],
    ["1,800.50", "1800.50", "1800.50"],
    ["₽1,800.50", "1800.50", "1800.50"],
    ["1.800,50", "1800.50", "1800.50"],
    ["1,800,000", "1800000", "1800000"],
    ["1,800,000.5", "1800000.5", "1800000.5"],
    ["1800", "1800", "1800"],
    ["1800,5", "1800.5", "1800.5"],
    ["0,005", "0.005", "0005"],
    ["12,345", "12.345", "12345"],
    ["1800,", "1800", "1800"],
    ["−5,5", "-5.5", "-5.5"],
    ["1,80,0", "1,80,0", "1,80,0"],
    ["1.2.3,4", "1.2.3,4", "1.2.3,4"],
    ["much", "much", "much"],
    ["", "", ""],
  ])("The amount %s is taken as %s in Russian.", (typed, russian, english) => {
    expect([decimalOf(typed, "ru"), decimalOf(typed, "en")]).toEqual([russian, english]);
  });
});

describe("a number with its unit", () => {
  const texts: Record<string, [string, string]> = {
    meter: ["m", "м"],
    percent: ["%", "%"],
    degree: ["°", "°"],
    millisecond: ["ms", "мс"],
    byte: ["bytes", "байт"],
    minute: ["min", "мин"],
    minute_of_day: ["minute of the day", "минута дня"],
  };
  test.each([
    [1200, "meter", "1,200 m", "1 200 м"],
    [12.5, "percent", "12.5%", "12,5 %"],
    [270, "degree", "270°", "270°"],
    [250, "millisecond", "250 ms", "250 мс"],
    [86_400_000, "millisecond", "24 hr", "24 ч"],
    [30, "minute", "30 min", "30 мин"],
    [1440, "minute", "24 hr", "24 ч"],
    [2_400_000, "byte", "2.4 MB", "2,4 МБ"],
    [1350, "minute_of_day", "22:30", "22:30"],
  ])("The number %i of the unit %s is shown as %s in English.", (value, name, english, russian) => {
    const [en, ru] = texts[name] ?? ["", ""];
    const shown = (locale: Locale) =>
      measured(value, { name, label: { en, ru } }, formats(locale, "UTC"), locale).replace(
        /[\u00a0\u202f]/g,
        " ",
      );
    expect([shown("en"), shown("ru")]).toEqual([english, russian]);
  });

  test("Numbers that are typed in a row are a list; what is no number stays for the API to refuse.", () => {
    expect(listOf("1440, 30;5 ")).toEqual([1440, 30, 5]);
    expect(listOf("1440, soon")).toEqual([1440, "soon"]);
    expect(listOf(" ")).toEqual([]);
  });

  test.each(["00:00", "09:05", "23:59"])("The time of day %s is typed and stored in minutes.", (clock) => {
    expect(clockOf(minuteOf(clock) ?? -1)).toBe(clock);
    expect(minuteOf("")).toBe(null);
  });
});
