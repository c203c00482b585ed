/** Finds and lists location reports, and the latest location of each user. */
import { and, asc, between, eq, gte, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import { bandAround, cellsAround, distanceBetween, type Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isBlocked } from "../../social/index.ts";
import type { Flag } from "../points/filter-rules.ts";
import { latestLocations, locationReports } from "../tables.ts";

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

const table = locationReports;
export const REPORT_COLUMNS = {
  id: table.id,
  userId: table.userId,
  at: table.at,
  latitude: table.latitude,
  longitude: table.longitude,
  accuracy: table.accuracy,
  speed: table.speed,
  heading: table.heading,
  flag: table.flag,
};
const LATEST = {
  id: latestLocations.reportId,
  userId: latestLocations.userId,
  at: latestLocations.at,
  latitude: latestLocations.latitude,
  longitude: latestLocations.longitude,
  accuracy: latestLocations.accuracy,
  speed: latestLocations.speed,
  heading: latestLocations.heading,
};

/** Reports in the order of their times, or by distance; all of them without a window. One statement. */
export async function listReports(
  ctx: RequestContext,
  filter: ReportFilter,
  window: ReportWindow | null,
): Promise<Report[]> {
  const after = window?.after;
  const query = ctx.db
    .select(REPORT_COLUMNS)
    .from(table)
    .where(
      and(
        filter.userId === undefined ? undefined : eq(table.userId, filter.userId),
        filter.flagged ? undefined : isNull(table.flag),
        after ? sql`(${table.at}, ${table.id}) > (${after.at}, ${after.id})` : undefined,
        conditions(table, filter),
      ),
    )
    .orderBy(asc(table.at), asc(table.id))
    .$dynamic();
  // An order by distance needs all rows before the limit.
  const rows = await (window && !filter.near ? query.limit(window.limit) : query);
  const near = nearest(rows, filter.near);
  return window ? near.slice(0, window.limit) : near;
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
  const blocked = isStaff ? undefined : sql`NOT ${isBlocked(latestLocations.userId, userId)}`;
  const rows = await ctx.db
    .select(LATEST)
    .from(latestLocations)
    .where(and(conditions(latestLocations, filter), blocked))
    .orderBy(asc(latestLocations.userId));
  return nearest(
    rows.map((row) => ({ ...row, flag: null })),
    filter.near,
  );
}

function conditions(
  columns: typeof locationReports | typeof latestLocations,
  filter: ReportFilter,
): SQL | undefined {
  const { from, to, box, near } = filter;
  const cells = near && cellsAround(near, near.radius);
  const band = near && bandAround(near, near.radius);
  return and(
    from === undefined ? undefined : gte(columns.at, from),
    to === undefined ? undefined : lte(columns.at, to),
    box && and(gte(columns.latitude, box.south), lte(columns.latitude, box.north)),
    box &&
      (box.west <= box.east ? and : or)(gte(columns.longitude, box.west), lte(columns.longitude, box.east)),
    band && between(columns.latitude, band.south, band.north),
    cells ? sql`${columns.cell} IN (SELECT value FROM json_each(${JSON.stringify(cells)}))` : undefined,
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

/** A report that the caller may read and change: their own, or any for staff. */
export async function findReport(ctx: RequestContext, caller: Caller, id: number): Promise<Report | null> {
  const [row] = await ctx.db.select(REPORT_COLUMNS).from(table).where(eq(table.id, id));
  return row && (caller.isStaff || row.userId === caller.userId) ? row : null;
}
