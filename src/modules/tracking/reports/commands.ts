/** Corrects and removes single location reports. */
import { eq, sql } from "drizzle-orm";
import { auditEntry } from "../../../platform/db/audit.ts";
import { says } from "../../../platform/db/client.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { cellOf, type Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { locationReports } from "../tables.ts";
import { refreshLatest } from "./latest.ts";
import { REPORT_COLUMNS, type Report } from "./queries.ts";

export type ReportFacts = Partial<Omit<Report, "id" | "at" | "flag">>;

/** Corrects a report. A corrected place loses its flag. Null when the report was deleted meanwhile. */
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
  const update = ctx.db
    .update(locationReports)
    .set(change)
    .where(eq(locationReports.id, report.id))
    .returning(REPORT_COLUMNS);
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

/** SQL value: the flag, or NULL when the report moves. */
const flagAt = ({ latitude, longitude }: Place) =>
  sql`iif(${locationReports.latitude} = ${latitude} AND ${locationReports.longitude} = ${longitude}, ${locationReports.flag}, NULL)`;

/** Deletes a report; false when it was deleted already. */
export async function removeReport(ctx: RequestContext, caller: Caller, report: Report): Promise<boolean> {
  const remove = ctx.db.delete(locationReports).where(eq(locationReports.id, report.id));
  const rest = [
    ...(await refreshLatest(ctx, report.id, [report.userId])),
    ...audit(ctx, caller, "location_report.delete", report, null),
  ];
  return (await commit(ctx, remove, [], rest)) !== null;
}

/** An audit row when staff changes somebody else's report; none otherwise. */
function audit(ctx: RequestContext, caller: Caller, action: string, before: Report, after: object | null) {
  if (before.userId === caller.userId) return [];
  return [auditEntry(ctx, caller, { action, subject: `location_report:${before.id}`, before, after })];
}
