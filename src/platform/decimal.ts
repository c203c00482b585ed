/** Exact decimals: integers in the smallest unit internally, strings with two places on the wire. */

import { reportFault } from "./http/input/fields.ts";
import { messages } from "./http/messages.ts";
import { text } from "./http/text.ts";
import { z } from "./zod.ts";

const TOO_LONG = text(
  "Ensure that there are no more than 8 digits before the decimal point.",
  "Убедитесь, что вы ввели не более 8 цифр перед запятой.",
);

const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i;

/** No valid number needs more characters. */
const LONGEST = 60;

/**
 * A decimal in hundredths, rounded half away from zero: `"1116.465"` → 111647. Null when it is not a number.
 * Works on the digits, so that binary fractions cause no error.
 */
export function toHundredths(words: string): number | null {
  const match = words.length <= LONGEST ? PATTERN.exec(words.trim()) : null;
  if (!match) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return null;
  const shift = 2 + Number(exponent) - fraction.length;
  if (shift > 40 || shift < -400)
    return shift > 0 && /[1-9]/.test(whole + fraction) ? Number.POSITIVE_INFINITY : 0;
  const digits = BigInt(whole + fraction);
  const scaled = shift >= 0 ? digits * 10n ** BigInt(shift) : roundHalfUp(digits, 10n ** BigInt(-shift));
  return Number(sign === "-" ? -scaled : scaled);
}

/** `value / divisor`, half rounded away from zero. */
export function roundHalfUp(value: bigint, divisor: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return value < 0n ? -rounded : rounded;
}

/** `111647` → `"1116.47"`. */
export function fromHundredths(hundredths: number): string {
  const magnitude = String(Math.abs(hundredths)).padStart(3, "0");
  return `${hundredths < 0 ? "-" : ""}${magnitude.slice(0, -2)}.${magnitude.slice(-2)}`;
}

/** The largest number that fits ten digits with two places, in hundredths. */
const MAX = 9_999_999_999;

/** A decimal of ten digits with two places as a number or a string; the value is in hundredths. More places are rounded. */
export function decimal() {
  return z
    .union([z.string(), z.number()])
    .transform((value, context) => {
      const hundredths = toHundredths(String(value));
      if (hundredths === null) reportFault({ ...context, value }, messages.notNumber);
      else if (Math.abs(hundredths) > MAX) reportFault({ ...context, value }, TOO_LONG);
      return hundredths ?? 0;
    })
    .openapi({ type: "string", example: "1000.00" });
}

/** A decimal that may be left out: null, absent or empty text, as forms send it. */
export function optionalDecimal() {
  return z
    .preprocess(
      (value) => (typeof value === "string" && value.trim() === "" ? null : value),
      decimal().nullable().optional(),
    )
    .openapi({ type: ["string", "null"], example: "35.00" });
}
