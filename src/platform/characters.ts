/** Text as people count it: a character is a code point, a cut never falls inside what is seen as one, and no half of one is stored. */

/** How many code points a text has. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Whether a text has at most `max` code points. Looks at no more of it than that takes. */
export function fits(text: string, max: number): boolean {
  // A code point takes one or two units of the string.
  return text.length <= max || (text.length <= 2 * max && lengthOf(text) <= max);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The beginning of a text, at most `max` code points, cut between graphemes: no emoji and no accent is torn. */
export function preview(text: string, max: number): string {
  if (fits(text, max)) return text;
  let room = max;
  let end = 0;
  // A grapheme that reaches beyond this slice does not fit anyway.
  for (const { segment, index } of graphemes.segment(text.slice(0, 2 * max + 2))) {
    room -= lengthOf(segment);
    if (room < 0) break;
    end = index + segment.length;
  }
  // One grapheme may be longer than all that there is room for.
  return text.slice(0, end) || [...text.slice(0, 2 * max)].slice(0, max).join("");
}

/** A lone surrogate in a value from outside, and the way to it. Such a text can't be encoded: D1 and SQLite would store another. */
export interface LoneSurrogate {
  readonly path: readonly string[];
  /** `U+D83D`. */
  readonly codePoint: string;
}

/** The first lone surrogate in the texts and names of a JSON value that is not too deep; null when there is none. */
export function loneSurrogateIn(value: unknown): LoneSurrogate | null {
  if (typeof value === "string") return value.isWellFormed() ? null : { path: [], codePoint: named(value) };
  if (typeof value !== "object" || value === null) return null;
  for (const [name, inner] of Object.entries(value)) {
    if (!name.isWellFormed()) return { path: [], codePoint: named(name) };
    const found = loneSurrogateIn(inner);
    if (found) return { ...found, path: [name, ...found.path] };
  }
  return null;
}

function named(text: string): string {
  const lone = /\p{Surrogate}/u.exec(text)?.[0] ?? "";
  return `U+${lone.charCodeAt(0).toString(16).toUpperCase()}`;
}
