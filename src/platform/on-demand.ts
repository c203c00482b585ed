/** Parts of the script that are loaded when they are first needed: docs/decisions/023-parts-on-demand.md. */

const parts: (() => Promise<unknown>)[] = [];

/**
 * A part of the script. The returned function loads it at its first call in an isolate.
 * @param load `() => import("./part.ts")`
 */
export function onDemand<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let part: Part | undefined;
  const loaded = async () => {
    part ??= await load();
    return part;
  };
  parts.push(loaded);
  return loaded;
}

/** Loads all parts now. Tests begin with this, because their runner loads modules in an object of its own. */
export async function loadAllParts(): Promise<void> {
  await Promise.all(parts.map((load) => load()));
}
