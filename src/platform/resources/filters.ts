/** Filters of console lists, derived from the types of the fields. */

import { type Column, type SQL, sql } from "drizzle-orm";
import { contains } from "../db/folding.ts";
import { toHundredths } from "../decimal.ts";
import { boolean, day, integer, reportFault, string } from "../http/input/fields.ts";
import { fill, messages } from "../http/messages.ts";
import { text } from "../http/text.ts";
import { z } from "../zod.ts";
import { instantInput } from "./inputs.ts";
import type { Field, Filter, Resource } from "./resource.ts";
import { labelWithUnit } from "./units.ts";

/** All filters of a resource; a range is two filters. */
export function filtersOf(resource: Resource): Filter[] {
  return resource.filters.flatMap((declared) => {
    if (typeof declared !== "string") return [declared];
    const field = resource.fields[declared];
    return field ? filtersBy(declared, field) : [];
  });
}

function filtersBy(name: string, field: Field): Filter[] {
  const { type, staffOnly = false } = field;
  const label = labelWithUnit(field);
  const from = field.from as Column | SQL;
  const one = (parse: z.ZodType, when: Filter["when"]): Filter => {
    const { options, reference } = field;
    const further = { ...(options ? { options } : {}), ...(reference ? { reference } : {}) };
    return { name, type, label, staffOnly, ...further, parse, when };
  };
  const range = (parse: z.ZodType): Filter[] => [
    {
      ...one(parse, (value) => sql`${from} >= ${value}`),
      name: `${name}_from`,
      label: worded(label, "from", "с"),
    },
    {
      ...one(parse, (value) => sql`${from} <= ${value}`),
      name: `${name}_to`,
      label: worded(label, "to", "по"),
    },
  ];
  const among = (values: unknown) => sql`${from} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
  switch (type) {
    case "enum":
      return [one(choices(field.options ?? []), among)];
    case "reference":
      return [one(several(), among)];
    case "boolean":
      return [one(boolean(), (value: boolean) => sql`${from} IS ${value ? 1 : 0}`)];
    case "integer":
      return [one(integer(), (value: never) => sql`${from} = ${value}`), ...range(integer())];
    case "number":
      return range(z.coerce.number());
    case "money":
    case "percent":
      return range(hundredths());
    case "instant":
      return range(instantInput());
    case "day":
      return range(day());
    case "text":
      return [one(string({ max: 200 }), (value: never) => contains([from], value))];
    case "json":
    case "place":
    case "file":
      return [];
    default:
      return type satisfies never;
  }
}

const worded = (label: Field["label"], en: string, ru: string) =>
  text(`${label.en}, ${en}`, `${label.ru}, ${ru}`);

/** Accepts `status=A&status=B` and `status=A,B`. */
function several() {
  const word = z.union([z.number().transform(String), z.string()]);
  return z.union([z.array(word), word]).transform((words) =>
    [words]
      .flat()
      .flatMap((each) => each.split(","))
      .slice(0, 100),
  );
}

function choices(options: readonly string[]) {
  return several().transform((chosen, context) => {
    const unknown = chosen.find((each) => !options.includes(each));
    if (unknown !== undefined)
      reportFault({ ...context, value: unknown }, fill(messages.choice, { value: unknown }));
    return chosen;
  });
}

function hundredths() {
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const amount = toHundredths(String(value));
    if (amount === null) reportFault({ ...context, value }, messages.notNumber);
    return amount ?? 0;
  });
}

/** Lower bounds of the age bands; the last band is open. */
const BANDS = [14, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110];

/** Filters by age, computed from a birthday: `14-20`, `20-30` … `110+`. */
export function ageFilter(birthday: Column | SQL): Filter {
  const options = BANDS.map((from, index) => (BANDS[index + 1] ? `${from}-${BANDS[index + 1]}` : `${from}+`));
  return {
    name: "age",
    type: "enum",
    label: text("Age", "Возраст"),
    options,
    parse: z.enum(options),
    when: (band: string, now) => {
      const [from, to] = band.replace("+", "").split("-");
      const born = (years: string) => sql`date(${Math.floor(now / 1000)}, 'unixepoch', ${`-${years} years`})`;
      const reached = sql`${birthday} <= ${born(from ?? "0")}`;
      return to === undefined ? reached : sql`(${reached} AND ${birthday} > ${born(to)})`;
    },
  };
}

/** A filter for whether a column has a value. */
export function presence(name: string, label: Filter["label"], from: Column | SQL): Filter {
  return {
    name,
    type: "boolean",
    label,
    parse: boolean(),
    when: (there: boolean) => (there ? sql`${from} IS NOT NULL` : sql`${from} IS NULL`),
  };
}
