/** Replaces and removes the file of a row. Who may edit the row may do so; both are in the audit log. */
import { and, sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../platform/http/errors.ts";
import { messages } from "../../../platform/http/messages.ts";
import { text } from "../../../platform/http/text.ts";
import { type FileChange, type FileFacts, fileVersion, keyIn } from "../../../platform/resources/files.ts";
import type { Field, Resource, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { MAX_PICTURE } from "../../../platform/storage/pictures/types.ts";
import { fieldsFor, visibleRows } from "../rights.ts";
import { auditOf, NO_VERSION, touched } from "../rows/commands.ts";
import { findRow } from "../rows/queries.ts";
import { among, fieldWire } from "../rows/wire.ts";

const TOO_LARGE = text("The file is larger than 10 MB.", "Файл больше 10 МБ.");
const REQUIRED = text("This record can't be without its file.", "Без файла этой записи быть не может.");

/** A field with a file that this caller sees and that can be replaced: 404 for any other name. */
export function requireFileField(caller: Caller, resource: Resource, name: string) {
  const [, field] = fieldsFor(caller, resource).find(([each]) => each === name) ?? [];
  if (!field?.file) throw notFound();
  return { name, field, store: field.file };
}

type FileField = ReturnType<typeof requireFileField>;

/**
 * Checks `If-Match`: the version of the file that was read, `none` where there was none, or `*`. 428 without it, 412 when
 * the file is another one by now.
 */
export function requireFileVersion(request: Request, { name }: FileField, { row }: Subject): void {
  const offered = request.headers.get("if-match");
  if (offered === null) throw refuse(428, NO_VERSION);
  const version = offered.trim().replace(/^"(.*)"$/, "$1");
  if (version !== "*" && version !== fileVersion(keyIn(row[name]))) throw refuse(412, messages.conflict);
}

/** Stores a file in place of the row's former one, whose object is deleted. 400 under `file` when the intake refuses it. */
export async function replaceFile(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  field: FileField,
  subject: Subject,
  file: File,
): Promise<Subject> {
  if (file.size > MAX_PICTURE) throw invalid({ file: TOO_LARGE });
  const change = await field.store.store(ctx, caller, subject, file);
  return write(ctx, caller, resource, field, subject, change);
}

/** Removes the file of a row. Nothing happens when there is none. */
export async function removeFile(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  field: FileField,
  subject: Subject,
): Promise<void> {
  if (!field.store.remove) throw refuse(409, REQUIRED);
  if (keyIn(subject.row[field.name]) === null) return;
  await write(ctx, caller, resource, field, subject, field.store.remove(ctx, subject));
}

/** One transaction, on condition that the row exists and its file is the one that was read. */
async function write(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  { name, field }: FileField,
  subject: Subject,
  { rest, effects = [], stored }: FileChange,
): Promise<Subject> {
  const former = subject.row[name] as FileFacts | null;
  const touch = ctx.db
    .update(resource.table)
    .set(touched(ctx, resource))
    .where(and(among(resource, [subject.id]), isStill(field, former), visibleRows(caller, resource)));
  const after = stored ? { [name]: auditedFile(field, { key: "", ...stored }) } : { [name]: null };
  const entry = auditOf(
    ctx,
    caller,
    resource,
    subject.id,
  )("change", { [name]: former && auditedFile(field, former) }, after);
  if (!(await commit(ctx, touch, effects, [...rest, entry]))) throw refuse(412, messages.conflict);
  const changed = await findRow(ctx, caller, resource, subject.id);
  if (!changed) throw notFound();
  return changed;
}

/** The audit log keeps what a file was, not where it is. */
function auditedFile(field: Field, facts: FileFacts) {
  const { version: _, ...kept } = fieldWire(field, facts) as Record<string, unknown>;
  return kept;
}

const isStill = ({ from }: Field, former: FileFacts | null) =>
  sql`${from} ->> 'key' IS ${former?.key ?? null}`;
