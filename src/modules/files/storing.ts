/** Files that come through the API itself, as a part of a form. */

import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { preview } from "../../platform/characters.ts";
import { invalid } from "../../platform/http/errors.ts";
import type { Scope } from "../../platform/runtime.ts";
import { MAGIC_BYTES, MAX_PICTURE, type PictureMime, pictureType } from "../../platform/storage/pictures.ts";
import { faults } from "./messages.ts";
import type { Subject } from "./queries.ts";
import { addPending, finishing } from "./rows.ts";

/** In the bucket and checked, but nobody's picture yet: `keepFile` makes it one, an hour without that ends it. */
export interface StoredFile extends Subject {
  readonly id: number;
  readonly key: string;
}

/** Refuses what is empty, over 10 MiB or no picture by its bytes: a 400 under `field`. Touches nothing. */
async function checkFile(file: File, field: string): Promise<PictureMime> {
  if (file.size === 0) throw invalid({ [field]: faults.empty });
  if (file.size > MAX_PICTURE) throw invalid({ [field]: faults.too_large });
  const type = pictureType(await file.slice(0, MAGIC_BYTES).bytes());
  if (!type) throw invalid({ [field]: faults.no_picture });
  return type.mime;
}

/** Checks a file and puts it into the bucket under a new key. The row comes first: an object is never without one. */
export async function storeFile(
  scope: Scope,
  subject: Subject,
  field: string,
  file: File,
): Promise<StoredFile> {
  const contentType = await checkFile(file, field);
  const announced = { name: preview(file.name, 255), contentType, size: file.size };
  const row = await addPending(scope, subject, announced);
  await scope.runtime.bucket.put(row.key, file, { httpMetadata: { contentType } });
  return { ...subject, ...row };
}

/**
 * The statements that make a stored file the one of its subject and take the former away: put them in the batch of the
 * change that they belong to. `subjectId`, also as a query, when the subject came into being after the file.
 */
export function keepFile(
  scope: Scope,
  file: StoredFile,
  subjectId?: number | SQL,
): [BatchItem<"sqlite">, BatchItem<"sqlite">] {
  return finishing(scope, file.id, subjectId === undefined ? {} : { subjectId });
}
