/** Creates, changes and deletes rows: the resource declares what may be written, its module adds the consequences. */

import { and, getTableColumns, type SQL, sql } from "drizzle-orm";
import { auditEntry } from "../../../platform/db/audit.ts";
import { updateOptimistically } from "../../../platform/db/optimistic.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { insertWhere } from "../../../platform/db/quota.ts";
import { admitted, type Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../platform/http/errors.ts";
import { parse } from "../../../platform/http/input/validation.ts";
import { messages } from "../../../platform/http/messages.ts";
import { text } from "../../../platform/http/text.ts";
import type { Audit, Resource, Statement, Subject, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { fieldsFor, visibleFields, visibleRows } from "../rights.ts";
import { requireAccountBelow } from "./accounts.ts";
import { findRow } from "./queries.ts";
import { mapConstraintErrors } from "./refusals.ts";
import { among, columnKey, fieldWire, storesOf, versionOf } from "./wire.ts";

const READ_ONLY = text("This field is read-only.", "Это поле только для чтения.");
export const NO_VERSION = text(
  "Send If-Match with the version that you have read.",
  "Укажите в If-Match версию, которую вы изменяете.",
);
const IN_USE = text("Other records depend on this one.", "От этой записи зависят другие.");
const NOT_REMOVABLE = text(
  "This record can't be deleted in its current state.",
  "В этом состоянии удалить нельзя.",
);

/** Returns a function that makes audit rows about one record. */
export function auditOf(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  id: string | SQL<string>,
): Audit {
  const subject = typeof id === "string" ? `${resource.subject}:${id}` : id;
  return (action, before, after) =>
    auditEntry(ctx, caller, { action: `${resource.subject}.${action}`, subject, before, after });
}

/** The values of a body by field. A field that the caller may not write is refused. */
function valuesOf(caller: Caller, resource: Resource, body: Values, isNew: boolean): Values {
  const visible = fieldsFor(caller, resource);
  const writable = visible.filter(([, field]) => field.input && (isNew || !field.once));
  const names = new Set(writable.map(([name]) => name));
  const refused = Object.keys(body).filter((name) => !names.has(name));
  if (refused.length > 0) throw invalid(Object.fromEntries(refused.map((name) => [name, READ_ONLY])));
  const shape = z.object(
    Object.fromEntries(writable.map(([name, field]) => [name, field.input as z.ZodType])),
  );
  const values = parse(isNew ? shape : shape.partial(), body);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Values by field → values by column. */
function columnsOf(resource: Resource, values: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      storesOf(resource.fields[name]).map(({ column, part }) => [
        columnKey(resource, column),
        part ? ((value as Values | null)?.[part] ?? null) : value,
      ]),
    ),
  );
}

function stamps(ctx: RequestContext, resource: Resource, isNew: boolean): Values {
  const columns = getTableColumns(resource.table);
  const now = ctx.now();
  return {
    ...("updatedAt" in columns ? { updatedAt: now } : {}),
    ...(isNew && "createdAt" in columns ? { createdAt: now } : {}),
  };
}

/** What a change sets that changes no field: an UPDATE must set something. */
export function touched(ctx: RequestContext, resource: Resource): Values {
  const key = resource.key.map((column) => [columnKey(resource, column), sql`${column}`]);
  return { ...Object.fromEntries(key), ...stamps(ctx, resource, false) };
}

/** Values as the audit log stores them. */
export function valuesWire(resource: Resource, values: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const field = resource.fields[name];
      return [name, field ? fieldWire(field, value) : null];
    }),
  );
}

/** Creates a row and returns it as stored. `also` are statements of the same transaction. */
export async function createRow(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  body: Values,
  also: readonly Statement[] = [],
): Promise<Subject> {
  const values = valuesOf(caller, resource, body, true);
  await requireAccountBelow(ctx, caller, resource, { id: null, row: values });
  const more = (await resource.consequences?.(ctx, { caller: admitted(caller), before: null, values })) ?? {};
  const columns = { ...columnsOf(resource, values), ...stamps(ctx, resource, true), ...more.set };
  const audit = auditOf(ctx, caller, resource, newSubject(resource, columns));
  const insert = more.room
    ? insertWhere(ctx.db, resource.table, columns, more.room.condition).returning()
    : ctx.db.insert(resource.table).values(columns).returning();
  const made = await mapConstraintErrors(resource, () =>
    commit(ctx, insert, more.effects ?? [], [
      ...(more.rest ?? []),
      audit("create", null, valuesWire(resource, values)),
      ...also,
    ]),
  );
  if (!made && more.room) throw more.room.refusal;
  await more.after?.();
  const row = made?.[0] as Values | undefined;
  const id = resource.key.map((column) => row?.[columnKey(resource, column)]).join(":");
  const subject = await findRow(ctx, caller, resource, id);
  if (!subject) throw notFound();
  return subject;
}

