/** The signed-in person's id, read with the declaration. */

let known: number | null = null;

export const ownId = (): number | null => known;

export function keepOwnId(id: unknown): void {
  known = typeof id === "number" ? id : null;
}
