/** Layers inside a module. Pure: an import in, a complaint or null out. */
import type { ImportEdge } from "./import-rules.ts";

/** The folder of a module that a file lies in; null for a file at the module's root, and for files elsewhere. */
function folderIn(module: string, path: string): string | null {
  if (!path.startsWith(`${module}/`)) return null;
  const [folder = "", ...rest] = path.slice(module.length + 1).split("/");
  return rest.length > 0 ? folder : null;
}

/**
 * Why an import between two folders of a module runs against its layers; null when it does not. Folders may import those
 * in earlier layers, never one of their own layer. What holds for every import leaves no circle between folders.
 * @param layers folders in order, the lowest first; folders of one layer are listed together
 * @param shared files at the module's root that any folder may import; they import no folder
 */
export function layerViolation(
  { from, to }: ImportEdge,
  module: string,
  layers: readonly (readonly string[])[],
  shared: readonly string[],
): string | null {
  const wrong = (why: string) => `${from} → ${to}: ${why}`;
  const isInside = (path: string) => path.startsWith(`${module}/`);
  if (!isInside(from) || !isInside(to)) return null;
  const isShared = (path: string) => shared.some((name) => path === `${module}/${name}`);
  const [source, target] = [folderIn(module, from), folderIn(module, to)];
  if (isShared(from)) return isShared(to) ? null : wrong("a shared file imports no folder");
  // The module's index and routes gather what the folders offer.
  if (source === null) return null;
  if (target === null) return isShared(to) ? null : wrong("a folder does not import the module's root");
  if (source === target) return null;
  const rank = (folder: string) => layers.findIndex((layer) => layer.includes(folder));
  if (rank(source) < 0 || rank(target) < 0) return wrong("a folder has no layer");
  return rank(target) < rank(source) ? null : wrong(`${source} is not above ${target}`);
}
