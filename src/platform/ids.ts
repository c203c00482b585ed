/** Parses ids from paths and room names. */

/** A row number; null for any other text. */
export function numberIn(word: string): number | null {
  return /^[1-9]\d{0,14}$/.test(word) ? Number(word) : null;
}

/** A uuid in lower case, as stored; null for any other text. */
export function uuidIn(word: string): string | null {
  const uuid = word.toLowerCase();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) ? uuid : null;
}
