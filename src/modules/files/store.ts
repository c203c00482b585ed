/** Files that come through the API itself, as a part of a form. */

import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { preview } from "../../platform/characters.ts";
import { invalid } from "../../platform/http/errors.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { takeFile } from "../../platform/storage/pictures/intake.ts";
import { MAX_PICTURE } from "../../platform/storage/pictures/types.ts";
import { faults } from "./messages.ts";
import type { Subject } from "./queries.ts";
import { ACCEPTED, addPending, finishing } from "./rows.ts";

/** In the bucket and checked, but nobody's picture yet: `keepFile` makes it one, an hour without that ends it. */
export interface StoredFile extends Subject {
  readonly id: number;
  readonly key: string;
}

/**
 * Puts a file into the bucket under a new key, as the intake gives it back. Refuses, under `field`, what that does not
 * take. The row comes first: an object is never without one.
 */
export async function storeFile(
  ctx: RequestContext,
  subject: Subject,
  field: string,
  file: File,
): Promise<StoredFile> {
  // A file that is too large is not read at all.
  if (file.size > MAX_PICTURE) throw invalid({ [field]: faults.too_large });
  const taken = takeFile(await file.bytes(), ACCEPTED[subject.purpose]);
  if (!taken.ok) throw invalid({ [field]: faults[taken.fault] });
  const { bytes, contentType } = taken;
  const announced = { name: preview(file.name, 255), contentType, size: bytes.length };
  const row = await addPending(ctx, subject, announced);
  await ctx.runtime.bucket.put(row.key, bytes, { httpMetadata: { contentType } });
  return { ...subject, ...row };
}

/**
 * The statements that make a stored file the one of its subject and take the former away: put them in the batch of the
 * change that they belong to. `subjectId`, also as a query, when the subject came into being after the file.
 */
export function keepFile(
  ctx: RequestContext,
  file: StoredFile,
  subjectId?: number | SQL,
): [BatchItem<"sqlite">, BatchItem<"sqlite">] {
  return finishing(ctx, file.id, subjectId === undefined ? {} : { subjectId });
}
