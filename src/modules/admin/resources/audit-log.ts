/** The audit log as a resource, and reverting a change. */
import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import { auditLog } from "../../../platform/db/tables.ts";
import { type Caller, isAdministrator } from "../../../platform/http/caller.ts";
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
import { may } from "../rights.ts";
import { auditOf, changeRow, createRow } from "../rows/commands.ts";
import { findRow } from "../rows/queries.ts";
import { rowWire } from "../rows/wire.ts";

const NOT_REVERTIBLE = text(
  "This can't be reverted. Only field changes and some deletions can.",
  "Это нельзя отменить: отменяются только изменения полей и некоторые удаления.",
);
const RESTORED = text("It has been restored already.", "Запись уже восстановлена.");
const ON_WHAT = text("Record", "Запись");
const CHANGED_SINCE = text(
  "The record has been changed again since; its values are not those of this change.",
  "С тех пор запись снова изменили: её значения уже не те, что записало это изменение.",
);

/** The audit log of these resources. Operators see entries about resources of which they may read all rows. */
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
      actor_key: field.text(auditLog.actorKey, text("With API key", "Ключом API")),
      action: field.text(auditLog.action, text("What", "Что"), { coded: true }),
      subject: field.text(auditLog.subject, ON_WHAT),
      before: field.json(auditLog.before, text("Before", "Было"), { list: false }),
      after: field.json(auditLog.after, text("After", "Стало"), { list: false }),
      request_id: field.text(auditLog.requestId, text("Request", "Запрос"), { list: false }),
    },
    search: [auditLog.action, auditLog.subject, auditLog.requestId, auditLog.actorKey],
    filters: [
      "at",
      "actor",
      "actor_key",
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
    readable: (caller) =>
      isAdministrator(caller) ? undefined : kindIn(resources.filter((each) => seesAll(caller, each))),
    actions: {
      revert: {
        label: text("Restore the former values", "Вернуть прежние значения"),
        confirm: text(
          "The record gets the values from before this change.",
          "Запись получит значения, какие были до этого изменения.",
        ),
        keep: text("Keep the present values", "Оставить нынешние"),
        roles: ["operator", "staff"],
        isPossible: (row, caller) => isRevertible(caller, row, bySubject.get(kindOf(row))),
        run: (ctx, caller, { id, row }) =>
          revert(ctx, caller, { ...row, id }, bySubject.get(kindOf(row)) ?? null),
      },
    },
  });
}

/** An entry tells of a row that may be hidden: kinds of which somebody sees only some rows are left out. */
const seesAll = (caller: Caller, resource: Resource): boolean =>
  may(caller, resource, "read") && (resource.visible === undefined || may(caller, resource, "private"));

function kindIn(resources: readonly Resource[]): SQL {
  const kinds = JSON.stringify(resources.map(({ subject }) => subject));
  return sql`substr(${auditLog.subject}, 1, instr(${auditLog.subject}, ':') - 1) IN (SELECT value FROM json_each(${kinds}))`;
}

const subjectOf = ({ subject }: Values) => String(subject);
const kindOf = (entry: Values) => subjectOf(entry).split(":", 1)[0] ?? "";

type Sides = { before: Values | null; after: Values | null };

/** Whether the caller may revert this kind of entry. Whether its values still stand is found out by reverting. */
function isRevertible(caller: Caller, entry: Values, changed: Resource | undefined): boolean {
  const { before, after } = entry as Sides;
  if (!changed || !before) return false;
  return after
    ? isPlain(changed, before, after) && may(caller, changed, "edit")
    : isDeletion(entry, changed) && may(caller, changed, "create");
}

/** Restores the previous values if the record still has the entry's values. This is an ordinary change, with its rules and audit row. */
async function revert(
  ctx: RequestContext,
  caller: Caller,
  entry: Values,
  changed: Resource | null,
): Promise<object | null> {
  const { before, after } = entry as Sides;
  if (changed && before && !after) return restore(ctx, caller, entry, before, changed);
  if (!changed || !before || !after || !isPlain(changed, before, after)) throw refuse(409, NOT_REVERTIBLE);
  if (!may(caller, changed, "edit")) throw forbidden();
  const id = subjectOf(entry).slice(changed.subject.length + 1);
  const subject = await findRow(ctx, caller, changed, id);
  if (!subject) throw notFound();
  const now = rowWire(changed, caller, subject);
  const stands = Object.keys(before).every(
    (name) => JSON.stringify(now[name]) === JSON.stringify(after[name]),
  );
  if (!stands) throw refuse(409, CHANGED_SINCE);
  const reverted: Subject = await changeRow(ctx, caller, changed, subject, before, "revert");
  return rowWire(changed, caller, reverted);
}

/** Only writable fields, the same before and after. */
function isPlain({ fields }: Resource, before: Values, after: Values): boolean {
  const names = Object.keys(before);
  const writable = names.every((name) => fields[name]?.input && !fields[name]?.once);
  return names.length > 0 && writable && names.every((name) => name in after);
}

/** The deletion of a row that can be made again. */
function isDeletion(entry: Values, { subject, remove, rights }: Resource): boolean {
  return entry.action === `${subject}.delete` && !remove && rights.staff.includes("create");
}

/** Makes a deleted record again, as a new row with the writable fields. Dependent rows stay deleted. */
async function restore(
  ctx: RequestContext,
  caller: Caller,
  entry: Values,
  before: Values,
  deleted: Resource,
): Promise<object> {
  if (!isDeletion(entry, deleted)) throw refuse(409, NOT_REVERTIBLE);
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
  return rowWire(deleted, caller, made);
}
