/** Which methods are served at a path. A fixed path takes precedence over one with a parameter there, for every method. */
import type { ErrorFormat } from "./route.ts";
import type { Locale } from "./text.ts";

export interface ServedRoute {
  readonly path: string;
  readonly method: string;
  /** Fixed language of the responses. */
  readonly language?: Locale | undefined;
  /** How this place words its refusals, where it has a wording of its own. */
  readonly formatError?: ErrorFormat | undefined;
}

interface ServedPath {
  readonly path: string;
  readonly pattern: RegExp;
  /** In upper case. */
  readonly methods: readonly string[];
  readonly language: Locale | undefined;
  readonly formatError: ErrorFormat | undefined;
}

export interface PathIndex {
  /** The served path that a request path matches; null without one. */
  at(path: string): ServedPath | null;
  /** The fixed path that `path` means although the route at `pattern` matches it too; null when that route is meant. */
  fixedPathFor(pattern: string, path: string): ServedPath | null;
}

export function indexPaths(served: readonly ServedRoute[]): PathIndex {
  const byPath = Map.groupBy(served, ({ path }) => path);
  const places = [...byPath].map(([path, routes]): ServedPath => {
    const methods = routes.map(({ method }) => method.toUpperCase());
    return {
      path,
      pattern: pathPattern(path),
      methods: [...new Set(methods)],
      language: routes[0]?.language,
      formatError: routes[0]?.formatError,
    };
  });
  const before = new Map(
    places.map(({ path }) => [path, places.filter((place) => goesBefore(place.path, path))]),
  );
  return {
    at: (path) => places.filter(({ pattern }) => pattern.test(path)).reduce(closest, null),
    fixedPathFor: (pattern, path) =>
      (before.get(pattern) ?? []).filter((place) => place.pattern.test(path)).reduce(closest, null),
  };
}

/** The methods in `Allow`. */
export function allowedAt({ methods }: Pick<ServedPath, "methods">): string[] {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function closest(known: ServedPath | null, place: ServedPath): ServedPath {
  return known && !goesBefore(place.path, known.path) ? known : place;
}

/** Whether `one` is fixed where `other` has a parameter, and nowhere the reverse. */
function goesBefore(one: string, other: string): boolean {
  const [left, right] = [one.split("/"), other.split("/")];
  if (left.length !== right.length) return false;
  let fixed = false;
  for (const [at, step] of left.entries()) {
    const counterpart = right[at] ?? "";
    if (step === counterpart) continue;
    if (!counterpart.startsWith(":")) return false;
    if (step.startsWith(":")) continue;
    if (!pathPattern(counterpart).test(step)) return false;
    fixed = true;
  }
  return fixed;
}

/** `/api/event/:id` or `/media/:key{.+}` → a pattern for that path with or without its trailing slash. */
function pathPattern(path: string): RegExp {
  const source = path.replace(/:\w+(?:\{([^}]+)\})?|[.*+?^${}()|[\]\\]/g, (found, own?: string) =>
    found.startsWith(":") ? (own ?? "[^/]+") : `\\${found}`,
  );
  return new RegExp(`^${source}/?$`);
}
