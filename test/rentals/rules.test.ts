/** The number in a price's free text. */
import { expect, test } from "vitest";
import { priceValue } from "../../src/modules/rentals/rules.ts";

test.each<[string, number | null]>([
  ["7000", 700_000],
  ["1 200,50 €", 120_050],
  ["1.200,50", 120_050],
  ["1,200.50", 120_050],
  ["12,500", 1_250_000],
  ["1.234.567", 123_456_700],
  ["12.5", 1_250],
  ["0.125", 13],
  ["from 300 a week", 30_000],
  ["300.", 30_000],
  ["99,9", 9_990],
  ["by agreement", null],
  ["", null],
  ["9".repeat(40), null],
])("The price %j is %j hundredths.", (price, value) => {
  expect(priceValue(price)).toBe(value);
});
