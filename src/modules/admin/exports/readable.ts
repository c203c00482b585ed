/** Rows of an export for people and their spreadsheets: headings in words, titles instead of ids, places and times as one reads them. */
import { fromHundredths } from "../../../platform/decimal.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { type Locale, text } from "../../../platform/http/text.ts";
import type { FileFacts } from "../../../platform/resources/files.ts";
import type { Field, Resource, Subject } from "../../../platform/resources/resource.ts";
import { labelWithUnit } from "../../../platform/resources/units.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { zoneOffset } from "../../../platform/time-zones.ts";
import { catalogue } from "../catalogue.ts";
import { fieldsFor, may } from "../rights.ts";
import { titlesOf } from "../rows/queries.ts";

/** Tells spreadsheets that a file is in UTF-8: without it they show Cyrillic as noise. */
export const BOM = "\ufeff";

const YES = text("Yes", "Да");
const NO = text("No", "Нет");

/** `Created, Europe/Moscow`: a column's heading. */
export function headings(ctx: RequestContext, caller: Caller, resource: Resource, locale: Locale): string[] {
  const named = fieldsFor(caller, resource).map(([, field]) =>
    field.type === "instant"
      ? `${field.label[locale]}, ${ctx.runtime.settings.timeZone}`
      : labelWithUnit(field)[locale],
  );
  return ["№", ...named];
}

/** The cells of each row, in the order of the headings. Titles of other records are read once per resource. */
export async function readableCells(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  rows: readonly Subject[],
  locale: Locale,
): Promise<unknown[][]> {
  const fields = fieldsFor(caller, resource);
  const titles = await titlesIn(ctx, caller, fields, rows);
  return rows.map(({ id, row }) => [
    id,
    ...fields.map(([name, field]) => cell(ctx, field, row[name], locale, titles)),
  ]);
}

/** Titles by `resource:id`. */
type Titles = ReadonlyMap<string, string>;

async function titlesIn(
  ctx: RequestContext,
  caller: Caller,
  fields: readonly [string, Field][],
  rows: readonly Subject[],
): Promise<Titles> {
  const wanted = new Map<string, Set<string>>();
  for (const [name, { reference }] of fields) {
    if (!reference) continue;
    const ids = wanted.get(reference) ?? new Set();
    for (const { row } of rows) for (const id of idsIn(row[name])) ids.add(id);
    wanted.set(reference, ids);
  }
  const found = await Promise.all(
    [...wanted].map(async ([name, ids]) => {
      const resource = catalogue.find((each) => each.name === name);
      if (!resource || ids.size === 0 || !may(caller, resource, "read")) return [];
      const titles = await titlesOf(ctx, caller, resource, [...ids]);
      return titles.map(([id, title]) => [`${name}:${id}`, title] as const);
    }),
  );
  return new Map(found.flat());
}

const idsIn = (value: unknown): string[] =>
  [value].flat().flatMap((id) => (typeof id === "string" || typeof id === "number" ? [String(id)] : []));

function cell(ctx: RequestContext, field: Field, value: unknown, locale: Locale, titles: Titles): unknown {
  if (value === null || value === undefined) return null;
  if (field.reference) {
    const ids = idsIn(value);
    return ids.map((id) => titles.get(`${field.reference}:${id}`) ?? id).join(", ");
  }
  switch (field.type) {
    case "instant":
      return clock(Number(value), ctx.runtime.settings.timeZone);
    case "money":
    case "percent":
      return fromHundredths(Number(value));
    case "boolean":
      return (value ? YES : NO)[locale];
    case "file":
      return (value as FileFacts).name ?? YES[locale];
    case "place": {
      const { latitude, longitude } = value as { latitude: number; longitude: number };
      return `${latitude}, ${longitude}`;
    }
    default:
      return Array.isArray(value) && value.every((each) => typeof each !== "object")
        ? value.join(", ")
        : value;
  }
}

/** `2026-11-29 13:05:00` in a zone: spreadsheets read it as a time. */
const clock = (at: number, zone: string) =>
  new Date(at + zoneOffset(at, zone)).toISOString().slice(0, 19).replace("T", " ");
