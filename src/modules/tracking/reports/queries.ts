/** Reports one by one and in lists, and the latest of everybody. */
import { and, asc, between, eq, gte, inArray, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { auditEntry } from "../../../platform/db/audit.ts";
import { says } from "../../../platform/db/client.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { bandAround, cellOf, cellsAround, distanceBetween, type Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isBlocked } from "../../social/index.ts";
import type { Flag } from "../points/rules.ts";
import { latestLocations, locationReports } from "../tables.ts";
import { newestArchived } from "../tracks/queries.ts";

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

/** West and south first. A box whose west is east of its east goes around the other side of the earth. */
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
  /** Nearest first. */
  readonly near?: Circle | undefined;
  /** With those that are not taken at their word. */
  readonly flagged?: boolean | undefined;
}

export interface ReportWindow {
  readonly limit: number;
  /** The last one that was seen. */
  readonly after: { readonly at: number; readonly id: number } | null;
}

const table = locationReports;
const COLUMNS = {
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

/** In the order of their times, or by distance. Whole without a window. One statement. */
export async function listReports(
  ctx: RequestContext,
  filter: ReportFilter,
  window: ReportWindow | null,
): Promise<Report[]> {
  const after = window?.after;
  const query = ctx.db
    .select(COLUMNS)
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
  // What is ordered by distance is measured first, and cut afterwards.
  const rows = await (window && !filter.near ? query.limit(window.limit) : query);
  const near = nearest(rows, filter.near);
  return window ? near.slice(0, window.limit) : near;
}

/**
 * Where everybody was last, by person or by distance, without those who block the viewer or are blocked by them; staff
 * sees all. One statement.
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

/** A report that this caller may see and change: their own, anybody's for staff. */
export async function findReport(ctx: RequestContext, caller: Caller, id: number): Promise<Report | null> {
  const [row] = await ctx.db.select(COLUMNS).from(table).where(eq(table.id, id));
  return row && (caller.isStaff || row.userId === caller.userId) ? row : null;
}

export type ReportFacts = Partial<Omit<Report, "id" | "at" | "flag">>;

/** A place that somebody corrected by hand is taken at its word. Null when the report is gone. */
export async function changeReport(
  ctx: RequestContext,
  caller: Caller,
  report: Report,
  facts: ReportFacts,
): Promise<Report | "no_user" | null> {
  const { latitude, longitude } = facts;
  const place = latitude === undefined || longitude === undefined ? null : { latitude, longitude };
  const change = {
    // An update needs something to set.
    id: report.id,
    ...facts,
    ...(place && { cell: cellOf(place), flag: flagAt(place) }),
  };
  const update = ctx.db.update(table).set(change).where(eq(table.id, report.id)).returning(COLUMNS);
  const owners = [...new Set([report.userId, facts.userId ?? report.userId])];
  const rest = [
    ...(await refreshLatest(ctx, report.id, owners)),
    ...audit(ctx, caller, "location_report.change", report, facts),
  ];
  try {
    const rows = await commit(ctx, update, [], rest);
    return rows?.[0] ?? null;
  } catch (error) {
    if (says(error, "FOREIGN KEY constraint failed")) return "no_user";
    throw error;
  }
}

/** The flag goes when the report moves. */
const flagAt = ({ latitude, longitude }: Place) =>
  sql`iif(${table.latitude} = ${latitude} AND ${table.longitude} = ${longitude}, ${table.flag}, NULL)`;

/** False when it was gone already. */
export async function removeReport(ctx: RequestContext, caller: Caller, report: Report): Promise<boolean> {
  const remove = ctx.db.delete(table).where(eq(table.id, report.id));
  const rest = [
    ...(await refreshLatest(ctx, report.id, [report.userId])),
    ...audit(ctx, caller, "location_report.delete", report, null),
  ];
  return (await commit(ctx, remove, [], rest)) !== null;
}

/** After a report was touched: the latest place of its person is looked up anew, unless it is another report. */
export async function refreshLatest(
  ctx: RequestContext,
  id: number,
  owners: readonly number[],
): Promise<BatchItem<"sqlite">[]> {
  const forget = ctx.db
    .delete(latestLocations)
    .where(and(inArray(latestLocations.userId, [...owners]), eq(latestLocations.reportId, id)));
  const find = owners.map(async (userId) => [
    advance(
      ctx,
      sql`
      SELECT user_id, id, at, received_at, latitude, longitude, accuracy, speed, heading, cell FROM location_reports
      WHERE user_id = ${userId} AND flag IS NULL ORDER BY at DESC, id DESC LIMIT 1`,
    ),
    ...(await latestFromArchive(ctx, userId, id)),
  ]);
  return [forget, ...(await Promise.all(find)).flat()];
}

/** The newest good point of the days that are objects by now, where nothing but the touched report is newer. */
async function latestFromArchive(
  ctx: RequestContext,
  userId: number,
  touched: number,
): Promise<BatchItem<"sqlite">[]> {
  const point = await newestArchived(ctx, userId, touched);
  if (!point) return [];
  const { id, at, receivedAt, latitude, longitude, accuracy, speed, heading } = point;
  return [
    advance(
      ctx,
      sql`
      SELECT id, ${id}, ${at}, ${receivedAt}, ${latitude}, ${longitude}, ${accuracy}, ${speed}, ${heading}, ${cellOf(point)}
      FROM users WHERE id = ${userId}`,
    ),
  ];
}

/** Moves a latest place forward to the row that is chosen, never back. */
function advance(ctx: RequestContext, chosen: SQL) {
  return ctx.db.run(sql`
    INSERT INTO latest_locations (user_id, report_id, at, received_at, latitude, longitude, accuracy, speed, heading, cell)
    SELECT * FROM (${chosen}) WHERE true
    ON CONFLICT (user_id) DO UPDATE SET report_id = excluded.report_id, at = excluded.at,
      received_at = excluded.received_at, latitude = excluded.latitude, longitude = excluded.longitude,
      accuracy = excluded.accuracy, speed = excluded.speed, heading = excluded.heading, cell = excluded.cell
    WHERE (excluded.at, excluded.report_id) > (latest_locations.at, latest_locations.report_id)`);
}

/** The row that staff leaves behind when it acts on somebody else's report. */
function audit(ctx: RequestContext, caller: Caller, action: string, before: Report, after: object | null) {
  if (before.userId === caller.userId) return [];
  return [auditEntry(ctx, caller, { action, subject: `location_report:${before.id}`, before, after })];
}
