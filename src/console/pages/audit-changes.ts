/** What an audit entry changed, each value as its field's type shows it. Pure. */
import { codeWords } from "../code-names.ts";
import type { Field, Resource } from "../declared.ts";

type Facts = Readonly<Record<string, unknown>>;

export interface AuditEntry {
  readonly before: Facts | null;
  readonly after: Facts | null;
}

export interface AuditedChange {
  readonly field: Field;
  /** Undefined: the entry has no value on this side. */
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * The fields that an entry changed: those that differ, all that a new record got or a deleted one had, and facts that are
 * noted beside a change (its reason). A field that only `before` has was not changed.
 */
export function changesOf({ before, after }: AuditEntry, about: Resource | undefined): AuditedChange[] {
  const [was, is] = [sideOf(before, about), sideOf(after, about)];
  const names = new Set([...was.keys(), ...is.keys()]);
  return [...names].flatMap((name) => {
    const field = about?.fields.find((each) => each.name === name) ?? plainField(name, about);
    const change = { field, before: was.get(name), after: is.get(name) };
    const isUnchanged = before !== null && after !== null && !is.has(name);
    return isUnchanged || same(change.before, change.after) ? [] : [change];
  });
}

const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** One side by the names of fields. */
function sideOf(facts: Facts | null, about: Resource | undefined): Map<string, unknown> {
  const side = new Map<string, unknown>();
  for (const [key, value] of Object.entries(facts ?? {})) {
    const [place, part] = placePart(key, about);
    if (place) side.set(place, { ...Object(side.get(place)), [part]: value });
    else {
      const field = fieldOf(key, about);
      side.set(field?.name ?? key, field ? shown(field, value) : value);
    }
  }
  return side;
}

/** Entries of the API name columns: `towTruckId` is the field `tow_truck`. */
function fieldOf(key: string, about: Resource | undefined): Field | undefined {
  const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const names = [key, snake, snake.replace(/_ids?$/, "")];
  return names
    .map((name) => about?.fields.find((field) => field.name === name))
    .find((field) => field !== undefined);
}

/** `pickupLatitude` is a part of the field `pickup`. */
function placePart(
  key: string,
  about: Resource | undefined,
): readonly [string, string] | readonly [null, ""] {
  const [, start, part] = /^(\w*?)_?(latitude|longitude)$/i.exec(key) ?? [];
  const field = about?.fields.find(({ name, type }) => type === "place" && name === (start || "place"));
  return field && part ? [field.name, part.toLowerCase()] : [null, ""];
}

/** A stored value as the API sends it: entries of the API keep epoch ms, minor units and 0 or 1. */
function shown({ type }: Field, value: unknown): unknown {
  if (typeof value !== "number") return value;
  if (type === "instant") return new Date(value).toISOString();
  if (type === "money" || type === "percent") return (value / 100).toFixed(2);
  if (type === "boolean") return value !== 0;
  return value;
}

/** A fact that is no field of the record, named as the action that asked for it does: never a link. */
function plainField(name: string, about: Resource | undefined): Field {
  const code = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const asked = about?.actions.flatMap(({ asks }) => asks).find((each) => each.name === code);
  return {
    name,
    type: "json",
    label: asked?.label ?? { en: codeWords(code, "en"), ru: codeWords(code, "ru") },
    list: false,
    writable: false,
    once: false,
    required: false,
    sortable: false,
  };
}
