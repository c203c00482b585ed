/** Text as people count it: code points for lengths, graphemes for cuts, and no half of a character. */
import { describe, expect, test } from "vitest";
import { fits, lengthOf, loneSurrogateIn, preview } from "../../../src/platform/characters.ts";

describe("a length", () => {
  test.each([
    ["", 0],
    ["Привет", 6],
    ["😀😀", 2],
    ["e\u0301", 2],
    ["👨‍👩‍👧", 5],
  ])("The length of %j is %i code points.", (text, length) => {
    expect(lengthOf(text)).toBe(length);
    expect([fits(text, length), fits(text, length - 1)]).toEqual([true, false]);
  });

  test("The length of an endless text is counted no further than the limit.", () => {
    const endless = {
      length: 1e9,
      [Symbol.iterator]() {
        throw new Error("somebody counts");
      },
    };
    expect(fits(endless as unknown as string, 1000)).toBe(false);
  });
});

describe("a preview", () => {
  test.each([
    ["short", 10, "short"],
    ["😀".repeat(10), 10, "😀".repeat(10)],
    ["a".repeat(11), 10, "a".repeat(10)],
    [`${"a".repeat(9)}😀b`, 10, `${"a".repeat(9)}😀`],
    [`${"a".repeat(9)}👨‍👩‍👧`, 10, "a".repeat(9)],
    [`${"a".repeat(9)}e\u0301x`, 10, "a".repeat(9)],
    [`${"a".repeat(8)}e\u0301x`, 10, `${"a".repeat(8)}e\u0301`],
    [`${"a".repeat(9)}🇷🇺🇩🇪`, 10, "a".repeat(9)],
    [`e${"\u0301".repeat(50)}`, 10, `e${"\u0301".repeat(9)}`],
    ["😀".repeat(50), 10, "😀".repeat(10)],
  ])("The preview of %j at %i is %j.", (text, max, shown) => {
    expect(preview(text, max)).toBe(shown);
    expect(preview(text, max).isWellFormed()).toBe(true);
  });
});

describe("a lone surrogate", () => {
  test.each<[unknown, string[], string]>([
    ["a\ud800", [], "U+D800"],
    [{ name: "\udfff" }, ["name"], "U+DFFF"],
    [{ list: [1, { deep: "\ud83dx" }] }, ["list", "1", "deep"], "U+D83D"],
    [{ fine: "😀", "\ud800": 1 }, [], "U+D800"],
  ])("The lone surrogate in %j is found at its path.", (value, path, codePoint) => {
    expect(loneSurrogateIn(value)).toEqual({ path, codePoint });
  });

  test.each([["😀"], [null], [7], [{ a: ["😀", { b: "\u0000" }] }]])(
    "The value %j has no lone surrogate.",
    (value) => {
      expect(loneSurrogateIn(value)).toBeNull();
    },
  );
});
