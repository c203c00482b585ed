/** `/api/v1/calculator/…`: one's own earnings, as rows, as a chart's numbers, as a CSV file. */
import { z } from "@hono/zod-openapi";
import { csvLine, csvResponse } from "../../platform/csv.ts";
import { invalid, notFound, refuse } from "../../platform/http/errors.ts";
import { integer } from "../../platform/http/fields.ts";
import { ownList } from "../../platform/http/list-route.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import { text } from "../../platform/http/text.ts";
import { RECENT_DAYS, type RecentDays } from "./rules.ts";
import {
  EntryChange,
  EntryWire,
  NewEntry,
  RecentEntryWire,
  toEntryWire,
  toRecentWire,
  toTakings,
  toTakingsChange,
} from "./schemas.ts";
import { addEntry, allEntries, changeEntry, listEntries, recentEntries, removeEntries } from "./service.ts";

const tag = "Earnings";
const path = "/api/v1/calculator";

const BAD_DAYS = text("Invalid number of days. Must be 7, 30, or 90.", "Число дней может быть 7, 30 или 90.");
const NO_ENTRY = text("No CalculatorEntry matches the given query.", "Запись не найдена.");
const NOTHING_NAMED = text("Name an id, or a list of ids.", "Укажите id или список ids.");

/** The days a chart asks for; 7 when it names none. */
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
  summary: "List one's entries, the newest first",
  item: EntryWire,
  size: 10,
  load: (scope, caller, window) => listEntries(scope, caller.userId, window),
  toWire: toEntryWire,
});

export const recentRoute = route({
  method: "get",
  path: `${path}/recent`,
  tag,
  summary: "Entries of the last 7, 30 or 90 days, as numbers, oldest first",
  access: "signedIn",
  query: z.object({ days: daysField }),
  answers: { 200: z.array(RecentEntryWire) },
  handle: async ({ scope, caller, query }) =>
    reply(200, (await recentEntries(scope, caller.userId, readDays(query.days))).map(toRecentWire)),
});

const add = route({
  method: "post",
  path,
  tag,
  summary: "Keep a calculation; its earnings are computed",
  access: "signedIn",
  creates: true,
  body: NewEntry,
  answers: { 201: EntryWire },
  handle: async ({ scope, caller, body }) =>
    reply(201, toEntryWire(await addEntry(scope, caller.userId, toTakings(body)))),
});

export const changeRoute = route({
  method: "patch",
  path: `${path}/:id`,
  tag,
  summary: "Correct an entry",
  access: "signedIn",
  params: z.object({ id: integer({ min: 1 }) }),
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
  path,
  tag,
  summary: "Delete one entry, or several by `ids`: all or none",
  access: "signedIn",
  query: z.object({ id: integer({ min: 1 }).optional() }),
  body: z.object({
    id: integer({ min: 1 }).optional(),
    ids: z
      .array(integer({ min: 1 }))
      .max(1000)
      .optional(),
  }),
  answers: { 204: null },
  async handle({ scope, caller, query, body }) {
    const ids = body.ids ?? [body.id ?? query.id].filter((id) => id !== undefined);
    if (ids.length === 0) throw invalid({ id: NOTHING_NAMED });
    const { missing } = await removeEntries(scope, caller.userId, ids);
    if (missing.length > 0) throw noEntry();
    return reply(204, null);
  },
});

const removeOne = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete an entry",
  access: "signedIn",
  params: z.object({ id: integer({ min: 1 }) }),
  answers: { 204: null },
  async handle({ scope, caller, params }) {
    const { missing } = await removeEntries(scope, caller.userId, [params.id]);
    if (missing.length > 0) throw noEntry();
    return reply(204, null);
  },
});

const COLUMNS = ["id", "pub_date", "app_income", "commission", "expenses", "earnings"] as const;

const download = route({
  method: "get",
  path: `${path}/export.csv`,
  tag,
  summary: "All one's entries as a CSV file",
  access: "signedIn",
  answers: {},
  async handle({ scope, caller }) {
    const rows = (await allEntries(scope, caller.userId)).map(toEntryWire);
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
