/** Ids that nobody else makes. */

interface Crypto {
  randomUUID?(): string;
  getRandomValues?(bytes: Uint8Array): Uint8Array;
}

/**
 * 32 hexadecimal digits or a UUID. React Native has no `crypto` without a polyfill, and pages without https have no
 * `randomUUID`: such ids are unique enough for a person's own messages, and no secrets.
 */
export function randomId(): string {
  const { crypto } = globalThis as unknown as { crypto?: Crypto };
  if (crypto?.randomUUID) return crypto.randomUUID();
  const bytes = new Uint8Array(16);
  if (crypto?.getRandomValues) crypto.getRandomValues(bytes);
  else for (let index = 0; index < bytes.length; index++) bytes[index] = Math.random() * 256;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
