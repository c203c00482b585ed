/** The console's field for the file of a subject: shown, replaced and removed as the subject's own routes do it. */
import { type SQL, sql } from "drizzle-orm";
import type { Caller } from "../../platform/http/caller.ts";
import type { Text } from "../../platform/http/text.ts";
import { type FileChange, fileFacts } from "../../platform/resources/files.ts";
import { type Field, field, type Statement, type Subject } from "../../platform/resources/resource.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { dropFiles } from "./queries.ts";
import { ACCEPTED } from "./rows.ts";
import type { FilePurpose } from "./schemas.ts";
import { keepFile, storeFile } from "./store.ts";

/** SQL: what the console shows of the finished file `f` for which a condition holds; the newest of several. */
export const fileFactsOf = (where: SQL): SQL =>
  fileFacts(sql`(SELECT json_object('key', f."key", 'name', f.original_name, 'type', f.content_type, 'size', f.size,
      'at', coalesce(f.finished_at, f.created_at))
    FROM files f WHERE ${where} AND f.status = 'finished' ORDER BY f.finished_at DESC, f.id DESC LIMIT 1)`);

interface FileFieldOptions {
  readonly purpose: FilePurpose;
  /** SQL: the id of the row, with its table's name: `car_posts.id`. */
  readonly id: SQL;
  /** The field of the row with the account that the file belongs to, and is deleted with; the caller where it is empty. */
  readonly owner: string;
  /** What else the row needs to have a new file, before the former one is deleted. */
  readonly attach?: (ctx: RequestContext, rowId: number, fileId: number) => Statement;
  /** The row is deleted with its file, so the file alone can't be removed. */
  readonly isRequired?: boolean;
}

export function fileField(label: Text, options: FileFieldOptions): Field {
  const { purpose, id, owner, attach, isRequired = false } = options;
  const store = async (
    ctx: RequestContext,
    caller: Caller,
    subject: Subject,
    file: File,
  ): Promise<FileChange> => {
    const ownerId = Number(subject.row[owner] ?? caller.userId);
    const kept = await storeFile(ctx, { ownerId, purpose, subjectId: Number(subject.id) }, "file", file);
    const { name, contentType: type, size } = kept;
    const attached = attach ? [attach(ctx, Number(subject.id), kept.id)] : [];
    return { rest: [...attached, ...keepFile(ctx, kept)], stored: { name, type, size, at: ctx.now() } };
  };
  const remove = (ctx: RequestContext, subject: Subject): FileChange => ({
    rest: [dropFiles(ctx, purpose, [Number(subject.id)])],
  });
  return field.file(fileFactsOf(sql`f.purpose = ${purpose} AND f.subject_id = ${id}`), label, {
    file: { accepted: ACCEPTED[purpose], store, ...(isRequired ? {} : { remove }) },
  });
}
