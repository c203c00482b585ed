/** Corrects and removes single location reports. */
import { eq, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { cellOf } from "../../../platform/cells.ts";
import { auditEntry } from "../../../platform/db/audit.ts";
import { says } from "../../../platform/db/client.ts";
import { commit } from "../../../platform/db/outbox.ts";
import type { Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { writeChunks } from "../chunks/commands.ts";
import { withoutPoint } from "../chunks/merging.ts";
import type { Chunk, StoredPoint } from "../chunks/packing.ts";
import { readChunks } from "../chunks/queries.ts";
import { userOfPoint } from "../points/ids.ts";
import { locationReports } from "../tables.ts";
import { refreshLatest } from "./latest.ts";
import { findReport, type Report } from "./queries.ts";

export type ReportFacts = Partial<Omit<Report, "id" | "at" | "flag">>;

/** How often a removal from a chunk is tried when the room's archive comes first. */
const ATTEMPTS = 5;

/**
 * Corrects a report. A corrected place loses its flag. A corrected report leaves its chunk and becomes a row of its own,
 * because it may get another user. Null when the report was deleted meanwhile.
 */
export async function changeReport(
  ctx: RequestContext,
  caller: Caller,
  report: Report,
  facts: ReportFacts,
): Promise<Report | "no_user" | null> {
  const owners = [...new Set([report.userId, facts.userId ?? report.userId])];
  const rest = async () => [
    ...(await refreshLatest(ctx, report.id, owners)),
    ...audit(ctx, caller, "location_report.change", report, facts),
  ];
  const { latitude, longitude } = facts;
  const place = latitude === undefined || longitude === undefined ? null : { latitude, longitude };
  const update = ctx.db
    .update(locationReports)
    // An update needs something to set.
    .set({ id: report.id, ...facts, ...(place && { cell: await cellOf(place), flag: flagAt(place) }) })
    .where(eq(locationReports.id, report.id));
  try {
    const isDone = await withoutOriginal(
      ctx,
      report.id,
      async (point) => [
        ctx.db
          .insert(locationReports)
          .values({ ...(await corrected(point, facts)), userId: facts.userId ?? report.userId }),
        ...(await rest()),
      ],
      async () => commit(ctx, update.returning({ id: locationReports.id }), [], await rest()),
    );
    return isDone ? await findReport(ctx, caller, report.id) : null;
  } catch (error) {
    if (says(error, "FOREIGN KEY constraint failed")) return "no_user";
    throw error;
  }
}

/** SQL value: the flag, or NULL when the report moves. */
const flagAt = ({ latitude, longitude }: Place) =>
  sql`iif(${locationReports.latitude} = ${latitude} AND ${locationReports.longitude} = ${longitude}, ${locationReports.flag}, NULL)`;

/** The row of a point that leaves its chunk. */
async function corrected(point: StoredPoint, facts: ReportFacts) {
  const changed = { ...point, ...facts };
  const stays = point.latitude === changed.latitude && point.longitude === changed.longitude;
  return { ...changed, cell: await cellOf(changed), flag: stays ? point.flag : null };
}

/** Deletes a report; false when it was deleted already. */
export async function removeReport(ctx: RequestContext, caller: Caller, report: Report): Promise<boolean> {
  return deleteReport(ctx, report, audit(ctx, caller, "location_report.delete", report, null));
}

/** Deletes a report in one transaction with further statements. */
export async function deleteReport(
  ctx: RequestContext,
  { id, userId }: Pick<Report, "id" | "userId">,
  also: readonly BatchItem<"sqlite">[],
): Promise<boolean> {
  const rest = async () => [...(await refreshLatest(ctx, id, [userId])), ...also];
  return withoutOriginal(ctx, id, rest, async () =>
    commit(ctx, ctx.db.delete(locationReports).where(eq(locationReports.id, id)), [], await rest()),
  );
}

/**
 * Takes a report out of its chunk, in one transaction with further statements. `single` does it for a report that is in no
 * chunk. False when there is no such report.
 */
async function withoutOriginal(
  ctx: RequestContext,
  id: number,
  rest: (point: StoredPoint) => Promise<readonly BatchItem<"sqlite">[]>,
  single: () => Promise<unknown>,
): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await findInChunk(ctx, id);
    if (!found) return (await single()) !== null;
    const { userId, point, without } = found;
    const [write, ...more] = await writeChunks(ctx, userId, [without]);
    if (write && (await commit(ctx, write, [], [...more, ...(await rest(point))]))) return true;
  }
  throw new Error("Other writers kept changing this chunk.");
}

async function findInChunk(ctx: RequestContext, id: number) {
  const userId = userOfPoint(id);
  if (userId === null) return null;
  const chunks = await readChunks(ctx, userId, sql`first_id <= ${id} AND last_id >= ${id}`);
  for (const chunk of chunks) {
    const point = chunk.points.find((each) => each.id === id);
    const without: Chunk | null = withoutPoint(chunk, id);
    if (point && without) return { userId, point, without };
  }
  return null;
}

/** An audit row when staff changes somebody else's report; none otherwise. */
function audit(ctx: RequestContext, caller: Caller, action: string, before: Report, after: object | null) {
  if (before.userId === caller.userId) return [];
  return [auditEntry(ctx, caller, { action, subject: `location_report:${before.id}`, before, after })];
}
