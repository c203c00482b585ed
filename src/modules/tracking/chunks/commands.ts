/** Writes chunks. A chunk is written on condition that it is as it was read. */
import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { inPieces } from "../../../platform/db/outbox.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Chunk, packChunk } from "./packing.ts";

/**
 * Statements that write chunks; one, unless they hold very many points. The number of changes is lower than that of chunks
 * when another writer came first, or the user is gone.
 */
export async function writeChunks(
  ctx: RequestContext,
  userId: number,
  chunks: readonly Chunk[],
): Promise<BatchItem<"sqlite">[]> {
  const packed = await Promise.all(chunks.map(packChunk));
  return inPieces(packed).map((rows) => writeRows(ctx, userId, rows));
}

/** `rows`: packed chunks, a JSON array. */
function writeRows(ctx: RequestContext, userId: number, rows: string): BatchItem<"sqlite"> {
  const values = sql.raw(Array.from({ length: 15 }, (_, index) => `value ->> ${index}`).join(", "));
  return ctx.db.run(sql`
    INSERT INTO track_chunks (user_id, bucket, part, version, count, first_id, last_id, starts_at, ends_at, south, north, west, east,
      newest, points, removed)
    SELECT ${userId}, ${values} FROM json_each(${rows}) WHERE EXISTS (SELECT 1 FROM users WHERE id = ${userId})
    ON CONFLICT (user_id, bucket, part) DO UPDATE SET version = excluded.version, count = excluded.count,
      first_id = excluded.first_id, last_id = excluded.last_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
      south = excluded.south, north = excluded.north, west = excluded.west, east = excluded.east,
      newest = excluded.newest, points = excluded.points, removed = excluded.removed
    WHERE track_chunks.version = excluded.version - 1`);
}
