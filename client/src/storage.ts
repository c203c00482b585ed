/** Where a client keeps what outlives it: `localStorage`, React Native's `AsyncStorage`, or anything of that shape. */

/** Texts by key. `localStorage`, `sessionStorage` and `AsyncStorage` fit as they are. */
export interface Storage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** Keeps texts as long as the page or process lives. */
export function memoryStorage(): Storage {
  const texts = new Map<string, string>();
  return {
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, value) => void texts.set(key, value),
    removeItem: (key) => void texts.delete(key),
  };
}

/** Reads a JSON value; null when there is none, it is no JSON, or the storage fails. */
export async function readJson(storage: Storage, key: string): Promise<unknown> {
  try {
    return JSON.parse((await storage.getItem(key)) ?? "null");
  } catch {
    return null;
  }
}

/** Writes a JSON value, or removes the key for null. A storage that is full or forbidden is as good as none. */
export async function writeJson(storage: Storage, key: string, value: unknown): Promise<void> {
  try {
    await (value === null ? storage.removeItem(key) : storage.setItem(key, JSON.stringify(value)));
  } catch {
    // Private windows and full quotas: the client goes on from memory.
  }
}
