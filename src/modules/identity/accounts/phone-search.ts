/** Finding people by a phone as it is typed: whole or in part, in any spelling. */
import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { searchWords } from "../../../platform/db/folding.ts";
import { normalizePhone } from "../rules.ts";

/** Digits that may be a part of a phone, and those of a whole one. */
const SOME_DIGITS = 4;
const WHOLE = 10;
/** Digits with the signs that people put between them, not beside a letter. */
const PHONE = /(?<![\p{L}\p{N}])\+?\(?\d[\d\s().\p{Pd}]*\d(?![\p{L}\p{N}])/gu;

const digitsOf = (text: string) => text.replaceAll(/\D/g, "");

/** Splits a search into phones, as they are written, and other words. */
export function splitPhones(text: string): { readonly words: string[]; readonly phones: string[] } {
  const phones: string[] = [];
  const rest = text.replaceAll(PHONE, (run) => {
    if (digitsOf(run).length < SOME_DIGITS) return run;
    phones.push(run);
    return " ";
  });
  return { words: searchWords(rest), phones };
}

/** What was typed as a phone. `matches`: the SQL condition for a phone in E.164; of a whole phone by its index. */
export interface TypedPhone {
  readonly isWhole: boolean;
  readonly matches: (phone: SQLWrapper) => SQL;
}

/** Reads a phone that `splitPhones` found. */
export function typedPhone(typed: string): TypedPhone {
  const digits = digitsOf(typed);
  const whole = digits.length >= WHOLE ? normalizePhone(typed) : null;
  if (whole !== null) return { isWhole: true, matches: (phone) => sql`${phone} = ${whole}` };
  // The 8 of a Russian number stands for +7.
  const spellings = digits.startsWith("8") ? [digits, `7${digits.slice(1)}`] : [digits];
  return {
    isWhole: false,
    matches: (phone) =>
      sql`(${sql.join(
        spellings.map((each) => sql`instr(${phone}, ${each}) > 0`),
        sql` OR `,
      )})`,
  };
}
