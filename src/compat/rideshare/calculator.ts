/** The calculator's paths as the shipped client calls them. */

import {
  addEntry,
  changeRoute,
  EntryWire,
  listEntries,
  NewEntry,
  noEntry,
  recentRoute,
  removeEntries,
  toEarningsInput,
  toEntryWire,
} from "../../modules/earnings/index.ts";
import { integer } from "../../platform/http/input/fields.ts";
import { at, type Route, respond, route } from "../../platform/http/route.ts";
import { z } from "../../platform/zod.ts";
import { legacyPage, legacyPageOf } from "./paging.ts";

const tag = "Rideshare";
const idParam = z.object({ id: integer({ min: 1 }) });

const list = route({
  method: "get",
  path: "/api/get-calculator-entries",
  tag,
  summary: "List a page of your entries, newest first",
  access: "signedIn",
  query: z.object({ page: z.string().default("1") }),
  responses: { 200: legacyPage(EntryWire) },
  handle: async ({ ctx, caller, query }) =>
    respond(
      200,
      await legacyPageOf(query.page, (window) => listEntries(ctx, caller.userId, window), toEntryWire),
    ),
});

const add = route({
  method: "post",
  path: "/api/add-calculator-entry",
  tag,
  summary: "Save a calculation",
  access: "signedIn",
  creates: true,
  body: NewEntry,
  responses: { 200: EntryWire },
  handle: async ({ ctx, caller, body }) =>
    respond(200, toEntryWire(await addEntry(ctx, caller.userId, toEarningsInput(body)))),
});

const remove = route({
  method: "delete",
  path: "/api/delete-calculator-entry/:id",
  tag,
  summary: "Delete an entry",
  access: "signedIn",
  params: idParam,
  responses: { 200: z.object({ message: z.string() }) },
  async handle({ ctx, caller, params }) {
    const { missing } = await removeEntries(ctx, caller.userId, [params.id]);
    if (missing.length > 0) throw noEntry();
    return respond(200, { message: "Calculator entry deleted successfully" });
  },
});

export const calculatorRoutes: readonly Route[] = [
  list,
  at("/api/get-recent-calculator-entries", recentRoute, { tag }),
  add,
  at("/api/update-calculator-entry/:id", changeRoute, { tag }),
  remove,
];
