/** Unicode normalization of texts from outside, in time proportional to their length. */

/**
 * A base with more marks than any language writes. Normalization sorts the marks of one base by insertion, so a
 * megabyte of them would take minutes. Source: UAX #15, Stream-Safe Text Format, which allows 30.
 */
const TOO_MANY_MARKS = /\p{M}{31}/u;

/** The text in a normalization form. A text with an endless run of combining marks stays as it is. */
export function normalized(text: string, form: "NFC" | "NFKC"): string {
  return TOO_MANY_MARKS.test(text) ? text : text.normalize(form);
}
