/** What the signed-in person opened lately, for the palette. Kept in this browser until they sign out. */
import { ownId } from "../own.ts";
import { session } from "../session.ts";

export interface Visited {
  readonly path: string;
  readonly title: string;
  readonly about: string;
}

const KEY = "caravan.recent";
const MOST = 8;

export function recent(): readonly Visited[] {
  try {
    const { by, items } = JSON.parse(localStorage.getItem(KEY) ?? "null") ?? {};
    return by === ownId() && Array.isArray(items) ? items : [];
  } catch {
    return [];
  }
}

export function remember(visited: Visited): void {
  const items = [visited, ...recent().filter(({ path }) => path !== visited.path)].slice(0, MOST);
  localStorage.setItem(KEY, JSON.stringify({ by: ownId(), items }));
}

// The next person does not read the names of the last one's records.
session.onChange(() => {
  if (session.key() === null) localStorage.removeItem(KEY);
});
