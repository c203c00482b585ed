/** The calculator's flat verbs, as the shipped client calls them. */
import { z } from "@hono/zod-openapi";
import {
  addEntry,
  changeRoute,
  EntryWire,
  listEntries,
  NewEntry,
  noEntry,
  recentRoute,
  removeEntries,
  toEntryWire,
  toTakings,
} from "../../modules/earnings/index.ts";
import { integer } from "../../platform/http/fields.ts";
import { at, type Route, reply, route } from "../../platform/http/route.ts";
import { flatPage, flatPageOf } from "./pages.ts";

const tag = "Rideshare";
const idParam = z.object({ id: integer({ min: 1 }) });

const list = route({
  method: "get",
  path: "/api/get-calculator-entries",
  tag,
  summary: "A page of one's entries, the newest first",
  access: "signedIn",
  query: z.object({ page: z.string().default("1") }),
  answers: { 200: flatPage(EntryWire) },
  handle: async ({ scope, caller, query }) =>
    reply(
      200,
      await flatPageOf(query.page, (window) => listEntries(scope, caller.userId, window), toEntryWire),
    ),
});

const add = route({
  method: "post",
  path: "/api/add-calculator-entry",
  tag,
  summary: "Keep a calculation",
  access: "signedIn",
  creates: true,
  body: NewEntry,
  answers: { 200: EntryWire },
  handle: async ({ scope, caller, body }) =>
    reply(200, toEntryWire(await addEntry(scope, caller.userId, toTakings(body)))),
});

const remove = route({
  method: "delete",
  path: "/api/delete-calculator-entry/:id",
  tag,
  summary: "Delete an entry",
  access: "signedIn",
  params: idParam,
  answers: { 200: z.object({ message: z.string() }) },
  async handle({ scope, caller, params }) {
    const { missing } = await removeEntries(scope, caller.userId, [params.id]);
    if (missing.length > 0) throw noEntry();
    return reply(200, { message: "Calculator entry deleted successfully" });
  },
});

export const calculatorRoutes: readonly Route[] = [
  list,
  at("/api/get-recent-calculator-entries", recentRoute, { tag }),
  add,
  at("/api/update-calculator-entry/:id", changeRoute, { tag }),
  remove,
];
