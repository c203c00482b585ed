/**
 * `route.ts` as the build of the API documents sees it: each route remembers from where in the source it was declared, so
 * that the build can read there which refusals it may end in. No part of the Worker.
 */
import { type route as declare, route as plain, type Route } from "../route.ts";

export * from "../route.ts";

/** Where a declaration stands; `line` and `column` count from 1, `path` is a file's. */
export interface SourcePosition {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

const POSITIONS = Symbol("positions of the declaration");

/** Copies of a route (`at`, `alsoUnder`) keep the symbol. */
export const route: typeof declare = (spec) => {
  Error.stackTraceLimit = 50;
  return Object.assign(plain(spec), { [POSITIONS]: positionsIn(new Error().stack ?? "") });
};

/** The call that declared a route and the calls around it, the innermost first; empty outside the build. */
export function positionsOf(declared: Route): readonly SourcePosition[] {
  return (declared as { [POSITIONS]?: readonly SourcePosition[] })[POSITIONS] ?? [];
}

function positionsIn(stack: string): SourcePosition[] {
  return [...stack.matchAll(/^\s+at .*?\(?(?:file:\/\/)?(\/[^():]+):(\d+):(\d+)\)?$/gm)]
    .map(([, path = "", line, column]) => ({ path, line: Number(line), column: Number(column) }))
    .filter(({ path }) => path.includes("/src/") && !path.endsWith("/recorded-route.ts"));
}
