/** Rows of a declared table: their ids, their values, and how they look on the wire. */
import { Column, getTableColumns, getTableName, type SQL, sql } from "drizzle-orm";
import type { SelectedFields } from "drizzle-orm/sqlite-core";
import { sha256 } from "../../../platform/crypto/digest.ts";
import { fromHundredths } from "../../../platform/decimal.ts";
import type { Field, Resource, Role, Subject, Values } from "../../../platform/resources/resource.ts";
import { isoTime } from "../../../platform/time.ts";
import { fieldsFor } from "../rights.ts";

/** How the values of a field are decoded: as its column does, else as they come. */
const selected = (from: Column | SQL, name: string) =>
  from instanceof Column ? sql`${from}`.mapWith(from).as(name) : from.as(name);

/**
 * What is selected of a resource. Every value has a name of its own: D1 answers a batch with objects, in which two
 * columns of one name would be one.
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

/** A selected row → its id and its values. */
export function subjectOf(selectedRow: Values): Subject {
  const { key, ...values } = selectedRow;
  const row = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isNowhere(value) ? null : value]),
  );
  return { id: Object.values(key as object).join(":"), row };
}

const isNowhere = (value: unknown) =>
  typeof value === "object" && value !== null && "latitude" in value && value.latitude === null;

/** The parts of an id as its key holds them; null for what can't be an id. */
export function keyOf(resource: Resource, id: string): (string | number)[] | null {
  const parts = id.split(":");
  if (parts.length !== resource.key.length) return null;
  const key = resource.key.map((column, index) => {
    const part = parts[index] ?? "";
    return column.dataType === "number" ? (/^\d{1,15}$/.test(part) ? Number(part) : null) : part || null;
  });
  return key.every((part) => part !== null) ? key : null;
}

/** The rows with these ids, as a condition with one parameter; what can't be an id means none. */
export function among(resource: Resource, ids: readonly string[]): SQL {
  const keys = JSON.stringify(ids.map((id) => keyOf(resource, id)).filter((key) => key !== null));
  const columns = sql.join([...resource.key], sql`, `);
  const parts = sql.join(
    resource.key.map((_, index) => sql`value ->> ${sql.raw(String(index))}`),
    sql`, `,
  );
  return sql`(${columns}) IN (SELECT ${parts} FROM json_each(${keys}))`;
}

/** The key under which a table's column stands in its drizzle rows. */
export function columnKey(resource: Resource, column: Column): string {
  const found = Object.entries(getTableColumns(resource.table)).find(([, each]) => each === column);
  if (!found) throw new Error(`${getTableName(resource.table)} has no column ${column.name}`);
  return found[0];
}

/** The columns that a field is stored in. */
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

/** A field's value as clients read it. */
export function fieldWire(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (field.type) {
    case "instant":
      return isoTime(Number(value));
    case "money":
      return fromHundredths(Number(value));
    case "boolean":
      return Boolean(value);
    default:
      return value;
  }
}

/** A row as somebody in this role reads it. */
export function rowWire(resource: Resource, role: Role, { id, row }: Subject): Record<string, unknown> {
  const fields = fieldsFor(role, resource).map(([name, field]) => [name, fieldWire(field, row[name])]);
  return { id: idWire(resource, id), ...Object.fromEntries(fields) };
}

export function idWire(resource: Resource, id: string): string | number {
  return resource.key.length === 1 && resource.key[0]?.dataType === "number" ? Number(id) : id;
}

/** Stands for what can be edited of a row: another one means that somebody has edited it since. */
export async function versionOf(resource: Resource, { row }: Subject): Promise<string> {
  const editable = Object.entries(resource.fields).filter(([, field]) => field.input);
  return (await sha256(JSON.stringify(editable.map(([name]) => row[name])))).slice(0, 32);
}
