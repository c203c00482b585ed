/** `/api/admin/…`: one set of routes for every declared resource. */

import { notFound } from "../../platform/http/errors.ts";
import { envelope, paginate } from "../../platform/http/lists/paging.ts";
import { type Route, type RouteResponse, respond, route } from "../../platform/http/route.ts";
import { z } from "../../platform/zod.ts";
import { callerRoutes } from "../dispatch/index.ts";
import { conversationRoutes } from "../support/index.ts";
import { requireResource } from "./catalogue.ts";
import { Declared, declarationFor } from "./declaration.ts";
import { beginExport } from "./exports/commands.ts";
import { exportRows } from "./exports/csv.ts";
import { fileRoutes } from "./files/routes.ts";
import { shownRow } from "./files/wire.ts";
import { doToMany } from "./jobs/bulk.ts";
import { overviewRoutes } from "./overview.ts";
import { roomsRoute } from "./rooms/routes.ts";
import { possibleActions, runAction } from "./rows/actions.ts";
import { changeAnyVersion, changeRow, createRow, removeRow, requireVersion } from "./rows/commands.ts";
import { recordLook } from "./rows/looks.ts";
import { findRow, listRows } from "./rows/queries.ts";
import { summarize } from "./rows/summary.ts";
import { versionedRow } from "./rows/versioned.ts";
import {
  BulkResult,
  bulkBody,
  ExportBegun,
  exportBody,
  exportQuery,
  Fields,
  inList,
  listQuery,
  ofOne,
  PAGE_SIZE,
  Row,
  Summary,
  summaryQuery,
  VersionedRow,
} from "./schemas.ts";

const tag = "Admin";
const path = "/api/admin/:resource";

const declaration = route({
  method: "get",
  path: "/api/admin/resources",
  tag,
  summary: "List the resources that the caller may use",
  access: "operator",
  right: "any",
  responses: { 200: z.array(Declared) },
  handle: async ({ ctx, caller }) => respond(200, declarationFor(caller, ctx.runtime)),
});

const list = route({
  method: "get",
  path,
  tag,
  summary: "List rows of a resource",
  description: "Filters are query parameters named as in the declaration.",
  access: "operator",
  right: "any",
  params: inList,
  query: listQuery,
  responses: { 200: envelope(Row) },
  async handle({ ctx, caller, params, query, request }) {
    const resource = requireResource(caller, params.resource, "read");
    const { page, per_page, sort, order, ...wanted } = query;
    const found = await paginate(
      ctx,
      request,
      { page, limit: per_page },
      PAGE_SIZE,
      (window) => listRows(ctx, caller, resource, wanted, { sort, order }, window),
      (row) => row,
    );
    await recordLook(ctx, caller, resource, wanted, { door: "list", page });
    const shown = found.results.map(async (row) => ({
      ...(await shownRow(ctx, caller, resource, row)),
      ...(resource.actions ? { actions: possibleActions(caller, resource, row) } : {}),
    }));
    return respond(200, { ...found, results: (await Promise.all(shown)) as z.input<typeof Row>[] });
  },
});

const summary = route({
  method: "get",
  path: `${path}/summary`,
  tag,
  summary: "Count the rows of a list by state, and sum its money",
  description:
    "Filters are those of the list; the one by state does not change the counts. `more` marks a number that may be higher: a state is counted up to a thousand rows, and sums are those of the first `rows` rows in the list's order.",
  access: "operator",
  right: "any",
  params: inList,
  query: summaryQuery,
  responses: { 200: Summary },
  async handle({ ctx, caller, params, query: { sort, order, all = false, ...wanted } }) {
    const resource = requireResource(caller, params.resource, "read");
    const found = await summarize(ctx, caller, resource, wanted, { sort, order }, all);
    return respond(200, found as z.input<typeof Summary>);
  },
});

const download = route({
  method: "get",
  path: `${path}/export.csv`,
  tag,
  summary: "Export rows as a CSV file",
  access: "operator",
  right: "any",
  params: inList,
  query: exportQuery,
  responses: {},
  async handle({ ctx, caller, params, query: { readable, ...wanted } }) {
    const resource = requireResource(caller, params.resource, "read");
    return exportRows(ctx, caller, resource, wanted, readable ? ctx.locale : null);
  },
});

