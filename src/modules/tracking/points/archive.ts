/** Copies the entries of a track room to chunks in the database. */
import { type SQL, sql } from "drizzle-orm";
import { cellOf } from "../../../platform/cells.ts";
import { archiveTogether } from "../../../platform/realtime/log/archive/archivist.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { writeChunks } from "../chunks/commands.ts";
import { addPoints, canBeRepeated, type Moment } from "../chunks/merging.ts";
import {
  bucketOf,
  type Chunk,
  type ChunkRow,
  isNewer,
  newestOf,
  type StoredPoint,
  unpackChunk,
} from "../chunks/packing.ts";
import { CHUNK_COLUMNS } from "../chunks/queries.ts";
import { advanceLatest } from "../reports/latest.ts";
import { geofencesNear, readGeofences, recordArrivals, type TaskGeofence } from "../tasks/geofence.ts";
import type { FilteredPoint } from "./filter-rules.ts";
import { pointAt, pointId } from "./ids.ts";

/** An entry of a track room's journal. `at`: when the room received it, epoch ms. */
export interface PointsEntry {
  readonly seq: number;
  readonly at: number;
  readonly points: readonly FilteredPoint[];
  /** The count of the first point; absent in an entry of an older room. */
  readonly first?: number;
  /** An older room: the points came by REST and are in the database already. */
  readonly stored?: boolean;
}

/** How often a batch is tried when other writers come first. */
const ATTEMPTS = 5;

/** What the database has where new points go. */
interface Stored {
  readonly chunks: readonly Chunk[];
  /** Reports outside the chunks that new points may repeat. */
  readonly others: readonly Moment[];
  readonly latest: Latest | null;
  readonly geofences: readonly TaskGeofence[];
}

interface Latest {
  readonly id: number;
  readonly at: number;
  readonly cell: string;
  readonly bucket: number | null;
  readonly part: number | null;
}

/** Archives entries of a user's track room: one statement reads what is there, one transaction writes. Safe to repeat. */
export async function archivePoints(
  ctx: RequestContext,
  userId: number,
  entries: readonly PointsEntry[],
): Promise<void> {
  const incoming = entries.filter(({ stored }) => !stored).flatMap((entry) => pointsOf(userId, entry));
  if (incoming.length === 0) return;
  for (let attempt = 1; ; attempt++) {
    const stored = await readStored(ctx, userId, incoming);
    // The user's account is deleted.
    if (!stored) return;
    if (await write(ctx, userId, stored, incoming))
      return recordArrivals(ctx, userId, stored.geofences, incoming);
    if (attempt === ATTEMPTS) throw new Error("Other writers kept changing these chunks.");
  }
}

function pointsOf(userId: number, { seq, at, points, first }: PointsEntry): StoredPoint[] {
  return points.map((point, index) => ({
    ...point,
    id: pointId(userId, first === undefined ? pointAt(seq, index) : first + index),
    receivedAt: at,
  }));
}

/** False when another writer came first. */
async function write(
  ctx: RequestContext,
  userId: number,
  { chunks, others, latest }: Stored,
  incoming: readonly StoredPoint[],
): Promise<boolean> {
  const changed = addPoints(chunks, incoming, others);
  if (changed.length === 0) return true;
  const writes = await writeChunks(ctx, userId, changed);
  const results = await archiveTogether(ctx, `user:${userId}`, [
    ...writes,
    ...(await moveLatest(ctx, userId, latest, changed)),
  ]);
  const written = (results.slice(0, writes.length) as D1Result[]).map(({ meta }) => meta.changes);
  return written.reduce((sum, changes) => sum + changes, 0) === changed.length;
}

/** The statement that moves the latest location; none while the newest point is in the chunk and the cell that it names. */
async function moveLatest(
  ctx: RequestContext,
  userId: number,
  latest: Latest | null,
  changed: readonly Chunk[],
) {
  const found = changed
    .flatMap((chunk) => {
      const point = newestOf(chunk.points);
      return point ? { chunk, point } : [];
    })
    .reduce<{ chunk: Chunk; point: StoredPoint } | null>(
      (best, each) => (best && !isNewer(each.point, best.point) ? best : each),
      null,
    );
  if (!found || (latest && !isNewer(found.point, latest))) return [];
  const { chunk, point } = found;
  const cell = await cellOf(point);
  if (latest?.bucket === chunk.bucket && latest.part === chunk.part && latest.cell === cell) return [];
  const { id, at, receivedAt, latitude, longitude, accuracy, speed, heading } = point;
  const { bucket, part, version } = chunk;
  return [
    advanceLatest(
      ctx,
      sql`SELECT user_id, ${id}, ${at}, ${receivedAt}, ${latitude}, ${longitude}, ${accuracy}, ${speed}, ${heading}, ${cell}, bucket, part
        FROM track_chunks WHERE (user_id, bucket, part, version) = (${userId}, ${bucket}, ${part}, ${version})`,
    ),
  ];
}

type Facts = {
  readonly geofences: string | null;
  readonly latest: string | null;
  readonly others: string | null;
};

/** One statement: one row has the facts, the others are chunks. Null when there is no such user. */
async function readStored(
  ctx: RequestContext,
  userId: number,
  incoming: readonly StoredPoint[],
): Promise<Stored | null> {
  const buckets = JSON.stringify([...new Set(incoming.map(({ at }) => bucketOf(at)))]);
  const rows = await ctx.db.all<(ChunkRow | { bucket: null }) & Facts>(sql`
    SELECT ${geofencesNear(userId, incoming)} AS geofences, ${latestOf(userId)} AS latest, ${sameMoments(userId, incoming)} AS others,
      NULL AS bucket, NULL AS part, NULL AS version, NULL AS firstId, NULL AS south, NULL AS west, NULL AS points, NULL AS removed
    FROM users WHERE id = ${userId}
    UNION ALL
    SELECT NULL, NULL, NULL, ${CHUNK_COLUMNS} FROM track_chunks
    WHERE user_id = ${userId} AND bucket IN (SELECT value FROM json_each(${buckets}))`);
  const head = rows.find(({ bucket }) => bucket === null);
  if (!head) return null;
  const latest = JSON.parse(head.latest ?? "null") as
    | [number, number, string, number | null, number | null]
    | null;
  const others = JSON.parse(head.others ?? "[]") as [number, number, number][];
  return {
    chunks: rows.flatMap((row) => (row.bucket === null ? [] : unpackChunk(row))),
    others: others.map(([at, latitude, longitude]) => ({ at, latitude, longitude })),
    latest: latest && { id: latest[0], at: latest[1], cell: latest[2], bucket: latest[3], part: latest[4] },
    geofences: readGeofences(head.geofences),
  };
}

function latestOf(userId: number): SQL {
  return sql`(SELECT json_array(v.report_id, v.at, v.cell, l.bucket, l.part) FROM latest_places v
    JOIN latest_locations l ON l.user_id = v.user_id WHERE v.user_id = ${userId})`;
}

/** SQL value: single reports with the times of new points, of those that can be repeated. */
function sameMoments(userId: number, incoming: readonly StoredPoint[]): SQL {
  const times = JSON.stringify([...new Set(incoming.filter(canBeRepeated).map(({ at }) => at))]);
  return sql`(SELECT json_group_array(json_array(at, latitude, longitude)) FROM location_reports
    WHERE user_id = ${userId} AND at IN (SELECT value FROM json_each(${times}))
      AND at <> received_at AND (flag IS NULL OR flag = 'jump'))`;
}
