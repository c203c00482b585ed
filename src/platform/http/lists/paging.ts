/** Lists in the dialect's envelope: by page number, or by opaque cursor where a list grows without end. */

import type { RequestContext } from "../../runtime.ts";
import { z } from "../../zod.ts";
import { notFound } from "../errors.ts";
import { limited, unlessBlank } from "../input/fields.ts";
import { messages } from "../messages.ts";

export const MAX_LIMIT = 100;

export function envelope<T extends z.ZodType>(item: T) {
  return z.object({
    count: z.number().int(),
    next: z.string().nullable(),
    previous: z.string().nullable(),
    results: z.array(item),
  });
}

/** A page size as the original reads it: an invalid one is ignored, a large one is capped. */
const clamped = (value: unknown) => {
  const limit = Number(value);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_LIMIT) : undefined;
};

/** Optional window over a list that is returned whole by default: `?limit=` (at most 100) and `?cursor=`. */
export const windowQuery = z.object({
  limit: z
    .preprocess(clamped, z.int().min(1).max(MAX_LIMIT).optional())
    .openapi({ description: "Maximum number of items; the whole list without it." }),
  cursor: limited(200).optional().openapi({ description: "Cursor of the previous response's `next` link." }),
});

/** The position in a cursor; 0 for a missing or invalid one. */
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

/** An absolute link to the same list with changed parameters; null removes one. */
export function linkTo(
  ctx: RequestContext,
  request: Request,
  changes: Record<string, string | null>,
): string {
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return `${ctx.origin}${url.pathname}${url.search}`;
}

/** Pages by number, as the older clients request them: `?page=3`, `?page=last`, `?limit=`. */
export const pageQuery = z.object({
  page: unlessBlank(limited(20)).openapi({ description: "Page number from 1, or `last`." }),
  limit: z
    .preprocess(clamped, z.int().min(1).max(MAX_LIMIT).optional())
    .openapi({ description: "Page size." }),
});

export interface Window {
  readonly limit: number;
  readonly offset: number;
}

/** One window of a list and the number of all rows. */
export interface Listed<Row> {
  readonly count: number;
  readonly rows: readonly Row[];
}

/** Loads a page and wraps it in the envelope. A page that does not exist is 404; page 1 of an empty list is empty. */
export async function paginate<Row, Wire>(
  ctx: RequestContext,
  request: Request,
  query: z.output<typeof pageQuery>,
  size: number,
  load: (window: Window) => Promise<Listed<Row>>,
  toWire: (row: Row) => Wire,
): Promise<{ count: number; next: string | null; previous: string | null; results: Wire[] }> {
  const limit = query.limit ?? size;
  const last = query.page === "last";
  const asked = last ? 1 : Number(query.page ?? 1);
  if (!Number.isSafeInteger(asked) || asked < 1) throw notFound(messages.badPage);
  let page = asked;
  let listed = await load({ limit, offset: (page - 1) * limit });
  const pages = Math.max(1, Math.ceil(listed.count / limit));
  if (last && pages > 1) {
    page = pages;
    listed = await load({ limit, offset: (page - 1) * limit });
  }
  if (page > pages) throw notFound(messages.badPage);
  const link = (number: number) => linkTo(ctx, request, { page: number === 1 ? null : String(number) });
  return {
    count: listed.count,
    next: page < pages ? link(page + 1) : null,
    previous: page > 1 ? link(page - 1) : null,
    results: listed.rows.map(toWire),
  };
}
