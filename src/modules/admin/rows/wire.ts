/** Ids, values, versions and wire shapes of a resource's rows. */
import { Column, getTableColumns, getTableName, type SQL, sql } from "drizzle-orm";
import type { SelectedFields } from "drizzle-orm/sqlite-core";
import { sha256 } from "../../../platform/crypto/digest.ts";
import { fromHundredths } from "../../../platform/decimal.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { type FileFacts, fileWire } from "../../../platform/resources/files.ts";
import type { Field, Resource, Subject, Values } from "../../../platform/resources/resource.ts";
import { isoTime } from "../../../platform/time.ts";
import { fieldsFor } from "../rights.ts";

/** Decodes a field's values as its column does. */
const selected = (from: Column | SQL, name: string) =>
  from instanceof Column ? sql`${from}`.mapWith(from).as(name) : from.as(name);

/**
 * The selection of a resource. Every value gets a unique alias, because D1 returns a batch as objects, in which two
 * columns of one name would collide.
 */
export function selectionOf(resource: Resource): SelectedFields {
  const entries = Object.entries(resource.fields).map(([name, { from }]) => [
    name,
    "latitude" in from
      ? {
          latitude: selected(from.latitude, `${name}.latitude`),
          longitude: selected(from.longitude, `${name}.longitude`),
        }
      : selected(from, name),
  ]);
  const key = resource.key.map((column, index) => [`key${index}`, selected(column, `key${index}`)]);
  return Object.fromEntries([...entries, ["key", Object.fromEntries(key)]]) as SelectedFields;
}

/** A selected row → id and values. */
export function subjectOf(selectedRow: Values): Subject {
  const { key, ...values } = selectedRow;
  const row = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isNowhere(value) ? null : value]),
  );
  return { id: Object.values(key as object).join(":"), row };
}

const isNowhere = (value: unknown) =>
  typeof value === "object" && value !== null && "latitude" in value && value.latitude === null;

/** An id's parts by the key's types; null when it can't be an id. A key of one column may have colons: a room's name. */
export function keyOf(resource: Resource, id: string): (string | number)[] | null {
  const parts = resource.key.length === 1 ? [id] : id.split(":");
  if (parts.length !== resource.key.length) return null;
  const key = resource.key.map((column, index) => {
    const part = parts[index] ?? "";
    return column.dataType === "number" ? (/^\d{1,15}$/.test(part) ? Number(part) : null) : part || null;
  });
  return key.every((part) => part !== null) ? key : null;
}

/** SQL condition for these ids, with one parameter. Values that can't be ids match nothing. */
export function among(resource: Resource, ids: readonly string[]): SQL {
  const keys = JSON.stringify(ids.map((id) => keyOf(resource, id)).filter((key) => key !== null));
  const columns = sql.join([...resource.key], sql`, `);
  const parts = sql.join(
    resource.key.map((_, index) => sql`value ->> ${sql.raw(String(index))}`),
    sql`, `,
  );
  return sql`(${columns}) IN (SELECT ${parts} FROM json_each(${keys}))`;
}

/** The property of a column in drizzle rows. */
export function columnKey(resource: Resource, column: Column): string {
  const found = Object.entries(getTableColumns(resource.table)).find(([, each]) => each === column);
  if (!found) throw new Error(`${getTableName(resource.table)} has no column ${column.name}`);
  return found[0];
}

/** The columns that store a field. */
export function storesOf(field: Field | undefined): { column: Column; part?: "latitude" | "longitude" }[] {
  if (!field) return [];
  const { from } = field;
  if (from instanceof Column) return [{ column: from }];
  return "latitude" in from
    ? [
        { column: from.latitude, part: "latitude" },
        { column: from.longitude, part: "longitude" },
      ]
    : [];
}

/** Whether lists can be sorted by a field. */
export const isSortable = ({ type }: Field): boolean =>
  type !== "json" && type !== "place" && type !== "file";

/** A field's value on the wire. */
export function fieldWire(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (field.type) {
    case "instant":
      return isoTime(Number(value));
    case "money":
    case "percent":
      return fromHundredths(Number(value));
    case "boolean":
      return Boolean(value);
    case "file":
      return fileWire(value as FileFacts);
    default:
      return value;
  }
}

/** A row on the wire, for this caller. */
export function rowWire(resource: Resource, caller: Caller, { id, row }: Subject): Record<string, unknown> {
  const fields = fieldsFor(caller, resource).map(([name, field]) => [name, fieldWire(field, row[name])]);
  return { id: idWire(resource, id), ...Object.fromEntries(fields) };
}

export function idWire(resource: Resource, id: string): string | number {
  return resource.key.length === 1 && resource.key[0]?.dataType === "number" ? Number(id) : id;
}

/** A hash of a row's editable fields; it changes with every edit. */
export async function versionOf(resource: Resource, { row }: Subject): Promise<string> {
  const editable = Object.entries(resource.fields).filter(([, field]) => field.input);
  return (await sha256(JSON.stringify(editable.map(([name]) => row[name])))).slice(0, 32);
}
