/** Which files there are, of whom and of what. */
import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { stirs } from "../../platform/db/outbox.ts";
import type { Scope } from "../../platform/runtime.ts";
import { objectUrl } from "../../platform/storage/access.ts";
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
  scope: Scope,
  purpose: FilePurpose,
  subjectIds: readonly number[],
): Promise<Map<number, UploadedFile>> {
  if (subjectIds.length === 0) return new Map();
  const rows = await scope.db
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
export async function fileUrl(scope: Scope, file: { readonly key: string }, width?: number): Promise<string> {
  const url = new URL(await objectUrl(scope, file.key));
  if (width) url.searchParams.set("w", String(width));
  return url.href;
}

/** Takes the files of subjects away; put it in the batch that deletes the subjects themselves. */
export function dropFiles(
  scope: Scope,
  purpose: FilePurpose,
  subjectIds: readonly number[],
): BatchItem<"sqlite"> {
  return stirs(scope.db.delete(files).where(ofSubjects(purpose, subjectIds)));
}

function ofSubjects(purpose: FilePurpose, subjectIds: readonly number[]): SQL | undefined {
  const among = sql`${files.subjectId} IN (SELECT value FROM json_each(${JSON.stringify(subjectIds)}))`;
  return and(eq(files.purpose, purpose), among);
}

/** This module's part of a person's export. */
export async function exportFiles(scope: Scope, userId: number): Promise<object> {
  const rows = await scope.db
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
    url: await fileUrl(scope, row),
  }));
  return { files: await Promise.all(exported) };
}
