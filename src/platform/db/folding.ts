/** Case-insensitive search for Latin and Cyrillic: SQLite's own `lower` and `LIKE` fold ASCII only. */

import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { normalized } from "../unicode.ts";

const CAPITALS = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ";

/** A text as searches compare it. */
export function fold(text: string): string {
  return normalized(text, "NFC").toLowerCase();
}

/** A column or expression in lower case, Latin and Russian letters alike. Empty for NULL. */
export function folded(text: SQLWrapper): SQL<string> {
  const lowered = [...CAPITALS].reduce(
    (inner, capital) => sql`replace(${inner}, ${sql.raw(`'${capital}', '${capital.toLowerCase()}'`)})`,
    sql`coalesce(${text}, '')`,
  );
  return sql<string>`lower(${lowered})`;
}

/** Maximum number of words in a search. */
const MAX_WORDS = 10;

/** Splits `search=` into words at spaces and commas. */
export function searchWords(search: string | undefined): string[] {
  return fold(search ?? "")
    .split(/[\s,]+/)
    .filter(Boolean)
    .slice(0, MAX_WORDS);
}

/**
 * The condition for `search=`: every word occurs in one of these texts, in any case; `%` and `_` are ordinary
 * characters. Undefined without words.
 *
 * @param whole columns in lower case that a word has to match as a whole, so that nobody can guess them piece by piece
 */
export function contains(
  texts: readonly SQLWrapper[],
  search: string | undefined,
  whole: readonly SQLWrapper[] = [],
): SQL | undefined {
  const words = searchWords(search);
  if (words.length === 0) return undefined;
  // The separator keeps a word from matching across two texts. Where there is no text to search, no word is found.
  const searched = texts.map((text) => sql`coalesce(${text}, '')`);
  const all = folded(sql.join(searched.length > 0 ? searched : [sql`''`], sql` || char(10) || `));
  return sql`(${sql.join(
    words.map((word) => {
      const somewhere = sql`instr(${all}, ${word}) > 0`;
      const entire = whole.map((text) => sql` OR ${text} = ${word}`);
      return sql`(${somewhere}${sql.join(entire)})`;
    }),
    sql` AND `,
  )})`;
}
