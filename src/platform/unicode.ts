/** Unicode normalization of input, in linear time. */

/**
 * A base character with more combining marks than any language uses. Normalization sorts them by insertion, so a
 * megabyte of them would take minutes. Source: UAX #15, Stream-Safe Text Format, which allows 30.
 */
const TOO_MANY_MARKS = /\p{M}{31}/u;

/** The normalized text. A text with an overlong run of combining marks stays unchanged. */
export function normalized(text: string, form: "NFC" | "NFKC"): string {
  return TOO_MANY_MARKS.test(text) ? text : text.normalize(form);
}
