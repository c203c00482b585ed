/** Lists in the dialect's envelope: page numbers as the clients know them, opaque cursors where a list grows without end. */
import { z } from "@hono/zod-openapi";
import type { Scope } from "../runtime.ts";

export const MAX_LIMIT = 100;

export function envelope<T extends z.ZodType>(item: T) {
  return z.object({
    count: z.number().int(),
    next: z.string().nullable(),
    previous: z.string().nullable(),
    results: z.array(item),
  });
}

/** A page size as the original takes it: garbage counts as none, too much as the most there is. */
const clamped = (value: unknown) => {
  const limit = Number(value);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_LIMIT) : undefined;
};

/** Opt-in window over a list that is whole by default: `?limit=` (at most 100) and `?cursor=`. */
export const windowQuery = z.object({
  limit: z
    .preprocess(clamped, z.int().min(1).max(MAX_LIMIT).optional())
    .openapi({ description: "At most this many; without it the whole list." }),
  cursor: z.string().max(200).optional().openapi({ description: "Where the last answer's `next` pointed." }),
});

/** The number inside a cursor; 0 when there is none or it is not ours. */
export function readCursor(cursor: string | undefined): number {
  if (!cursor) return 0;
  try {
    const value = Number(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
    return Number.isSafeInteger(value) && value > 0 ? value : 0;
  } catch {
    return 0;
  }
}

export function writeCursor(position: number): string {
  return btoa(String(position)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** An absolute link to the same list with other parameters. */
export function linkTo(scope: Scope, request: Request, changes: Record<string, string>): string {
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
  return `${scope.origin}${url.pathname}${url.search}`;
}
