/** Who may change a car post, and how its free text is made searchable. Pure. */
import { toHundredths } from "../../platform/decimal.ts";
import type { Caller } from "../../platform/http/caller.ts";

export function mayChangePost(post: { userId: number }, caller: Caller): boolean {
  return caller.isStaff || post.userId === caller.userId;
}

export function fold(words: string | null | undefined): string {
  return (words ?? "").normalize("NFC").toLowerCase();
}

/** The first number in a price, in hundredths: `"1 200,50 €"` → 120050; null when there is none. */
export function priceValue(price: string): number | null {
  const digits = /\d[\d\s]*(?:[.,]\d+)?/.exec(price)?.[0];
  if (!digits) return null;
  const value = toHundredths(digits.replace(/\s/g, "").replace(",", "."));
  return value !== null && Number.isSafeInteger(value) ? value : null;
}
