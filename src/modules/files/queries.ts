/** Reads files by owner and subject. */
import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { emitsEffects } from "../../platform/db/outbox.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { objectUrl } from "../../platform/storage/object-access.ts";
import { isoTime } from "../../platform/time.ts";
import type { FilePurpose } from "./schemas.ts";
import { files } from "./tables.ts";

/** The subject of a file. */
export interface Subject {
  readonly ownerId: number;
  readonly purpose: FilePurpose;
  /** Id of the post or document; null while it does not exist yet. */
  readonly subjectId: number | null;
}

export interface UploadedFile {
  readonly id: number;
  readonly key: string;
  /** The uploader's file name. */
  readonly name: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number | null;
}

/** The finished files of these subjects, in one statement. */
export async function newestFinished(
  ctx: RequestContext,
  purpose: FilePurpose,
  subjectIds: readonly number[],
): Promise<Map<number, UploadedFile>> {
  if (subjectIds.length === 0) return new Map();
  const rows = await ctx.db
    .select()
    .from(files)
    .where(and(ofSubjects(purpose, subjectIds), eq(files.status, "finished")))
    .orderBy(asc(files.finishedAt), asc(files.id));
  // A subject has one file; if there were more, the last one wins.
  return new Map(
    rows.flatMap(({ subjectId, id, key, originalName: name, contentType, size }) =>
      subjectId === null ? [] : [[subjectId, { id, key, name, contentType, size }]],
    ),
  );
}

/** The file's address; `width` asks for a smaller picture. Signed when the folder or the settings require it. */
export async function fileUrl(
  ctx: RequestContext,
  file: { readonly key: string },
  width?: number,
): Promise<string> {
  const url = new URL(await objectUrl(ctx, file.key));
  if (width) url.searchParams.set("w", String(width));
  return url.href;
}

/** The statement that deletes the files of subjects, for the batch that deletes the subjects. */
export function dropFiles(
  ctx: RequestContext,
  purpose: FilePurpose,
  subjectIds: readonly number[],
): BatchItem<"sqlite"> {
  return emitsEffects(ctx.db.delete(files).where(ofSubjects(purpose, subjectIds)));
}

function ofSubjects(purpose: FilePurpose, subjectIds: readonly number[]): SQL | undefined {
  const among = sql`${files.subjectId} IN (SELECT value FROM json_each(${JSON.stringify(subjectIds)}))`;
  return and(eq(files.purpose, purpose), among);
}

/** The files part of an account's export. */
export async function exportFiles(ctx: RequestContext, userId: number): Promise<object> {
  const rows = await ctx.db
    .select()
    .from(files)
    .where(and(eq(files.ownerId, userId), eq(files.status, "finished")))
    .orderBy(asc(files.id));
  const exported = rows.map(async (row) => ({
    id: row.id,
    purpose: row.purpose,
    subject_id: row.subjectId,
    name: row.originalName,
    content_type: row.contentType,
    size: row.size,
    created_at: isoTime(row.createdAt),
    url: await fileUrl(ctx, row),
  }));
  return { files: await Promise.all(exported) };
}