const beginDownload = route({
  method: "post",
  path: `${path}/export`,
  tag,
  summary: "Start a job that exports rows as a CSV file",
  description:
    "The job reports its progress. When it is done, its action `download` returns the file's address to the person who started it.",
  access: "operator",
  right: "any",
  creates: true,
  params: inList,
  body: exportBody,
  responses: { 201: ExportBegun },
  async handle({ ctx, caller, params, body }) {
    const resource = requireResource(caller, params.resource, "read");
    const reader = body.readable ? ctx.locale : null;
    return respond(201, await beginExport(ctx, caller, resource, body.filter ?? {}, reader));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read a row and its version",
  access: "operator",
  right: "any",
  params: ofOne,
  responses: { 200: VersionedRow },
  async handle({ ctx, caller, params }) {
    const resource = requireResource(caller, params.resource, "read");
    const subject = await findRow(ctx, caller, resource, params.id);
    if (!subject) throw notFound();
    await recordLook(ctx, caller, resource, subject.row, { door: "record", id: params.id });
    const { wire, headers } = await versionedRow(ctx, caller, resource, subject);
    return respond(200, wire, headers);
  },
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "Create a row",
  access: "operator",
  right: "any",
  creates: true,
  params: inList,
  body: Fields,
  responses: { 201: VersionedRow },
  async handle({ ctx, caller, params, body }) {
    const resource = requireResource(caller, params.resource, "create");
    const { wire, headers } = await versionedRow(
      ctx,
      caller,
      resource,
      await createRow(ctx, caller, resource, body),
    );
    return respond(201, wire, headers);
  },
});

const change = route({
  method: "patch",
  path: `${path}/:id`,
  tag,
  summary: "Change fields of a row",
  description: "`If-Match` must name the version that was read, or `*`. 412 when the row was changed since.",
  access: "operator",
  right: "any",
  params: ofOne,
  body: Fields,
  responses: { 200: VersionedRow },
  async handle({ ctx, caller, params, body, request }) {
    const resource = requireResource(caller, params.resource, "edit");
    const subject = await findRow(ctx, caller, resource, params.id);
    if (!subject) throw notFound();
    const write = (await requireVersion(request, resource, subject)) === "any" ? changeAnyVersion : changeRow;
    const changed = await write(ctx, caller, resource, subject, body);
    if (!changed) throw notFound();
    const { wire, headers } = await versionedRow(ctx, caller, resource, changed);
    return respond(200, wire, headers);
  },
});

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete a row",
  description: "With `If-Match`, deletes only the version that was read.",
  access: "operator",
  right: "any",
  params: ofOne,
  responses: { 204: null },
  async handle({ ctx, caller, params, request }) {
    const resource = requireResource(caller, params.resource, "delete");
    const subject = await findRow(ctx, caller, resource, params.id);
    if (!subject) throw notFound();
    if (request.headers.has("if-match")) await requireVersion(request, resource, subject);
    await removeRow(ctx, caller, resource, subject);
    return respond(204, null);
  },
});

const act = route({
  method: "post",
  path: `${path}/:id/actions/:action`,
  tag,
  summary: "Run an action on a row",
  access: "operator",
  right: "any",
  description:
    "The body has what the action asks for, as the declaration lists it. A row names the actions that are possible in its present state.",
  params: ofOne.extend({ action: z.string() }),
  body: Fields,
  responses: { 200: z.looseObject({}), 204: null },
  async handle({
    ctx,
    caller,
    params,
    body,
  }): Promise<RouteResponse<200, Record<string, unknown>> | RouteResponse<204, null>> {
    const resource = requireResource(caller, params.resource, "read");
    const subject = await findRow(ctx, caller, resource, params.id);
    if (!subject) throw notFound();
    const told = await runAction(ctx, caller, resource, params.action, subject, body);
    return told ? respond(200, { ...told }) : respond(204, null);
  },
});

const bulk = route({
  method: "post",
  path: `${path}/bulk`,
  tag,
  summary: "Run a bulk operation: `delete`, `change` with `values`, or an action",
  description:
    "`dry_run` only counts the rows. A few rows are handled at once; more become a background job.",
  access: "operator",
  right: "any",
  params: inList,
  body: bulkBody,
  responses: { 200: BulkResult },
  async handle({ ctx, caller, params, body }) {
    const resource = requireResource(caller, params.resource, "read");
    const wanted = { ...body.filter, ...(body.ids ? { ids: body.ids } : {}) };
    return respond(200, await doToMany(ctx, caller, resource, body, wanted, body.dry_run ?? false));
  },
});

/** Named paths come before paths with a parameter. */
export const adminRoutes: readonly Route[] = [
  declaration,
  ...overviewRoutes,
  ...callerRoutes,
  ...conversationRoutes,
  roomsRoute,
  list,
  summary,
  download,
  beginDownload,
  read,
  create,
  change,
  remove,
  act,
  bulk,
  ...fileRoutes,
];
