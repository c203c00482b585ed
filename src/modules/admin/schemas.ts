/** Wire shapes that all resources share: rows, queries, bulk operations. */

import { boolean, limited, string } from "../../platform/http/input/fields.ts";
import { z } from "../../platform/zod.ts";

export const PAGE_SIZE = 25;
const MAX_IDS = 100;

export const inList = z.object({ resource: z.string() });
export const ofOne = z.object({ resource: z.string(), id: z.string() });

export const Row = z.looseObject({ id: z.union([z.string(), z.number()]) }).openapi("AdminRow");
export const VersionedRow = Row.extend({
  version: z.string(),
  actions: z.array(z.string()),
  locked: z.array(z.string()).optional().openapi({
    description: "Writable fields that can't be changed while the row is as it is.",
  }),
}).openapi("AdminVersionedRow");
export const Fields = z
  .looseObject({})
  .openapi("AdminFields", { description: "The fields that the resource declares." });

/** All other query parameters are filters of the resource. */
export const wantedQuery = z.looseObject({
  search: string({ max: 200, blank: true }).optional(),
  ids: z
    .string()
    .transform((ids) => ids.split(",").filter(Boolean).slice(0, MAX_IDS))
    .optional()
    .openapi({ type: "string", description: "Ids of rows, as `1,2,3`." }),
});

export const listQuery = wantedQuery.extend({
  page: limited(20).optional(),
  per_page: z.coerce
    .number()
    .int()
    .min(1)
    .catch(PAGE_SIZE)
    .transform((size) => Math.min(size, MAX_IDS))
    .optional()
    .openapi({ type: "integer", description: "At most 100." }),
  sort: z.string().optional().openapi({ description: "A field of the resource." }),
  order: z
    .preprocess((word) => (typeof word === "string" ? word.toLowerCase() : word), z.enum(["asc", "desc"]))
    .optional(),
});

/** The same filters and order as the list's. */
export const summaryQuery = listQuery.omit({ page: true, per_page: true }).extend({
  all: boolean()
    .optional()
    .openapi({ description: "Sums of a hundred thousand rows at most, instead of the first 2000." }),
});

export const Summary = z
  .object({
    states: z
      .object({
        field: z.string(),
        counts: z.array(z.object({ value: z.string(), count: z.number().int(), more: z.boolean() })),
      })
      .nullable(),
    totals: z
      .object({
        rows: z.number().int(),
        more: z.boolean(),
        amounts: z.record(z.string(), z.string().nullable()),
      })
      .nullable(),
  })
  .openapi("AdminSummary");

const idList = z.array(z.union([z.number().transform(String), z.string()])).max(10_000);

/** The query of a list, as an object. */
const filter = z.looseObject({ search: z.string().optional(), ids: idList.optional() });

const readable = boolean().openapi({
  description:
    "For people and spreadsheets: with a byte order mark, headings in the caller's language, and titles instead of ids.",
});

export const exportQuery = wantedQuery.extend({ readable: readable.optional() });

export const exportBody = z
  .object({ filter: filter.optional(), readable: readable.optional() })
  .openapi("AdminExport");

export const ExportBegun = z.object({ job: z.string(), total: z.number().int() }).openapi("AdminExportBegun");

export const bulkBody = z
  .object({
    action: string({ max: 50 }),
    ids: idList.optional(),
    filter: filter.optional(),
    values: z.looseObject({}).optional(),
    dry_run: boolean().optional(),
  })
  .refine(({ ids, filter }) => ids !== undefined || filter !== undefined, { path: ["ids"] })
  .openapi("AdminBulk");

export const BulkResult = z
  .object({
    count: z.number().int(),
    dry_run: z.literal(true).optional(),
    done: z.number().int().optional(),
    failed: z.array(z.object({ id: z.string(), detail: z.unknown() })).optional(),
    job: z.string().optional(),
  })
  .openapi("AdminBulkResult");
