/** Earnings to the cent: exact decimals, rounded once, half away from zero. */

import { describe, expect, test } from "vitest";
import { earningsOf } from "../../src/modules/earnings/rules.ts";
import {
  decimal,
  fromHundredths,
  optionalDecimal,
  roundHalfUp,
  toHundredths,
} from "../../src/platform/decimal.ts";
import { z } from "../../src/platform/zod.ts";

describe("toHundredths", () => {
  test.each<[string, number | null]>([
    ["1000", 100_000],
    ["1000.00", 100_000],
    ["  1000.5 ", 100_050],
    [".5", 50],
    ["5.", 500],
    ["+1", 100],
    ["0", 0],
    ["-0", 0],
    ["1116.465", 111_647],
    ["1116.464999", 111_646],
    ["-1116.465", -111_647],
    ["1.005", 101],
    ["2.675", 268],
    ["0.004999", 0],
    ["0.005", 1],
    ["-0.005", -1],
    ["-0.004", 0],
    ["1e3", 100_000],
    ["1E+3", 100_000],
    ["1.5e-2", 2],
    ["1e-999", 0],
    ["0e999", 0],
    ["99999999.99", 9_999_999_999],
    ["99999999.995", 10_000_000_000],
    ["", null],
    [" ", null],
    [".", null],
    ["-", null],
    ["e3", null],
    ["1,5", null],
    ["1 000", null],
    ["abc", null],
    ["NaN", null],
    ["Infinity", null],
    ["0x10", null],
    ["١٢", null],
    ["1e1e1", null],
    ["1".repeat(61), null],
  ])("The function toHundredths turns %j into %j.", (words, hundredths) => {
    expect(toHundredths(words)).toBe(hundredths);
  });

  test("A very long number is more than any limit.", () => {
    expect(toHundredths("1e999")).toBe(Number.POSITIVE_INFINITY);
  });
});

test.each([
  [0, "0.00"],
  [1, "0.01"],
  [-1, "-0.01"],
  [10, "0.10"],
  [100_000, "1000.00"],
  [-111_647, "-1116.47"],
  [9_999_999_999, "99999999.99"],
])("The amount of %d hundredths is written as %s.", (hundredths, words) => {
  expect(fromHundredths(hundredths)).toBe(words);
  expect(toHundredths(words)).toBe(hundredths);
});

test.each([
  [5n, 10n, 1n],
  [4n, 10n, 0n],
  [15n, 10n, 2n],
  [-5n, 10n, -1n],
  [-4n, 10n, 0n],
  [-15n, 10n, -2n],
  [7n, 7n, 1n],
])("The quotient %d / %d is rounded to %d.", (value, divisor, quotient) => {
  expect(roundHalfUp(value, divisor)).toBe(quotient);
});

describe("earnings", () => {
  test.each<[string, number, number | null, number | null, number]>([
    ["income alone", 100_000, null, null, 100_000],
    ["the page's own example", 100_000, 3500, 5950, 59_050],
    ["half a cent up", 111, 5000, null, 56],
    ["less than half a cent down", 111, 6000, null, 44],
    ["rounded once, at the end", 333, 3333, 1, 221],
    ["half a cent away from zero below it", -111, 5000, null, -56],
    ["expenses over income", 1000, null, 2500, -1500],
    ["all commission", 1000, 10_000, null, 0],
    ["more than all", 1000, 12_500, null, -250],
    ["a commission below zero", 1000, -1000, null, 1100],
    ["no income", 0, 3500, 100, -100],
    ["the largest income", 9_999_999_999, 1, null, 9_998_999_999],
  ])("Earnings are computed for this case: %s.", (_name, appIncome, commission, expenses, left) => {
    expect(earningsOf({ appIncome, commission, expenses })).toBe(left);
  });

  test("Earnings agree with exact arithmetic for any figures.", () => {
    let seed = 20_26;
    const next = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let n = 0; n < 2000; n += 1) {
      const [appIncome, commission, expenses] = [next(1e8), next(10_001), next(1e6)];
      const left = BigInt(earningsOf({ appIncome, commission, expenses }));
      const exact = BigInt(appIncome) * BigInt(10_000 - commission) - BigInt(expenses) * 10_000n;
      const off = exact - left * 10_000n;
      // Never more than half a cent off, and half a cent is rounded away from zero.
      const magnitude = off < 0n ? -off : off;
      expect(magnitude <= 5000n).toBe(true);
      if (magnitude === 5000n) expect(off > 0n === exact < 0n).toBe(true);
    }
  });
});

describe("a decimal field", () => {
  const read = (schema: z.ZodType, value: unknown) => z.object({ value: schema }).safeParse({ value });

  test.each<[unknown, number]>([
    ["12.345", 1235],
    [12.345, 1235],
    [1e3, 100_000],
    ["-5", -500],
    [0.1 + 0.2, 30],
    ["99999999.99", 9_999_999_999],
    ["99999999.994", 9_999_999_999],
  ])("A decimal field accepts %j.", (value, hundredths) => {
    expect(read(decimal(), value)).toMatchObject({ success: true, data: { value: hundredths } });
  });

  test.each(["", "abc", "99999999.995", "100000000", "1e999", 1e21, null, true, [], {}, Number.NaN])(
    "A decimal field refuses %j.",
    (value) => {
      expect(read(decimal(), value).success).toBe(false);
    },
  );

  test.each([
    [null, null],
    ["", null],
    ["  ", null],
    [undefined, undefined],
    ["0", 0],
  ])("An optional decimal field reads %j as %j.", (value, hundredths) => {
    expect(read(optionalDecimal(), value)).toMatchObject({ success: true, data: { value: hundredths } });
  });
});
