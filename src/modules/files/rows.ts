/** The life of a file's row: pending, then finished or deleted. */
import { and, eq, ne, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { randomToken } from "../../platform/crypto/digest.ts";
import { emitsEffects, enqueueDueSoon } from "../../platform/db/outbox.ts";
import { Refusal } from "../../platform/http/errors.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import type { Accepted } from "../../platform/storage/pictures/types.ts";
import { messages } from "./messages.ts";
import type { Subject } from "./queries.ts";
import type { FilePurpose } from "./schemas.ts";
import { files } from "./tables.ts";

/** How long an upload may stay unfinished; also the life of a signed form. */
export const PENDING_LIFETIME = 3600_000;

/** The maximum number of a person's unfinished uploads. */
const PENDING_LIMIT = 100;

/** This module's folders in R2. Pictures of cars are public to members, documents are private: see `storage/object-access.ts`. */
export const FOLDERS: Record<FilePurpose, string> = {
  car_image: "shared/cars",
  document: "private/documents",
  task_photo: "shared/tasks",
  event_image: "shared/events",
  support_file: "private/support",
};

/** Documents and files of tickets may also be HEIC or PDF; the other files are shown to everybody. */
export const ACCEPTED: Record<FilePurpose, Accepted> = {
  car_image: "pictures",
  document: "documents",
  task_photo: "pictures",
  event_image: "pictures",
  support_file: "documents",
};

export interface Announced {
  readonly name: string;
  readonly contentType: string;
  /** Bytes; null when unknown. */
  readonly size: number | null;
}

/** Makes a pending row with a new key. 429 when the person has too many. */
export async function addPending(
  ctx: RequestContext,
  { ownerId, purpose, subjectId }: Subject,
  file: Announced,
): Promise<{ id: number; key: string }> {
  const key = `${FOLDERS[purpose]}/${ownerId}/${randomToken(16)}`;
  const [row] = await ctx.db.all<{ id: number }>(sql`
    INSERT INTO files (owner_id, purpose, subject_id, "key", original_name, content_type, size, created_at)
    SELECT ${ownerId}, ${purpose}, ${subjectId}, ${key}, ${file.name}, ${file.contentType}, ${file.size}, ${ctx.now()}
    WHERE (SELECT count(*) FROM files WHERE owner_id = ${ownerId} AND status = 'pending') < ${PENDING_LIMIT}
    RETURNING id`);
  if (row) return { id: row.id, key };
  const seconds = PENDING_LIFETIME / 1000;
  throw new Refusal(429, { detail: messages.tooMany }, { "Retry-After": String(seconds) });
}

/** Deletes an unfinished upload; the trigger deletes its object. False when it was finished or deleted already. */
export async function giveUp(ctx: RequestContext, id: number, ownerId: number): Promise<boolean> {
  const gone = await ctx.db
    .delete(files)
    .where(and(eq(files.id, id), eq(files.ownerId, ownerId), eq(files.status, "pending")))
    .returning({ id: files.id });
  enqueueDueSoon(ctx);
  return gone.length > 0;
}

/** Statements that finish a pending file and delete the subject's former one: in this order, in one transaction. */
export function finishing(
  ctx: RequestContext,
  id: number,
  facts: { subjectId?: number | SQL; contentType?: string; size?: number } = {},
): [BatchItem<"sqlite">, BatchItem<"sqlite">] {
  const finish = ctx.db
    .update(files)
    .set({ ...facts, status: "finished", finishedAt: ctx.now(), cleanedAt: ctx.now() })
    .where(and(eq(files.id, id), eq(files.status, "pending")));
  // If the row was not finished, its subject is NULL, which equals nothing.
  const subject = sql`(SELECT f.subject_id FROM files f WHERE f.id = ${id} AND f.status = 'finished')`;
  const purpose = sql`(SELECT f.purpose FROM files f WHERE f.id = ${id})`;
  const dropFormer = ctx.db
    .delete(files)
    .where(
      and(
        ne(files.id, id),
        eq(files.status, "finished"),
        sql`${files.purpose} = ${purpose}`,
        sql`${files.subjectId} = ${subject}`,
      ),
    );
  return [finish, emitsEffects(dropFormer)];
}
