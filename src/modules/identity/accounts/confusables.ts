/** Detects confusable names: mixed alphabets that look like another name. Pure. */
import { normalized } from "../../../platform/unicode.ts";

const SCRIPTS = [
  "Latin",
  "Cyrillic",
  "Greek",
  "Armenian",
  "Cherokee",
  "Coptic",
  "Georgian",
  "Hebrew",
  "Arabic",
  "Han",
  "Hiragana",
  "Katakana",
  "Hangul",
  "Bopomofo",
].map((name) => ({ name, pattern: new RegExp(`\\p{Script=${name}}`, "u") }));
const NEUTRAL = /[\p{Script=Common}\p{Script=Inherited}]/u;

/** Scripts that may be mixed: "highly restrictive" of https://www.unicode.org/reports/tr39/#Restriction_Level_Detection */
const WRITTEN_TOGETHER = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];

/** Cyrillic and Greek letters that look like Latin ones. */
const LIKE_LATIN = /^[аеорсухіјѕһԁԛԝѵгАВЕКМНОРСТХУІЈЅҮԚԜοορναικυγχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]+$/;

/**
 * True if a run of letters mixes two alphabets (`аdmin` with a Cyrillic а), or if a run next to Latin ones could be
 * mistaken for Latin (`а.smith`). `Иван_rides` is allowed.
 */
export function mixesAlphabets(name: string): boolean {
  const runs = normalized(name, "NFKC")
    .split(/[^\p{L}\p{M}]+/u)
    .map((letters) => ({ letters, scripts: scriptsOf(letters) }));
  if (runs.some(({ scripts }) => !mayMix(scripts))) return true;
  const isLatin = runs.some(({ scripts }) => scripts.has("Latin"));
  return isLatin && runs.some(({ letters }) => LIKE_LATIN.test(letters));
}

function scriptsOf(letters: string): Set<string> {
  const used = new Set<string>();
  for (const letter of letters)
    if (!NEUTRAL.test(letter))
      used.add(SCRIPTS.find(({ pattern }) => pattern.test(letter))?.name ?? "another");
  return used;
}

function mayMix(scripts: ReadonlySet<string>): boolean {
  return (
    scripts.size <= 1 ||
    WRITTEN_TOGETHER.some((together) => [...scripts].every((script) => together.includes(script)))
  );
}
