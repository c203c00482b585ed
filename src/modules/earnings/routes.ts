/** `/api/v1/calculator/…`: a driver's calculator entries, as a list, as numbers for a chart, as CSV. */

import { csvLine, csvResponse } from "../../platform/csv.ts";
import { invalid, notFound, refuse } from "../../platform/http/errors.ts";
import { integer } from "../../platform/http/input/fields.ts";
import { ownList } from "../../platform/http/lists/list-route.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import { text } from "../../platform/http/text.ts";
import { z } from "../../platform/zod.ts";
import { addEntry, changeEntry, removeEntries } from "./commands.ts";
import { allEntries, listEntries, recentEntries } from "./queries.ts";
import { RECENT_DAYS, type RecentDays } from "./rules.ts";
import {
  EntryChange,
  EntryWire,
  NewEntry,
  RecentEntryWire,
  toEarningsChange,
  toEarningsInput,
  toEntryWire,
  toRecentWire,
} from "./schemas.ts";

const tag = "Earnings";
const path = "/api/v1/calculator";

const BAD_DAYS = text("Invalid number of days. Must be 7, 30, or 90.", "Число дней может быть 7, 30 или 90.");
const NO_ENTRY = text("No CalculatorEntry matches the given query.", "Запись не найдена.");
const NOTHING_NAMED = text("Name an id, or a list of ids.", "Укажите id или список ids.");

/** The days of a chart; 7 by default. */
const daysField = z
  .string()
  .optional()
  .openapi({ type: "integer", enum: [...RECENT_DAYS], default: 7 });

function readDays(words: string | undefined): RecentDays {
  const days = RECENT_DAYS.find((known) => String(known) === (words ?? "7"));
  if (!days) throw refuse(400, BAD_DAYS);
  return days;
}

export function noEntry() {
  return notFound(NO_ENTRY);
}

const list = ownList({
  path,
  tag,
  summary: "List your entries, the newest first",
  item: EntryWire,
  size: 10,
  load: (ctx, caller, window) => listEntries(ctx, caller.userId, window),
  toWire: toEntryWire,
});

export const recentRoute = route({
  method: "get",
  path: `${path}/recent`,
  tag,
  summary: "List your entries of the last 7, 30 or 90 days as numbers, the oldest first",
  access: "signedIn",
  query: z.object({ days: daysField }),
  responses: { 200: z.array(RecentEntryWire) },
  handle: async ({ ctx, caller, query }) =>
    respond(200, (await recentEntries(ctx, caller.userId, readDays(query.days))).map(toRecentWire)),
});

const add = route({
  method: "post",
  path,
  tag,
  summary: "Add an entry; its earnings are computed",
  access: "signedIn",
  creates: true,
  body: NewEntry,
  responses: { 201: EntryWire },
  handle: async ({ ctx, caller, body }) =>
    respond(201, toEntryWire(await addEntry(ctx, caller.userId, toEarningsInput(body)))),
});

export const changeRoute = route({
  method: "patch",
  path: `${path}/:id`,
  tag,
  summary: "Change an entry",
  access: "signedIn",
  params: z.object({ id: integer({ min: 1 }) }),
  body: EntryChange,
  responses: { 200: EntryWire },
  async handle({ ctx, caller, params, body }) {
    const entry = await changeEntry(ctx, caller.userId, params.id, toEarningsChange(body));
    if (!entry) throw noEntry();
    return respond(200, toEntryWire(entry));
  },
});

const remove = route({
  method: "delete",
  path,
  tag,
  summary: "Delete one entry by `id`, or several by `ids`, all or none",
  access: "signedIn",
  query: z.object({ id: integer({ min: 1 }).optional() }),
  body: z.object({
    id: integer({ min: 1 }).optional(),
    ids: z
      .array(integer({ min: 1 }))
      .max(1000)
      .optional(),
  }),
  responses: { 204: null },
  async handle({ ctx, caller, query, body }) {
    const ids = body.ids ?? [body.id ?? query.id].filter((id) => id !== undefined);
    if (ids.length === 0) throw invalid({ id: NOTHING_NAMED });
    const { missing } = await removeEntries(ctx, caller.userId, ids);
    if (missing.length > 0) throw noEntry();
    return respond(204, null);
  },
});

const removeOne = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete an entry",
  access: "signedIn",
  params: z.object({ id: integer({ min: 1 }) }),
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const { missing } = await removeEntries(ctx, caller.userId, [params.id]);
    if (missing.length > 0) throw noEntry();
    return respond(204, null);
  },
});

const COLUMNS = ["id", "pub_date", "app_income", "commission", "expenses", "earnings"] as const;

const download = route({
  method: "get",
  path: `${path}/export.csv`,
  tag,
  summary: "Export all your entries as a CSV file",
  access: "signedIn",
  responses: {},
  async handle({ ctx, caller }) {
    const rows = (await allEntries(ctx, caller.userId)).map(toEntryWire);
    const lines = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))];
    return csvResponse("earnings", lines.map(csvLine).join(""));
  },
});

export const earningsRoutes: readonly Route[] = [
  list,
  recentRoute,
  download,
  add,
  changeRoute,
  remove,
  removeOne,
];
