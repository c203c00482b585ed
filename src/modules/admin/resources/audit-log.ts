/** Who changed what, as a resource, and a change taken back. */
import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import { auditLog } from "../../../platform/db/tables.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, notFound, refuse } from "../../../platform/http/errors.ts";
import { string } from "../../../platform/http/input/fields.ts";
import { text } from "../../../platform/http/text.ts";
import {
  field,
  READ,
  type Resource,
  resource,
  type Subject,
  type Values,
} from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { may, roleOf } from "../rights.ts";
import { auditOf, changeRow, createRow } from "../rows/commands.ts";
import { findRow } from "../rows/queries.ts";
import { rowWire } from "../rows/wire.ts";

const NOT_REVERTIBLE = text(
  "This can't be reverted: only a change of fields, and the deletion of what stands for itself.",
  "Это нельзя отменить: отменяются изменения полей и удаление того, что стоит само по себе.",
);
const RESTORED = text("It was restored already.", "Запись уже восстановлена.");
const ON_WHAT = text("On what", "Над чем");
const CHANGED_SINCE = text(
  "It was changed again since: what stands there now is not what this change wrote.",
  "С тех пор запись снова изменили: там уже не то, что записало это изменение.",
);

/** The log over these resources. Operators see what was done to things that they may see. */
export function auditLogOf(resources: readonly Resource[]): Resource {
  const bySubject = new Map(resources.map((each) => [each.subject, each]));
  return resource({
    name: "audit-log",
    subject: "audit",
    label: text("Audit log", "Журнал изменений"),
    group: "system",
    table: auditLog,
    key: [auditLog.id],
    title: "action",
    fields: {
      at: field.instant(auditLog.at, text("When", "Когда")),
      actor: field.reference("users", auditLog.actorId, text("Who", "Кто")),
      action: field.text(auditLog.action, text("What", "Что")),
      subject: field.text(auditLog.subject, ON_WHAT),
      before: field.json(auditLog.before, text("Before", "Было"), { list: false }),
      after: field.json(auditLog.after, text("After", "Стало"), { list: false }),
      request_id: field.text(auditLog.requestId, text("Request", "Запрос"), { list: false }),
    },
    search: [auditLog.action, auditLog.subject, auditLog.requestId],
    filters: [
      "at",
      "actor",
      "action",
      {
        name: "subject",
        type: "text",
        label: ON_WHAT,
        parse: string({ max: 200 }),
        when: (name: string) => eq(auditLog.subject, name),
      },
    ],
    sort: { field: "id", order: "desc" },
    rights: { operator: READ, staff: READ },
    visible: (caller) =>
      caller.isStaff ? undefined : kindIn(resources.filter((each) => may(caller, each, "read"))),
    actions: {
      revert: {
        label: text("Revert", "Отменить"),
        confirm: text("Put back what stood there before?", "Вернуть прежние значения?"),
        roles: ["operator", "staff"],
        run: (ctx, caller, { id, row }) =>
          revert(ctx, caller, { ...row, id }, bySubject.get(kindOf(row)) ?? null),
      },
    },
  });
}

function kindIn(resources: readonly Resource[]): SQL {
  const kinds = JSON.stringify(resources.map(({ subject }) => subject));
  return sql`substr(${auditLog.subject}, 1, instr(${auditLog.subject}, ':') - 1) IN (SELECT value FROM json_each(${kinds}))`;
}

const subjectOf = ({ subject }: Values) => String(subject);
const kindOf = (entry: Values) => subjectOf(entry).split(":", 1)[0] ?? "";

/** Writes the former values where the entry's own still stand: an ordinary change, with its rules and its audit row. */
async function revert(
  ctx: RequestContext,
  caller: Caller,
  entry: Values,
  changed: Resource | null,
): Promise<object | null> {
  const { before, after } = entry as { before: Values | null; after: Values | null };
  if (changed && before && !after) return restore(ctx, caller, entry, before, changed);
  if (!changed || !before || !after || !isPlain(changed, before, after)) throw refuse(409, NOT_REVERTIBLE);
  if (!may(caller, changed, "edit")) throw forbidden();
  const id = subjectOf(entry).slice(changed.subject.length + 1);
  const subject = await findRow(ctx, caller, changed, id);
  if (!subject) throw notFound();
  const now = rowWire(changed, roleOf(caller), subject);
  const stands = Object.keys(before).every(
    (name) => JSON.stringify(now[name]) === JSON.stringify(after[name]),
  );
  if (!stands) throw refuse(409, CHANGED_SINCE);
  const reverted: Subject = await changeRow(ctx, caller, changed, subject, before, "revert");
  return rowWire(changed, roleOf(caller), reverted);
}

/** Nothing but fields that can be written, the same ones before and after. */
function isPlain({ fields }: Resource, before: Values, after: Values): boolean {
  const names = Object.keys(before);
  const writable = names.every((name) => fields[name]?.input && !fields[name]?.once);
  return names.length > 0 && writable && names.every((name) => name in after);
}

/** Makes once more what was deleted, as a new row with what can be written into one. What hung on it stays gone. */
async function restore(
  ctx: RequestContext,
  caller: Caller,
  entry: Values,
  before: Values,
  deleted: Resource,
): Promise<object> {
  const name = `${deleted.subject}.delete`;
  if (entry.action !== name || deleted.remove || deleted.rights.staff.every((right) => right !== "create"))
    throw refuse(409, NOT_REVERTIBLE);
  if (!may(caller, deleted, "create")) throw forbidden();
  const id = subjectOf(entry).slice(deleted.subject.length + 1);
  const restored = `${deleted.subject}.restore`;
  const [already] = await ctx.db
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.subject, subjectOf(entry)),
        eq(auditLog.action, restored),
        gt(auditLog.id, Number(entry.id)),
      ),
    )
    .limit(1);
  if (already) throw refuse(409, RESTORED);
  const writable = Object.entries(before).filter(([field]) => deleted.fields[field]?.input);
  const audit = auditOf(ctx, caller, deleted, id)("restore", null, before);
  const made = await createRow(ctx, caller, deleted, Object.fromEntries(writable), [audit]);
  return rowWire(deleted, roleOf(caller), made);
}
