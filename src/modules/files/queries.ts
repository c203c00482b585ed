/** Which files there are, of whom and of what. */
import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { emitsEffects } from "../../platform/db/outbox.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { objectUrl } from "../../platform/storage/object-access.ts";
import { isoTime } from "../../platform/time.ts";
import type { FilePurpose } from "./schemas.ts";
import { files } from "./tables.ts";

/** What a file is of. */
export interface Subject {
  readonly ownerId: number;
  readonly purpose: FilePurpose;
  /** Id of the post or document; null while there is none yet. */
  readonly subjectId: number | null;
}

export interface UploadedFile {
  readonly id: number;
  readonly key: string;
  /** As its uploader called it. */
  readonly name: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number | null;
}

/** The finished file of each subject that has one, in one statement. */
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
  // A subject has one; were there more, the last one set wins.
  return new Map(
    rows.flatMap(({ subjectId, id, key, originalName: name, contentType, size }) =>
      subjectId === null ? [] : [[subjectId, { id, key, name, contentType, size }]],
    ),
  );
}

/** Where a browser gets it; `width` asks for a smaller picture. Signed where its folder or the settings want that. */
export async function fileUrl(
  ctx: RequestContext,
  file: { readonly key: string },
  width?: number,
): Promise<string> {
  const url = new URL(await objectUrl(ctx, file.key));
  if (width) url.searchParams.set("w", String(width));
  return url.href;
}

/** Takes the files of subjects away; put it in the batch that deletes the subjects themselves. */
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

/** This module's part of a person's export. */
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
