/** Finds and lists location reports, and the latest location of each user. */
import { and, asc, gte, lte, or, type SQL, sql } from "drizzle-orm";
import { isInCells } from "../../../platform/cells.ts";
import { runBatch } from "../../../platform/db/client.ts";
import { bandAround, distanceBetween, type Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isBlocked } from "../../social/index.ts";
import { BUCKET } from "../chunks/packing.ts";
import { UNPACKED } from "../chunks/queries.ts";
import type { Flag } from "../points/filter-rules.ts";
import { userOfPoint } from "../points/ids.ts";
import { latestPlaces } from "../tables.ts";

export interface Report extends Place {
  readonly id: number;
  readonly userId: number;
  /** Epoch ms. */
  readonly at: number;
  readonly accuracy: number | null;
  readonly speed: number | null;
  readonly heading: number | null;
  readonly flag: Flag | null;
}

/** Degrees. A box with west greater than east crosses the antimeridian. */
export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

export interface Circle extends Place {
  /** Metres. */
  readonly radius: number;
}

export interface ReportFilter {
  readonly userId?: number | undefined;
  /** Epoch ms, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly box?: Box | undefined;
  /** Only reports in this circle, the nearest first. */
  readonly near?: Circle | undefined;
  /** Includes flagged reports. */
  readonly flagged?: boolean | undefined;
}

export interface ReportWindow {
  readonly limit: number;
  /** The last report of the previous page. */
  readonly after: { readonly at: number; readonly id: number } | null;
}

/** SQL: the columns of `Report` in `location_reports`. */
const SINGLE = sql.raw(
  "id, user_id AS userId, at, received_at AS receivedAt, latitude, longitude, accuracy, speed, heading, flag",
);
/** How many chunks a page of reports unpacks at a time. */
const CHUNKS = 50;
const DEGREE = 1e7;
/** No time is earlier: the year 1. */
const BEGINNING = Date.parse("0001-01-01T00:00:00Z");

/**
 * Reports in the order of their times, or by distance; all of them without a window. One transaction; a page of few reports
 * from many chunks takes more.
 */
export async function listReports(
  ctx: RequestContext,
  filter: ReportFilter,
  window: ReportWindow | null,
): Promise<Report[]> {
  // An order by distance needs all rows before the limit.
  if (!window || filter.near) {
    const all = nearest(await ctx.db.all<Report>(await select(filter, null, null)), filter.near);
    return (window ? all.slice(0, window.limit) : all).map(toReport);
  }
  const found: Report[] = [];
  let from = Math.max(filter.from ?? BEGINNING, window.after?.at ?? BEGINNING);
  for (;;) {
    const horizon = horizonOf(filter, from);
    const [end, page] = (await runBatch(ctx.db, [
      ctx.db.run(sql`SELECT ${horizon} AS horizon`),
      ctx.db.run(
        sql`${await select({ ...filter, from }, window, horizon)} LIMIT ${window.limit - found.length}`,
      ),
    ])) as [{ results: { horizon: number | null }[] }, { results: Report[] }];
    found.push(...page.results.map(toReport));
    const next = end.results[0]?.horizon ?? null;
    if (found.length >= window.limit || next === null) return found;
    from = next;
  }
}

const toReport = ({
  id,
  userId,
  at,
  latitude,
  longitude,
  accuracy,
  speed,
  heading,
  flag,
}: Report): Report => ({
  id,
  userId,
  at,
  latitude,
  longitude,
  accuracy,
  speed,
  heading,
  flag,
});

/** SQL: reports by time. Each side has the conditions that its own indexes can use. */
async function select(filter: ReportFilter, window: ReportWindow | null, horizon: SQL | null): Promise<SQL> {
  const after = window?.after;
  const wanted = and(
    sql`true`,
    filter.flagged ? undefined : sql`flag IS NULL`,
    after ? sql`(at, id) > (${after.at}, ${after.id})` : undefined,
    horizon === null ? undefined : sql`at < coalesce(${horizon}, ${Number.MAX_SAFE_INTEGER})`,
    places(filter),
  );
  return sql`SELECT * FROM (
    SELECT ${SINGLE} FROM location_reports WHERE ${await singles(filter)}
    UNION ALL
    SELECT ${UNPACKED} FROM track_chunks c, json_each(c.points) p WHERE ${chunks(filter)}
      ${horizon ? sql`AND c.bucket < coalesce(${horizon}, ${Number.MAX_SAFE_INTEGER})` : sql``}
    ) WHERE ${wanted} ORDER BY at, id`;
}

