/** Validates input and turns Zod issues into the dialect's messages. */
import type { z } from "../../zod.ts";
import { type FieldErrors, Refusal } from "../errors.ts";
import { fill, messages } from "../messages.ts";
import type { Text } from "../text.ts";

type Issue = z.core.$ZodIssue;

/** At most this many issues are reported: formatting more would cost more than the request itself. */
const MAX_ISSUES = 1000;

/**
 * Parses `input` or throws a 400 that lists every wrong field with all its messages.
 * A schema sets its own message with `{ code: "custom", params: { text } }`.
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw new Refusal(400, { fields: fieldErrors(result.error.issues) });
}

export function fieldErrors(issues: readonly Issue[]): FieldErrors {
  const fields: FieldErrors = {};
  for (const issue of decisive(issues.slice(0, MAX_ISSUES).flatMap(unfold))) {
    const path = issue.path.length ? issue.path.map(String) : ["non_field_errors"];
    let level = fields;
    for (const step of path.slice(0, -1)) {
      const next = own(level, step);
      level = next && !Array.isArray(next) ? next : setLevel(level, step);
    }
    const last = path.at(-1) ?? "non_field_errors";
    const known = own(level, last);
    if (Array.isArray(known)) known.push(message(issue));
    else set(level, last, [message(issue)]);
  }
  return fields;
}

/** A union reports the issues of its last alternative. */
function unfold(issue: Issue): Issue[] {
  const last = issue.code === "invalid_union" ? issue.errors.at(-1) : undefined;
  if (!last) return [issue];
  return last.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A value of the wrong type gets no other issue: Zod's length checks also run on arrays. */
function decisive(issues: readonly Issue[]): Issue[] {
  const place = ({ path }: Issue) => path.map(String).join("\n");
  const wrong = new Set(issues.filter(({ code }) => code === "invalid_type").map(place));
  return issues.filter((issue) => issue.code === "invalid_type" || !wrong.has(place(issue)));
}

function setLevel(level: FieldErrors, step: string): FieldErrors {
  const next: FieldErrors = {};
  set(level, step, next);
  return next;
}

/** Clients choose names in records: `constructor` is a name like others, and leads to nothing that all objects share. */
const own = (level: FieldErrors, name: string) => (Object.hasOwn(level, name) ? level[name] : undefined);

function set(level: FieldErrors, name: string, value: FieldErrors[string]): void {
  Object.defineProperty(level, name, { value, writable: true, enumerable: true, configurable: true });
}

const tooBig: Readonly<Record<string, Text>> = { string: messages.maxLength, array: messages.maxItems };

function message(issue: Issue): Text {
  if (issue.code === "custom") return isText(issue.params?.text) ? issue.params.text : messages.invalid;
  if (issue.input === undefined) return messages.required;
  if (issue.input === null) return messages.null;
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, issue.input);
    case "too_small":
      if (issue.origin === "string") {
        return issue.minimum === 1
          ? messages.blank
          : fill(messages.minLength, { limit: Number(issue.minimum) });
      }
      if (issue.origin === "array") {
        return issue.minimum === 1
          ? messages.emptyList
          : fill(messages.minItems, { limit: Number(issue.minimum) });
      }
      return fill(messages.minValue, { limit: Number(issue.minimum) });
    case "too_big":
      return fill(tooBig[issue.origin] ?? messages.maxValue, { limit: Number(issue.maximum) });
    case "invalid_format":
      if (issue.format === "email") return messages.email;
      if (issue.format === "uuid" || issue.format === "guid")
        return fill(messages.uuid, { value: String(issue.input) });
      if (issue.format === "date") return messages.date;
      if (issue.format === "datetime") return messages.datetime;
      return messages.invalid;
    case "invalid_value":
      return fill(messages.choice, { value: String(issue.input) });
    default:
      return messages.invalid;
  }
}

function wrongType(expected: string, input: unknown): Text {
  switch (expected) {
    case "string":
      return messages.notString;
    case "number":
      return messages.notNumber;
    case "int":
      return messages.notInteger;
    case "boolean":
      return messages.notBoolean;
    case "array":
      return fill(messages.notList, { type: pythonType(input) });
    case "object":
      return fill(messages.notDictionary, { type: pythonType(input) });
    default:
      return messages.invalid;
  }
}

/** The Python type name that the original prints. */
export function pythonType(input: unknown): string {
  if (Array.isArray(input)) return "list";
  if (input !== null && typeof input === "object") return "dict";
  if (typeof input === "string") return "str";
  if (typeof input === "number") return Number.isInteger(input) ? "int" : "float";
  return typeof input === "boolean" ? "bool" : "NoneType";
}

function isText(value: unknown): value is Text {
  return typeof value === "object" && value !== null && "en" in value && "ru" in value;
}
