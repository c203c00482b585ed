/** Streams a list as CSV, page by page, so that it is never whole in memory. */
import { csvLine, csvResponse } from "../../../platform/csv.ts";
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { ConsoleRole, Resource, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { fieldsFor, roleOf } from "../rights.ts";
import { conditions, type RowSelection, rowsAfter } from "../rows/queries.ts";
import { rowWire } from "../rows/wire.ts";

const PAGE = 500;

const namesFor = (resource: Resource, role: ConsoleRole) => [
  "id",
  ...fieldsFor(role, resource).map(([name]) => name),
];

/** Rows as CSV for this role; the first slice has the header line. */
export function csvText(
  resource: Resource,
  role: ConsoleRole,
  rows: readonly Subject[],
  isFirst: boolean,
): string {
  const names = namesFor(resource, role);
  const lines = rows.map((row) => {
    const wire = rowWire(resource, role, row);
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
): Promise<Response> {
  // Refuses a wrong filter before the response has begun.
  conditions(ctx, caller, resource, wanted);
  const role = roleOf(caller);
  await exportEntry(ctx, caller, resource, wanted);
  let last: string | null = null;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const rows: Subject[] = await rowsAfter(ctx, caller, resource, wanted, last, PAGE);
      controller.enqueue(encoder.encode(csvText(resource, role, rows, last === null)));
      last = rows.at(-1)?.id ?? last;
      if (rows.length < PAGE) controller.close();
    },
  });
  return csvResponse(resource.name, body);
}