/** SQL value: up to where a page unpacks chunks; null for the end. All chunks of one time belong together. */
function horizonOf(filter: ReportFilter, from: number): SQL {
  const buckets = sql`SELECT c.bucket FROM track_chunks c WHERE ${chunks({ ...filter, from })} ORDER BY c.bucket LIMIT 1`;
  return sql`max((${buckets} OFFSET ${CHUNKS}), (${buckets}) + ${BUCKET})`;
}

/** SQL condition for `location_reports`. */
async function singles({ userId, from, to, near }: ReportFilter): Promise<SQL | undefined> {
  return and(
    sql`at >= ${from ?? BEGINNING}`,
    to === undefined ? undefined : sql`at <= ${to}`,
    userId === undefined ? undefined : sql`user_id = ${userId}`,
    near && (await isInCells(sql.raw("cell"), near, near.radius)),
  );
}

/** SQL condition for a row `c` of `track_chunks` that may have such points. */
function chunks({ userId, from, to, near, box }: ReportFilter): SQL | undefined {
  const { south, north } = near ? bandAround(near, near.radius) : (box ?? { south: -90, north: 90 });
  return and(
    sql`c.bucket > ${(from ?? BEGINNING) - BUCKET}`,
    to === undefined ? undefined : sql`c.bucket <= ${to}`,
    userId === undefined ? undefined : sql`c.user_id = ${userId}`,
    near || box ? sql`c.south <= ${north * DEGREE} AND c.north >= ${south * DEGREE}` : undefined,
    box && box.west <= box.east
      ? sql`c.west <= ${box.east * DEGREE} AND c.east >= ${box.west * DEGREE}`
      : undefined,
  );
}

/**
 * The latest location of each user, by user or by distance. Leaves out users who have blocked the viewer or whom the
 * viewer has blocked; staff sees all. One statement.
 */
export async function listLatest(
  ctx: RequestContext,
  { userId, isStaff }: Pick<Caller, "userId" | "isStaff">,
  filter: ReportFilter,
): Promise<Report[]> {
  const { near } = filter;
  const blocked = isStaff ? undefined : sql`NOT ${isBlocked(latestPlaces.userId, userId)}`;
  const { reportId, ...columns } = LATEST;
  const rows = await ctx.db
    .select({ id: reportId, ...columns })
    .from(latestPlaces)
    .where(and(near && (await isInCells(latestPlaces.cell, near, near.radius)), places(filter), blocked))
    .orderBy(asc(latestPlaces.userId));
  return nearest(
    rows.map((row) => ({ ...row, flag: null })),
    near,
  );
}

const LATEST = {
  reportId: latestPlaces.reportId,
  userId: latestPlaces.userId,
  at: latestPlaces.at,
  latitude: latestPlaces.latitude,
  longitude: latestPlaces.longitude,
  accuracy: latestPlaces.accuracy,
  speed: latestPlaces.speed,
  heading: latestPlaces.heading,
};

/** SQL condition: within the times, the box and the band of latitudes around the circle. */
function places({ from, to, box, near }: ReportFilter): SQL | undefined {
  const [at, latitude, longitude] = [sql.raw("at"), sql.raw("latitude"), sql.raw("longitude")];
  const band = near && bandAround(near, near.radius);
  return and(
    from === undefined ? undefined : gte(at, from),
    to === undefined ? undefined : lte(at, to),
    box && and(gte(latitude, box.south), lte(latitude, box.north)),
    box && (box.west <= box.east ? and : or)(gte(longitude, box.west), lte(longitude, box.east)),
    band && and(gte(latitude, band.south), lte(latitude, band.north)),
  );
}

function nearest(reports: readonly Report[], near: Circle | undefined): Report[] {
  if (!near) return [...reports];
  return reports
    .map((report) => ({ report, distance: distanceBetween(near, report) }))
    .filter(({ distance }) => distance <= near.radius)
    .sort((one, other) => one.distance - other.distance)
    .map(({ report }) => report);
}

/** A report that the caller may read and change: their own, or any for staff. `receivedAt` in epoch ms. */
export async function findReport(
  ctx: RequestContext,
  caller: Caller,
  id: number,
): Promise<(Report & { readonly receivedAt: number }) | null> {
  const owner = userOfPoint(id);
  const [row] = await ctx.db.all<Report & { readonly receivedAt: number }>(sql`
    SELECT ${SINGLE} FROM location_reports WHERE id = ${id}
    UNION ALL
    SELECT ${UNPACKED} FROM track_chunks c, json_each(c.points) p
    WHERE c.user_id = ${owner} AND c.first_id <= ${id} AND c.last_id >= ${id} AND c.first_id + (p.value ->> 0) = ${id}`);
  return row && (caller.isStaff || row.userId === caller.userId) ? row : null;
}
