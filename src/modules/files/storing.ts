/** Files that come through the API itself, as a part of a form. */
import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Scope } from "../../platform/runtime.ts";
import type { Subject } from "./queries.ts";

/** In the bucket and checked, but nobody's picture yet: `keepFile` makes it one, an hour without that ends it. */
export interface StoredFile extends Subject {
  readonly id: number;
  readonly key: string;
}

/** Refuses what is empty, over 10 MiB or no picture by its bytes: a 400 under `field`. Touches nothing. */
export declare function checkFile(file: File, field: string): Promise<void>;

/** Checks a file and puts it into the bucket under a new key. */
export declare function storeFile(
  scope: Scope,
  subject: Subject,
  field: string,
  file: File,
): Promise<StoredFile>;

/**
 * The statements that make a stored file the one of its subject and take the former away: put them in the batch of the
 * change that they belong to. `subjectId`, also as a query, when the subject came into being after the file.
 */
export declare function keepFile(
  scope: Scope,
  file: StoredFile,
  subjectId?: number | SQL,
): [BatchItem<"sqlite">, BatchItem<"sqlite">];

/** `storeFile` and `keepFile` at once: for a subject that exists and changes in nothing else. */
export declare function replaceFile(
  scope: Scope,
  subject: Subject & { readonly subjectId: number },
  field: string,
  file: File,
): Promise<StoredFile>;
