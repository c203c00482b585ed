/** Stores files sent to the API as a part of a form. */

import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { preview } from "../../platform/characters.ts";
import { invalid } from "../../platform/http/errors.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { cleanUpload } from "../../platform/storage/pictures/intake.ts";
import { MAX_PICTURE } from "../../platform/storage/pictures/types.ts";
import { faults } from "./messages.ts";
import type { Subject } from "./queries.ts";
import { ACCEPTED, addPending, finishing } from "./rows.ts";

/** Stored and checked, but without a subject. `keepFile` gives it one; otherwise it is deleted after an hour. */
export interface StoredFile extends Subject {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  /** As detected. */
  readonly contentType: string;
  /** Bytes, after the intake. */
  readonly size: number;
}

/**
 * Passes a file through the intake and stores it under a new key. Errors are reported under `field`. The row is written
 * before the object, so that no object is without a row.
 */
export async function storeFile(
  ctx: RequestContext,
  subject: Subject,
  field: string,
  file: File,
): Promise<StoredFile> {
  // A file that is too large is refused unread.
  if (file.size > MAX_PICTURE) throw invalid({ [field]: faults.too_large });
  const taken = cleanUpload(await file.bytes(), ACCEPTED[subject.purpose]);
  if (!taken.ok) throw invalid({ [field]: faults[taken.fault] });
  const { bytes, contentType } = taken;
  const announced = { name: preview(file.name, 255), contentType, size: bytes.length };
  const row = await addPending(ctx, subject, announced);
  await ctx.runtime.bucket.put(row.key, bytes, { httpMetadata: { contentType } });
  return { ...subject, ...row, ...announced };
}

/**
 * Statements that attach a stored file to its subject and delete the former one, for the batch of the change. Pass
 * `subjectId` (a value or a query) when the subject is made after the file.
 */
export function keepFile(
  ctx: RequestContext,
  file: StoredFile,
  subjectId?: number | SQL,
): [BatchItem<"sqlite">, BatchItem<"sqlite">] {
  return finishing(ctx, file.id, subjectId === undefined ? {} : { subjectId });
}
