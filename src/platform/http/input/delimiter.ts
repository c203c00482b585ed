/** Finds a delimiter in bytes, in linear time for any input (Knuth, Morris, Pratt). */

export interface Delimiter {
  readonly length: number;
  /** Position of the delimiter in `bytes` at or after `from`; -1 without one. */
  indexIn(bytes: Uint8Array, from?: number): number;
}

/** Bytes that the loop scans for the first byte before it calls the native search, which has a higher call cost. */
const STRIDE = 32;

export function delimiter(words: string): Delimiter {
  const mark = new TextEncoder().encode(words);
  const fallbacks = fallbacksOf(mark);
  const first = mark[0] ?? 0;
  return {
    length: mark.length,
    indexIn(bytes, from = 0) {
      let matched = 0;
      let searched = 0;
      for (let at = from; at < bytes.length; at++) {
        while (matched > 0 && bytes[at] !== mark[matched]) matched = fallbacks[matched - 1] ?? 0;
        if (bytes[at] === mark[matched]) {
          searched = 0;
          matched += 1;
          if (matched === mark.length) return at - mark.length + 1;
        } else if (++searched === STRIDE) {
          searched = 0;
          const next = bytes.indexOf(first, at + 1);
          if (next < 0) return -1;
          at = next - 1;
        }
      }
      return -1;
    },
  };
}

/** For each matched length: how much of it still matches when the next byte does not. */
function fallbacksOf(mark: Uint8Array): Uint16Array {
  const fallbacks = new Uint16Array(mark.length);
  for (let at = 1, matched = 0; at < mark.length; at++) {
    while (matched > 0 && mark[at] !== mark[matched]) matched = fallbacks[matched - 1] ?? 0;
    if (mark[at] === mark[matched]) matched += 1;
    fallbacks[at] = matched;
  }
  return fallbacks;
}
