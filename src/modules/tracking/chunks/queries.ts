/** Reads chunks, and packed points as rows. */
import { type SQL, sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Chunk, type ChunkRow, unpackChunk } from "./packing.ts";

/** SQL: the columns of `ChunkRow`. */
export const CHUNK_COLUMNS = sql.raw(
  `bucket, part, version, first_id AS firstId, south, west, points, removed`,
);

/** A user's chunks, in the order of their times. `where` narrows them down. */
export async function readChunks(ctx: RequestContext, userId: number, where: SQL): Promise<Chunk[]> {
  const rows = await ctx.db.all<ChunkRow>(
    sql`SELECT ${CHUNK_COLUMNS} FROM track_chunks WHERE user_id = ${userId} AND ${where} ORDER BY bucket, part`,
  );
  return rows.map(unpackChunk);
}

/** SQL: the columns of a report, taken from a row `c` of `track_chunks` and a row `p` of its points. The view has the same. */
export const UNPACKED = sql.raw(`c.first_id + (p.value ->> 0) AS id, c.user_id AS userId,
  c.bucket + (p.value ->> 1) AS at, c.bucket + (p.value ->> 1) + (p.value ->> 2) AS receivedAt,
  iif(typeof(p.value ->> 3) = 'integer', (c.south + (p.value ->> 3)) / 1e7, p.value ->> 3) AS latitude,
  iif(typeof(p.value ->> 4) = 'integer', (c.west + (p.value ->> 4)) / 1e7, p.value ->> 4) AS longitude,
  p.value ->> 5 AS accuracy, p.value ->> 6 AS speed, p.value ->> 7 AS heading,
  CASE p.value ->> 8 WHEN 1 THEN 'duplicate' WHEN 2 THEN 'jump' WHEN 3 THEN 'stale' WHEN 4 THEN 'future' END AS flag`);
