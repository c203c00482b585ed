/** Paging for the shipped client: ten rows a page, page numbers in the path or query, and errors with status 200. */

import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import { z } from "../../platform/zod.ts";

const PAGE_SIZE = 10;
/** A page past every list whose offset the database still accepts. */
const FARTHEST = 1e9;
const NOT_A_NUMBER = "Invalid page number. Page should be an integer!";
const OUT_OF_RANGE = "Page not found! The page number you're requesting is out of range!";

export function legacyPage<T extends z.ZodType>(item: T) {
  return z.object({
    error: z.string().optional(),
    data: z.array(item),
    count: z.number().int(),
    pagination: z.object({
      current_page: z.number().int(),
      total_pages: z.number().int(),
      has_previous: z.boolean(),
      has_next: z.boolean(),
      previous_page_number: z.number().int().nullable(),
      next_page_number: z.number().int().nullable(),
    }),
  });
}

/** A page of rows. An invalid page returns an `error` and an empty page, without which the client crashes. */
export async function legacyPageOf<Row, Wire>(
  words: string,
  load: (window: Window) => Promise<Listed<Row>>,
  toWire: (row: Row) => Wire,
) {
  const page = /^-?\d+$/.test(words) ? Math.min(Number(words), FARTHEST) : null;
  const valid = page !== null && page >= 1;
  const { count, rows } = await load({ limit: PAGE_SIZE, offset: valid ? (page - 1) * PAGE_SIZE : 0 });
  const pages = Math.max(1, Math.ceil(count / PAGE_SIZE));
  const found = valid && page <= pages;
  const current = found ? page : 1;
  return {
    ...(found ? {} : { error: page === null ? NOT_A_NUMBER : OUT_OF_RANGE }),
    data: found ? rows.map(toWire) : [],
    count,
    pagination: {
      current_page: current,
      total_pages: pages,
      has_previous: current > 1,
      has_next: current < pages,
      previous_page_number: current > 1 ? current - 1 : null,
      next_page_number: current < pages ? current + 1 : null,
    },
  };
}
