/** Adds points to chunks. Pure: chunks and points in, the changed chunks out. */
import { SAME_PLACE } from "../points/filter-rules.ts";
import { bucketOf, type Chunk, MOST_POINTS, type StoredPoint } from "./packing.ts";

/** What two points share when one repeats the other. */
export type Moment = Pick<StoredPoint, "at" | "latitude" | "longitude">;

/**
 * The chunks that change when these points come, each with its next version. A point that is there already changes nothing,
 * and a removed one does not come again: a room may archive an entry twice. A good point that repeats another one is flagged
 * as a duplicate, however long ago and by whatever way that came. `others` are reports outside the chunks.
 */
export function addPoints(
  chunks: readonly Chunk[],
  incoming: readonly StoredPoint[],
  others: readonly Moment[],
): Chunk[] {
  const changed: Chunk[] = [];
  const buckets = Map.groupBy(incoming, ({ at }) => bucketOf(at));
  for (const [bucket, points] of buckets) {
    const parts = chunks.filter((chunk) => chunk.bucket === bucket);
    changed.push(...addToBucket(bucket, parts, points, others));
  }
  return changed;
}

function addToBucket(
  bucket: number,
  parts: readonly Chunk[],
  incoming: readonly StoredPoint[],
  others: readonly Moment[],
): Chunk[] {
  const stored = parts.flatMap(({ points }) => points);
  const byId = new Map(stored.map((point) => [point.id, point]));
  const removed = new Set(parts.flatMap((part) => part.removed));
  const originals = new Map<number, Moment[]>();
  const note = (moment: Moment) => originals.set(moment.at, [...(originals.get(moment.at) ?? []), moment]);
  for (const moment of [...others, ...stored.filter(canBeRepeated)]) note(moment);
  const added: StoredPoint[] = [];
  for (const sent of incoming) {
    const same = byId.get(sent.id);
    if (removed.has(sent.id) || (same && [...byId.values()].some((other) => isSameReport(other, sent))))
      continue;
    const point = { ...sent, id: same ? Math.max(...byId.keys()) + 1 : sent.id };
    const repeats =
      canBeRepeated(point) && originals.get(point.at)?.some((other) => isSamePlace(other, point));
    const judged: StoredPoint = repeats ? { ...point, flag: "duplicate" } : point;
    if (canBeRepeated(judged)) note(judged);
    byId.set(judged.id, judged);
    added.push(judged);
  }
  return added.length === 0 ? [] : fill(bucket, parts, added);
}

/** Puts points into the last part, and what does not fit into further parts. */
function fill(bucket: number, parts: readonly Chunk[], added: readonly StoredPoint[]): Chunk[] {
  const last = parts.toSorted((one, other) => one.part - other.part).at(-1);
  const chunks: Chunk[] = [];
  let open: Chunk = last ?? { bucket, part: 0, version: 0, points: [], removed: [] };
  for (let from = 0; from < added.length; ) {
    const room = MOST_POINTS - open.points.length;
    if (room > 0) {
      const points = [...open.points, ...added.slice(from, from + room)];
      chunks.push({ ...open, version: open.version + 1, points });
      from += room;
    }
    open = { bucket, part: open.part + 1, version: 0, points: [], removed: [] };
  }
  return chunks;
}

/** Only a point with a time of its own that was taken at its word, or was a jump, can be repeated by another. */
export function canBeRepeated({
  at,
  receivedAt,
  flag,
}: Pick<StoredPoint, "at" | "receivedAt" | "flag">): boolean {
  return at !== receivedAt && (flag === null || flag === "jump");
}

/** A room that has lost its journal may give a number again; then the later point gets another one. */
function isSameReport(one: StoredPoint, other: StoredPoint): boolean {
  return one.at === other.at && one.receivedAt === other.receivedAt && isSamePlace(one, other);
}

function isSamePlace(one: Moment, other: Moment): boolean {
  return (
    Math.abs(one.latitude - other.latitude) < SAME_PLACE &&
    Math.abs(one.longitude - other.longitude) < SAME_PLACE
  );
}

/** A chunk without a point, which will not come again; null when it is not there. */
export function withoutPoint(chunk: Chunk, id: number): Chunk | null {
  const points = chunk.points.filter((point) => point.id !== id);
  if (points.length === chunk.points.length) return null;
  return { ...chunk, version: chunk.version + 1, points, removed: [...chunk.removed, id] };
}
