/** Ids as addresses name them. */

/** The number of a row; null for a word that can't be one. */
export function numberIn(word: string): number | null {
  return /^[1-9]\d{0,14}$/.test(word) ? Number(word) : null;
}

/** A uuid as rows keep it, in small letters; null for a word that is none. */
export function uuidIn(word: string): string | null {
  const uuid = word.toLowerCase();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) ? uuid : null;
}
