/** Lists as CSV files, written page by page as they are read: however long, never all in memory. */
import { csvLine, csvResponse } from "../../../platform/csv.ts";
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Resource, Role, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { fieldsFor, roleOf } from "../rights.ts";
import { conditions, rowsAfter, type Wanted } from "../rows/queries.ts";
import { rowWire } from "../rows/wire.ts";

const PAGE = 500;

const namesFor = (resource: Resource, role: Role) => [
  "id",
  ...fieldsFor(role, resource).map(([name]) => name),
];

/** Rows as somebody in this role reads them; the first ones bring the line of names. */
export function csvText(resource: Resource, role: Role, rows: readonly Subject[], isFirst: boolean): string {
  const names = namesFor(resource, role);
  const lines = rows.map((row) => {
    const wire = rowWire(resource, role, row);
    return csvLine(names.map((name) => wire[name]));
  });
  return (isFirst ? csvLine(names) : "") + lines.join("");
}

/** That rows were taken out stands in the audit log. */
export function exportEntry(ctx: RequestContext, caller: Caller, { subject }: Resource, wanted: Wanted) {
  return auditEntry(ctx, caller, {
    action: `${subject}.export`,
    subject: `${subject}:*`,
    before: null,
    after: wanted,
  });
}

/** The rows that a caller asks for. */
export async function exportRows(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  wanted: Wanted,
): Promise<Response> {
  // Refuses a wrong filter while there is still a status to say so.
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
