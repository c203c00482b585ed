/**
 * Files that another module attaches to a thing of its own, several to one. They are uploaded first and stay pending,
 * so that the purge deletes what was never attached.
 */
import { type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { RequestContext } from "../../platform/runtime.ts";
import type { UploadedFile } from "./queries.ts";
import type { FilePurpose } from "./schemas.ts";

export type AttachedFile = UploadedFile;

const among = (ids: readonly number[]) => sql`IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/** SQL condition: all of these are a person's uploads for this purpose, stored and not attached yet. `ids` are distinct. */
export function areStored(ownerId: number, purpose: FilePurpose, ids: readonly number[]): SQL {
  return sql`(SELECT count(*) FROM files WHERE id ${among(ids)} AND owner_id = ${ownerId} AND purpose = ${purpose}
    AND status = 'pending') = ${ids.length}`;
}

/** The statement that keeps stored uploads, for the batch that attaches them. */
export function keepStored(ctx: RequestContext, ids: readonly number[]): BatchItem<"sqlite"> {
  return ctx.db.run(sql`UPDATE files SET status = 'finished', finished_at = ${ctx.now()}, cleaned_at = ${ctx.now()}
    WHERE id ${among(ids)} AND status = 'pending'`);
}

/** SQL: the files with these ids, a SELECT of them, as JSON for `parseFiles`; in the order of their upload. */
export function filesAsJson(ids: SQL): SQL<string> {
  return sql<string>`(SELECT json_group_array(json_object('id', f.id, 'key', f."key", 'name', f.original_name,
    'contentType', f.content_type, 'size', f.size) ORDER BY f.id) FROM files f WHERE f.id IN (${ids}))`;
}

export const parseFiles = (json: string): readonly AttachedFile[] => JSON.parse(json) as AttachedFile[];
