/** Rules for who may change a car post, and for searching its free text. Pure. */

import { toHundredths } from "../../platform/decimal.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { normalized } from "../../platform/unicode.ts";

export function mayChangePost(post: { userId: number }, caller: Caller): boolean {
  return caller.isStaff || post.userId === caller.userId;
}

export function fold(words: string | null | undefined): string {
  return normalized(words ?? "", "NFC").toLowerCase();
}

/**
 * The first number in a price, in hundredths; null when there is none: `"1 200,50 €"` → 120050, `"1.200,50"` → 120050,
 * `"12,500"` → 1250000. A separator before exactly three last digits separates thousands; any other last one the fraction.
 */
export function priceValue(price: string): number | null {
  const digits = /\d[\d\s.,]*/.exec(price.slice(0, 100))?.[0].replace(/\s|[.,]+$/g, "");
  if (!digits) return null;
  const [, whole = digits, fraction = ""] = /^(.*)[.,](\d+)$/.exec(digits) ?? [];
  const isThousands = fraction.length === 3 && whole !== "0";
  const plain = isThousands
    ? digits.replace(/[.,]/g, "")
    : `${whole.replace(/[.,]/g, "")}.${fraction || "0"}`;
  const value = toHundredths(plain);
  return value !== null && Number.isSafeInteger(value) ? value : null;
}