/** The new row's name in the audit log. A generated number is the highest id within the transaction. */
function newSubject(resource: Resource, columns: Values): SQL<string> {
  const parts = resource.key.map((column) => {
    const value = columns[columnKey(resource, column)];
    return value === undefined ? sql`(SELECT max(${column}) FROM ${resource.table})` : sql`${String(value)}`;
  });
  return sql<string>`${`${resource.subject}:`} || ${sql.join(parts, sql` || ':' || `)}`;
}

/** Checks `If-Match` (a quoted or bare version, or `*`) and returns which kind it is. */
export async function requireVersion(
  request: Request,
  resource: Resource,
  subject: Subject,
): Promise<"exact" | "any"> {
  const offered = request.headers.get("if-match");
  if (offered === null) throw refuse(428, NO_VERSION);
  const version = offered.trim().replace(/^(W\/)?"(.*)"$/, "$2");
  if (version === "*") return "any";
  if (version !== (await versionOf(resource, subject))) throw refuse(412, messages.conflict);
  return "exact";
}

/** Changes the given fields and returns the row as stored. 412 when it was changed since it was read. */
export async function changeRow(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  before: Subject,
  body: Values,
  action = "change",
): Promise<Subject> {
  const changed = await writeChange(ctx, caller, resource, before, body, action);
  if (!changed) throw refuse(412, messages.conflict);
  return changed;
}

/** Changes the given fields of any version of the row. Null when there is no such row. */
export function changeAnyVersion(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  before: Subject,
  body: Values,
): Promise<Subject | null> {
  return updateOptimistically(
    () => findRow(ctx, caller, resource, before.id),
    (row) => writeChange(ctx, caller, resource, row, body, "change"),
    before,
  );
}

/** Null when the row was changed since it was read. Writes nothing when nothing differs. */
async function writeChange(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  before: Subject,
  body: Values,
  action: string,
): Promise<Subject | null> {
  const values = Object.fromEntries(
    Object.entries(valuesOf(caller, resource, body, false)).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before.row[name]),
    ),
  );
  if (Object.keys(values).length === 0) return before;
  await requireAccountBelow(ctx, caller, resource, { ...before, row: { ...before.row, ...values } });
  const more = (await resource.consequences?.(ctx, { caller: admitted(caller), before, values })) ?? {};
  const update = ctx.db
    .update(resource.table)
    .set({ ...columnsOf(resource, values), ...stamps(ctx, resource, false), ...more.set })
    .where(
      and(
        among(resource, [before.id]),
        unchanged(resource, before),
        more.where,
        visibleRows(caller, resource),
      ),
    )
    .returning();
  const former = Object.fromEntries(Object.keys(values).map((name) => [name, before.row[name]]));
  const audit = auditOf(ctx, caller, resource, before.id);
  const changed = await mapConstraintErrors(resource, () =>
    commit(ctx, update, more.effects ?? [], [
      ...(more.rest ?? []),
      audit(action, valuesWire(resource, former), valuesWire(resource, values)),
    ]),
  );
  if (!changed) return null;
  await more.after?.();
  const after = await findRow(ctx, caller, resource, before.id);
  if (!after) throw notFound();
  return after;
}

/** SQL condition: all editable fields are as they were read. */
function unchanged(resource: Resource, { row }: Subject): SQL | undefined {
  const editable = Object.entries(resource.fields).filter(([, field]) => field.input);
  return and(
    ...editable.flatMap(([name, field]) =>
      storesOf(field).map(({ column, part }) => {
        const value = part ? ((row[name] as Values | null)?.[part] ?? null) : row[name];
        return value === null ? sql`${column} IS NULL` : sql`${column} = ${sql.param(value, column)}`;
      }),
    ),
  );
}

/** Deletes a row, by the module's own `remove` if it has one. The audit log keeps the fields that operators may see. */
export async function removeRow(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  subject: Subject,
): Promise<void> {
  await requireAccountBelow(ctx, caller, resource, subject);
  const audit = auditOf(ctx, caller, resource, subject.id);
  if (resource.remove) {
    if (!(await resource.remove(ctx, admitted(caller), subject, audit))) throw notFound();
    return;
  }
  const stored = visibleFields(resource, false).filter(
    ([, field]) => field.input || storesOf(field).length > 0,
  );
  const before = Object.fromEntries(stored.map(([name]) => [name, subject.row[name]]));
  const more = (await resource.removal?.(ctx, subject, admitted(caller))) ?? {};
  const remove = ctx.db
    .delete(resource.table)
    .where(and(among(resource, [subject.id]), resource.removable, more.where, visibleRows(caller, resource)));
  const entry = audit("delete", valuesWire(resource, before), null);
  const removed = await mapConstraintErrors(
    resource,
    () => commit(ctx, remove, more.effects ?? [], [...(more.rest ?? []), entry]),
    refuse(409, IN_USE),
  );
  if (!removed) throw refuse(409, more.where ? messages.conflict : NOT_REMOVABLE);
  await more.after?.();
}
