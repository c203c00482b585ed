/** Which verbs are served at a path. A fixed path goes before one that takes any `{id}` there, whatever the verb. */
import type { Locale } from "./text.ts";

export interface Served {
  readonly path: string;
  readonly method: string;
  /** The language in which this place always answers. */
  readonly language?: Locale | undefined;
}

interface Place {
  readonly path: string;
  readonly pattern: RegExp;
  /** In capitals. */
  readonly methods: readonly string[];
  readonly language: Locale | undefined;
}

export interface Places {
  /** The place that a path names; null when there is none. */
  at(path: string): Place | null;
  /** The fixed place that `path` names although the route at `pattern` matches it too; null when that route is meant. */
  insteadOf(pattern: string, path: string): Place | null;
}

export function placesOf(served: readonly Served[]): Places {
  const byPath = Map.groupBy(served, ({ path }) => path);
  const places = [...byPath].map(([path, routes]): Place => {
    const methods = routes.map(({ method }) => method.toUpperCase());
    return {
      path,
      pattern: pathPattern(path),
      methods: [...new Set(methods)],
      language: routes[0]?.language,
    };
  });
  const before = new Map(
    places.map(({ path }) => [path, places.filter((place) => goesBefore(place.path, path))]),
  );
  return {
    at: (path) => places.filter(({ pattern }) => pattern.test(path)).reduce(closest, null),
    insteadOf: (pattern, path) =>
      (before.get(pattern) ?? []).filter((place) => place.pattern.test(path)).reduce(closest, null),
  };
}

/** What `Allow` says of a place. */
export function allowedAt({ methods }: Pick<Place, "methods">): string[] {
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function closest(known: Place | null, place: Place): Place {
  return known && !goesBefore(place.path, known.path) ? known : place;
}

/** Whether `one` is fixed where `other` takes a parameter, and nowhere the other way round. */
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
