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

/** Signs between the parts of a plate. */
const SEPARATORS = [" ", "-"];

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
  const stored = keyOf(plate);
  return sql`(${sql.join(
    [...keys].map((each) => sql`instr(${stored}, ${each}) > 0`),
    sql` OR `,
  )})`;
}

/** A stored plate in lower case without separators, with Latin letters for those that look alike. */
function keyOf(plate: SQLWrapper): SQL {
  const replaced: [string, string][] = [
    ...Object.entries(LATIN).flatMap(([from, to]): [string, string][] => [
      [from, to],
      [from.toUpperCase(), to],
    ]),
    ...SEPARATORS.map((sign): [string, string] => [sign, ""]),
  ];
  return sql`lower(${replaced.reduce(
    (inner, [from, to]) => sql`replace(${inner}, ${sql.raw(`'${from}', '${to}'`)})`,
    sql`${plate}`,
  )})`;
}
