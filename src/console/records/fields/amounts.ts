/** Decimals as people type and paste them. Pure. */
import type { Locale } from "../../words.ts";

/** Spaces between groups of digits (also those that `Intl` writes), and signs of currencies around the digits. */
const FILLERS = /[\s\u00a0\u202f'’]|\p{Sc}/gu;

/**
 * The decimal of the API for a text: `1 800,50`, `1,800.50 ₽` and `1.800,50` are `1800.50`. A text that is no number stays
 * as it is, for the API to refuse. With one kind of separator, three digits behind a comma are a group in English, and
 * decimals in Russian.
 */
export function decimalOf(text: string, locale: Locale): string {
  const digits = text.replace(FILLERS, "").replace("−", "-");
  if (!/^-?[\d.,]*\d[\d.,]*$/.test(digits)) return text.trim();
  const last = Math.max(digits.lastIndexOf(","), digits.lastIndexOf("."));
  if (last < 0) return digits;
  const mark = digits[last] ?? "";
  const isRepeated = digits.indexOf(mark) !== last;
  const isGroup =
    mark === "," && locale === "en" && !digits.includes(".") && /^-?\d{1,3},\d{3}$/.test(digits);
  const bare = (part: string) => part.replace(/[.,]/g, "");
  if (isRepeated || isGroup) return isGroups(digits) ? bare(digits) : text.trim();
  const whole = digits.slice(0, last);
  const fraction = digits.slice(last + 1);
  if (/[.,]/.test(whole) && !isGroups(whole)) return text.trim();
  return fraction === "" ? bare(whole) : `${bare(whole)}.${fraction}`;
}

/** `1.800.000` or `1,800`: groups of three digits by one separator. */
const isGroups = (digits: string) => /^-?\d{1,3}(?:(?:,\d{3})+|(?:\.\d{3})+)$/.test(digits);
