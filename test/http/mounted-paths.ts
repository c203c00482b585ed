/** The mounted paths, with something plausible for each parameter. */
import { routes } from "../../src/app.ts";

/** What a browser or a developer opens: mounted, but in no document. */
const UNDOCUMENTED = [
  "/",
  "/account-confirm-email/:key",
  "/password_reset_phone/:id",
  "/account-undo/:secret",
  "/swagger.json",
  "/swagger.yaml",
  "/swagger",
  "/redoc",
  "/api/schema",
  "/api/schema/swagger-ui",
  "/api/schema/redoc",
  "/asyncapi.json",
  "/asyncapi",
  "/dev/outbox",
  "/dev/outbox.json",
];

export interface MountedPath {
  /** Hono's spelling. */
  readonly pattern: string;
  /** A path that fits, without a slash at its end. */
  readonly path: string;
  readonly methods: readonly string[];
}

/** Returns a path that fits a pattern, with ids that do not exist. */
export function fillPattern(pattern: string): string {
  return pattern
    .replace(/:\w+\{\\d\+\}/g, "1")
    .replace(/:\w+(\{[^}]+\})?/g, "00000000-0000-4000-8000-000000000001");
}

/** Every path that answers, once, with its methods. */
export function mountedPaths(): MountedPath[] {
  const methods = new Map<string, string[]>(UNDOCUMENTED.map((pattern) => [pattern, ["GET"]]));
  for (const { method, path } of routes)
    methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  return [...methods].map(([pattern, found]) => ({ pattern, path: fillPattern(pattern), methods: found }));
}
