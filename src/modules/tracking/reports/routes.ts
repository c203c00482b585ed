/** `/api/v1/location-reports/…`: report locations, list reports and latest locations. */

import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../platform/http/errors.ts";
import { integer } from "../../../platform/http/input/fields.ts";
import { linkTo } from "../../../platform/http/lists/paging.ts";
import { fill } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { literal, text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { findUser } from "../../identity/index.ts";
import { jsonResponse } from "../json.ts";
import { userOfPoint } from "../points/ids.ts";
import { type ReportedPoint, storePoints } from "../points/store.ts";
import { formatOf, latestQuery, reportQuery, toFilter, toWindow, writePosition } from "../schemas.ts";
import { reportFeatures } from "../tracks/export-formats.ts";
import { flushTrack } from "../tracks/queries.ts";
import { auditView } from "../visibility/audit.ts";
import { changeReport, type ReportFacts, removeReport } from "./commands.ts";
import { findReport, listLatest, listReports, type Report } from "./queries.ts";
import {
  LatestWire,
  NewReport,
  PointsBatch,
  ReportChange,
  ReportReplacement,
  ReportWire,
  toLatestWire,
  toPlace,
  toPlacedPoint,
  toPoint,
  toReportWire,
} from "./schemas.ts";

const tag = "Tracking";
const challenge = "Token";
const path = "/api/v1/location-reports";
const params = z.object({ id: integer({ min: 1 }) });

const texts = {
  noReport: literal("No LocationReport matches the given query."),
  noSuchKey: text(
    'Invalid pk "{key}" - object does not exist.',
    'Недопустимый первичный ключ "{key}" - объект не существует.',
  ),
};

const GEOJSON = { "Content-Type": "application/geo+json" };

const unknownUser = (key: number) => invalid({ user: fill(texts.noSuchKey, { key }) });

/** Staff may report for another user. For everybody else the named user is ignored. */
const reporter = (caller: Caller, named: number | undefined) =>
  caller.isStaff && named !== undefined ? named : caller.userId;

const list = route({
  method: "get",
  path,
  tag,
  challenge,
  summary: "List location reports",
  description:
    "Your own reports; staff sees all users' reports, or one user's by `user`. Days past the retention are in the tracks only. With `limit` the next page is in the `Link` header.",
  access: "signedIn",
  query: reportQuery,
  responses: { 200: z.array(ReportWire) },
  async handle({ ctx, caller, query, request }) {
    // Other users' reports are not refused: the list is empty.
    if (!caller.isStaff && query.user !== undefined && query.user !== caller.userId)
      return jsonResponse(200, []);
    const filter = { ...toFilter(query), flagged: query.flagged };
    const userId = caller.isStaff ? query.user : caller.userId;
    const window = toWindow(query);
    if (userId !== undefined) await flushTrack(ctx, userId);
    const reports = await listReports(ctx, { ...filter, userId }, window);
    if (userId !== caller.userId) await auditView(ctx, caller, userId ?? null, { door: "reports" });
    const chosenFormat = formatOf(request, query.format, ["geojson"]);
    const headers = nextPage(ctx, request, reports, filter.near ? undefined : window?.limit);
    if (chosenFormat === "geojson")
      return jsonResponse(200, reportFeatures(reports), { ...GEOJSON, ...headers });
    return jsonResponse(200, reports.map(toReportWire), headers);
  },
});

/** The `Link` header to the next page. Source: RFC 8288. */
function nextPage(
  ctx: RequestContext,
  request: Request,
  reports: readonly Report[],
  limit: number | undefined,
): Record<string, string> {
  const last = reports.at(-1);
  if (!last || reports.length !== limit) return {};
  return { Link: `<${linkTo(ctx, request, { cursor: writePosition(last) })}>; rel="next"` };
}

const create = route({
  method: "post",
  path,
  tag,
  challenge,
  summary: "Report your location",
  access: "signedIn",
  creates: true,
  body: NewReport,
  responses: { 201: ReportWire },
  async handle({ ctx, caller, body }) {
    const userId = reporter(caller, body.user);
    if (userId !== caller.userId && !(await findUser(ctx, userId))) throw unknownUser(userId);
    const stored = await storePoints(ctx, userId, [toPoint(body)]);
    if (!stored) throw unknownUser(userId);
    return jsonResponse(201, wires(userId, stored)[0]);
  },
});

const createBatch = route({
  method: "post",
  path: `${path}/batch`,
  tag,
  challenge,
  summary: "Report past locations in a batch",
  description: "Points with their own times, in any order. Doubtful points come back with a `flag`.",
  access: "signedIn",
  creates: true,
  body: PointsBatch,
  responses: { 201: z.array(ReportWire) },
  async handle({ ctx, caller, body }) {
    const stored = await storePoints(ctx, caller.userId, body.points.map(toPlacedPoint));
    if (!stored) throw unknownUser(caller.userId);
    return jsonResponse(201, wires(caller.userId, stored));
  },
});

const wires = (userId: number, points: readonly ReportedPoint[]) =>
  points.map((point) => toReportWire({ ...point, userId }));

const latest = route({
  method: "get",
  path: `${path}/latest`,
  tag,
  challenge,
  summary: "List the latest location of each user",
  description: "Leaves out users who have blocked you and users whom you have blocked.",
  access: "signedIn",
  query: latestQuery,
  responses: { 200: z.array(LatestWire) },
  async handle({ ctx, caller, query, request }) {
    await flushTrack(ctx, caller.userId);
    const reports = await listLatest(ctx, caller, toFilter(query));
    if (formatOf(request, query.format, ["geojson"]) === "geojson")
      return jsonResponse(200, reportFeatures(reports), GEOJSON);
    return jsonResponse(200, reports.map(toLatestWire));
  },
});

async function requireReport(ctx: RequestContext, caller: Caller, id: number): Promise<Report> {
  const report = (await findReport(ctx, caller, id)) ?? (await findUnarchived(ctx, caller, id));
  if (!report) throw notFound(texts.noReport);
  return report;
}

/** A report that only the track room has yet. */
async function findUnarchived(ctx: RequestContext, caller: Caller, id: number): Promise<Report | null> {
  const userId = userOfPoint(id);
  if (userId === null || (userId !== caller.userId && !caller.isStaff)) return null;
  await flushTrack(ctx, userId);
  return findReport(ctx, caller, id);
}

const read = route({
  method: "get",
  path: `${path}/:id{\\d+}`,
  tag,
  challenge,
  summary: "Read a location report",
  access: "signedIn",
  params,
  responses: { 200: ReportWire },
  async handle({ ctx, caller, params }) {
    const report = await requireReport(ctx, caller, params.id);
    if (report.userId !== caller.userId)
      await auditView(ctx, caller, report.userId, { door: "report", id: report.id });
    return jsonResponse(200, toReportWire(report));
  },
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id{\\d+}`,
    tag,
    challenge,
    summary: "Correct a location report",
    description: "The time stays. Staff may correct any report and change its user.",
    access: "signedIn",
    params,
    body: method === "put" ? ReportReplacement : ReportChange,
    responses: { 200: ReportWire },
    async handle({ ctx, caller, params, body }) {
      const report = await requireReport(ctx, caller, params.id);
      const changed = await changeReport(ctx, caller, report, toFacts(caller, body));
      if (changed === "no_user") throw unknownUser(body.user ?? 0);
      if (!changed) throw notFound(texts.noReport);
      return jsonResponse(200, toReportWire(changed));
    },
  });

/** The facts that a body gives. */
function toFacts(caller: Caller, { location, user, ...quality }: z.output<typeof ReportChange>): ReportFacts {
  const given = Object.entries(quality).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    ...(location ? toPlace(location) : {}),
    ...(caller.isStaff && user !== undefined ? { userId: user } : {}),
  };
}

const remove = route({
  method: "delete",
  path: `${path}/:id{\\d+}`,
  tag,
  challenge,
  summary: "Delete a location report",
  access: "signedIn",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const report = await requireReport(ctx, caller, params.id);
    if (!(await removeReport(ctx, caller, report))) throw notFound(texts.noReport);
    return respond(204, null);
  },
});

export const reportRoutes: readonly Route[] = [
  list,
  create,
  createBatch,
  latest,
  read,
  change("put"),
  change("patch"),
  remove,
];
