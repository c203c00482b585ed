/** Streams a list as CSV, page by page, so that it is never whole in memory. */
import { csvLine, csvResponse } from "../../../platform/csv.ts";
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Locale } from "../../../platform/http/text.ts";
import type { Resource, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { fieldsFor } from "../rights.ts";
import { conditions, type RowSelection, rowsAfter } from "../rows/queries.ts";
import { rowWire } from "../rows/wire.ts";
import { BOM, headings, readableCells } from "./readable.ts";

const PAGE = 500;

const namesFor = (resource: Resource, caller: Caller) => [
  "id",
  ...fieldsFor(caller, resource).map(([name]) => name),
];

/** How an export is written: `null` as the API's values under their names, else for people who read this language. */
export type Reader = Locale | null;

/** Rows as CSV for this caller; the first slice has the header line. */
export async function csvText(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  rows: readonly Subject[],
  { isFirst, reader }: { readonly isFirst: boolean; readonly reader: Reader },
): Promise<string> {
  if (reader !== null) {
    const cells = await readableCells(ctx, caller, resource, rows, reader);
    const head = isFirst ? BOM + csvLine(headings(ctx, caller, resource, reader)) : "";
    return head + cells.map(csvLine).join("");
  }
  const names = namesFor(resource, caller);
  const lines = rows.map((row) => {
    const wire = rowWire(resource, caller, row);
    return csvLine(names.map((name) => wire[name]));
  });
  return (isFirst ? csvLine(names) : "") + lines.join("");
}

/** The audit row of an export. */
export function exportEntry(
  ctx: RequestContext,
  caller: Caller,
  { subject }: Resource,
  wanted: RowSelection,
) {
  return auditEntry(ctx, caller, {
    action: `${subject}.export`,
    subject: `${subject}:*`,
    before: null,
    after: wanted,
  });
}

/** Streams the selected rows. */
export async function exportRows(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: RowSelection,
  reader: Reader,
): Promise<Response> {
  // Refuses a wrong filter before the response has begun.
  conditions(ctx, caller, resource, wanted);
  await exportEntry(ctx, caller, resource, wanted);
  let last: string | null = null;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const rows: Subject[] = await rowsAfter(ctx, caller, resource, wanted, last, PAGE);
      const lines = await csvText(ctx, caller, resource, rows, { isFirst: last === null, reader });
      controller.enqueue(encoder.encode(lines));
      last = rows.at(-1)?.id ?? last;
      if (rows.length < PAGE) controller.close();
    },
  });
  return csvResponse(resource.name, body);
}
