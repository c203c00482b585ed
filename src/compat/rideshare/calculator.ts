/** The calculator's flat verbs, as the shipped client calls them. */
import { z } from "@hono/zod-openapi";
import {
  addEntry,
  changeEntry,
  daysField,
  EntryChange,
  EntryWire,
  listEntries,
  NewEntry,
  noEntry,
  RecentEntryWire,
  readDays,
  recentEntries,
  removeEntries,
  toEntryWire,
  toRecentWire,
  toTakings,
  toTakingsChange,
} from "../../modules/earnings/index.ts";
import { integer } from "../../platform/http/fields.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
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

const recent = route({
  method: "get",
  path: "/api/get-recent-calculator-entries",
  tag,
  summary: "Entries of the last days as numbers, oldest first",
  access: "signedIn",
  query: z.object({ days: daysField }),
  answers: { 200: z.array(RecentEntryWire) },
  handle: async ({ scope, caller, query }) =>
    reply(200, (await recentEntries(scope, caller.userId, readDays(query.days))).map(toRecentWire)),
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

const change = route({
  method: "patch",
  path: "/api/update-calculator-entry/:id",
  tag,
  summary: "Correct an entry",
  access: "signedIn",
  params: idParam,
  body: EntryChange,
  answers: { 200: EntryWire },
  async handle({ scope, caller, params, body }) {
    const entry = await changeEntry(scope, caller.userId, params.id, toTakingsChange(body));
    if (!entry) throw noEntry();
    return reply(200, toEntryWire(entry));
  },
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

export const calculatorRoutes: readonly Route[] = [list, recent, add, change, remove];
