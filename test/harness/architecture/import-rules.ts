/** The rules of imports between folders. Pure: a file and its imports in, a complaint or null out. */

/** One import: the importing file and the imported one. */
export interface ImportEdge {
  readonly from: string;
  readonly to: string;
}

const NAMED = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["'`]([^"'`]+)["'`]/g;

/** The project's own files that a file imports, including types, re-exports and dynamic imports. */
export function importsOf(path: string, source: string): ImportEdge[] {
  return (
    [...withoutComments(source).matchAll(NAMED)]
      .map(([, name = ""]) => name)
      // Not what is imported as a text, which is no code of the project.
      .filter((name) => name.startsWith(".") && !name.endsWith("?raw"))
      .map((name) => ({ from: path, to: join(path, name) }))
  );
}

function join(path: string, name: string): string {
  const steps = path.split("/").slice(0, -1);
  for (const step of name.split("/")) {
    if (step === "..") steps.pop();
    else if (step !== ".") steps.push(step);
  }
  return steps.join("/");
}

/** A source without its comments. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|(?<![:"'`\w])\/\/[^\n]*/g, "");
}

interface Place {
  /** `root`: a file directly in `src`. */
  readonly layer: "platform" | "modules" | "compat" | "console" | "play" | "root" | "outside";
  /** The folder within `modules` or `compat`. */
  readonly folder: string;
  readonly file: string;
}

function placeOf(path: string): Place {
  const [src, layer = "", ...rest] = path.split("/");
  const file = rest.slice(1).join("/");
  if (src !== "src") return { layer: "outside", folder: "", file: path };
  if (layer === "platform" || layer === "console" || layer === "play")
    return { layer, folder: layer, file: rest.join("/") };
  if (layer === "modules" || layer === "compat") return { layer, folder: rest[0] ?? "", file };
  return rest.length === 0
    ? { layer: "root", folder: "", file: layer }
    : { layer: "outside", folder: "", file: path };
}

/** A `tables.ts` at any depth of a module. Its foreign keys may name the tables of another. */
const isTables = (file: string) => /^(?:.+\/)?tables\.ts$/.test(file);

/** A `channels.ts` tells the documents about sockets: only others of its kind and the builder of the documents read it. */
const isChannels = (file: string) => /^(?:.+\/)?channels\.ts$/.test(file);

/** The part of the console that any page may use. */
const isKit = (file: string) => /^(?:kit\/.+|theme\.ts)$/.test(file);

/** Why an import is not allowed; null when it is. */
export function importViolation({ from, to }: ImportEdge): string | null {
  const [source, target] = [placeOf(from), placeOf(to)];
  const wrong = (why: string) => `${from} → ${to}: ${why}`;
  if (target.layer === "outside") return wrong("it leaves src");
  if (isChannels(target.file)) {
    if (isChannels(source.file) || from === "src/api-documents.ts") return null;
    return wrong("channels are no part of the Worker");
  }
  const home = source.layer === target.layer && source.folder === target.folder;
  switch (source.layer) {
    case "root":
      return null;
    case "platform":
      return home ? null : wrong("the platform knows nobody");
    case "console":
      return home ? null : wrong("the console speaks to the API, not to the code");
    case "play":
      if (home || (target.layer === "console" && isKit(target.file))) return null;
      return wrong("the playground speaks to the API, and takes from the console its kit and theme only");
    case "modules":
      if (home || target.layer === "platform") return null;
      if (target.layer !== "modules") return wrong("a module knows modules and the platform");
      if (isTables(source.file) && isTables(target.file)) return null;
      return target.file === "index.ts" ? null : wrong("a neighbour is reached through its index.ts");
    case "compat":
      if (home || target.layer === "platform") return null;
      if (target.layer !== "modules" && target.layer !== "compat")
        return wrong("an adapter knows modules only");
      return target.file === "index.ts" ? null : wrong("a neighbour is reached through its index.ts");
    case "outside":
      return wrong("nothing is meant to be there");
    default:
      return source.layer satisfies never;
  }
}
