/** Licence plates as people read them: case, spaces, and the alphabet of letters that look alike do not matter. */
import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { fold } from "./folding.ts";

/** The Cyrillic letters of Russian plates, and the Latin ones that look the same (GOST R 50577). */
const LATIN: Readonly<Record<string, string>> = {
  а: "a",
  в: "b",
  е: "e",
  к: "k",
  м: "m",
  н: "h",
  о: "o",
  р: "p",
  с: "c",
  т: "t",
  у: "y",
  х: "x",
};

/** A plate as searches compare it: `А 001-КХ` and `a001kx` are the same. */
export function plateKey(text: string): string {
  return fold(text)
    .replaceAll(/[\s\p{Pd}]/gu, "")
    .replaceAll(/[авекмнорстух]/g, (letter) => LATIN[letter] ?? letter);
}

/**
 * SQL condition: the plate in a column contains what was typed. Letters that are on no Russian plate (`Э`) are found in the
 * case in which all of them were stored: to fold each in SQL would exceed D1's depth of expressions inside a subquery.
 */
export function hasPlate(plate: SQLWrapper, typed: string): SQL {
  const key = plateKey(typed);
  const keys = new Set([key, key.replaceAll(/[а-яё]/g, (letter) => letter.toUpperCase())]);
  const joined = replaced(plate, SEPARATORS);
  const stored = sql`lower(${replaced(joined, LETTERS)})`;
  const found = sql.join(
    [...keys].map((each) => sql`instr(${stored}, ${each}) > 0`),
    sql` OR `,
  );
  // Few plates have the same digits: only those are compared letter by letter, which costs most.
  const [digits] = (key.match(/\d+/g) ?? []).sort((one, other) => other.length - one.length);
  return digits ? sql`(instr(${joined}, ${digits}) > 0 AND (${found}))` : sql`(${found})`;
}

type Replacements = readonly (readonly [from: string, to: string])[];

const SEPARATORS: Replacements = [
  [" ", ""],
  ["-", ""],
];
const LETTERS: Replacements = Object.entries(LATIN).flatMap(([from, to]) => [
  [from, to],
  [from.toUpperCase(), to],
]);

const replaced = (text: SQLWrapper, replacements: Replacements): SQL =>
  replacements.reduce<SQL>(
    (inner, [from, to]) => sql`replace(${inner}, ${sql.raw(`'${from}', '${to}'`)})`,
    sql`${text}`,
  );
