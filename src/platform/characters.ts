/** Unicode text: lengths in code points, cuts between graphemes, no lone surrogates. */

/** How many code points a text has. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Whether a text has at most `max` code points. Reads no more of it than needed. */
export function fits(text: string, max: number): boolean {
  // A code point takes one or two units of the string.
  return text.length <= max || (text.length <= 2 * max && lengthOf(text) <= max);
}

let graphemes: Intl.Segmenter | undefined;

/** The beginning of a text, at most `max` code points, cut between graphemes: no emoji and no accent is split. */
export function preview(text: string, max: number): string {
  if (fits(text, max)) return text;
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let room = max;
  let end = 0;
  // A grapheme that reaches beyond this slice does not fit anyway.
  for (const { segment, index } of graphemes.segment(text.slice(0, 2 * max + 2))) {
    room -= lengthOf(segment);
    if (room < 0) break;
    end = index + segment.length;
  }
  // A single grapheme may exceed the limit.
  return text.slice(0, end) || [...text.slice(0, 2 * max)].slice(0, max).join("");
}

/** A lone surrogate in an input value, and the path to it. Such a text can't be encoded: D1 would store another text. */
export interface LoneSurrogate {
  readonly path: readonly string[];
  /** `U+D83D`. */
  readonly codePoint: string;
}

/** The first lone surrogate in the texts and names of a JSON value that is not too deep; null without one. */
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
