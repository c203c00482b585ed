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
  readonly steps: readonly string[];
  readonly matches: (path: string) => boolean;
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

/** What is compiled and compared is so at its first use: a cold start has hundreds of paths and serves one. */
export function indexPaths(served: readonly ServedRoute[]): PathIndex {
  const byPath = Map.groupBy(served, ({ path }) => path);
  const places = [...byPath].map(([path, routes]): ServedPath => {
    const methods = routes.map(({ method }) => method.toUpperCase());
    return {
      path,
      steps: path.split("/"),
      matches: pathMatcher(path),
      methods: [...new Set(methods)],
      language: routes[0]?.language,
      formatError: routes[0]?.formatError,
    };
  });
  const fixedFor = new Map<string, readonly ServedPath[]>();
  const fixedPlacesFor = (pattern: string) => {
    const steps = pattern.split("/");
    const found = fixedFor.get(pattern) ?? places.filter((place) => goesBefore(place.steps, steps));
    fixedFor.set(pattern, found);
    return found;
  };
  return {
    at: (path) => places.filter((place) => place.matches(path)).reduce(closest, null),
    fixedPathFor(pattern, path) {
      if (!pattern.includes(":")) return null;
      return fixedPlacesFor(pattern)
        .filter((place) => place.matches(path))
        .reduce(closest, null);
    },
  };
}

/** The methods in `Allow`. */
export function allowedAt({ methods }: Pick<ServedPath, "methods">): string[] {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function closest(known: ServedPath | null, place: ServedPath): ServedPath {
  return known && !goesBefore(place.steps, known.steps) ? known : place;
}

/** Whether `one` is fixed where `other` has a parameter, and nowhere the reverse. */
function goesBefore(left: readonly string[], right: readonly string[]): boolean {
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

/** `/api/event/:id` or `/media/:key{.+}` → whether a path is that one, with or without its trailing slash. */
function pathMatcher(path: string): (path: string) => boolean {
  let pattern: RegExp | undefined;
  return (requested) => {
    pattern ??= pathPattern(path);
    return pattern.test(requested);
  };
}

function pathPattern(path: string): RegExp {
  const source = path.replace(/:\w+(?:\{([^}]+)\})?|[.*+?^${}()|[\]\\]/g, (found, own?: string) =>
    found.startsWith(":") ? (own ?? "[^/]+") : `\\${found}`,
  );
  return new RegExp(`^${source}/?$`);
}
