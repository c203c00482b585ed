/** Field types of the dialect: what Django REST framework's serializer fields accept, for JSON and forms alike. */

import { fits } from "../../characters.ts";
import { canonicalEmail } from "../../email.ts";
import { timeZoneNamed } from "../../time-zones.ts";
import { z } from "../../zod.ts";
import { messages } from "../messages.ts";
import type { Text } from "../text.ts";

/** Adds a custom issue that `validation.ts` prints in the caller's language. */
export function reportFault(context: z.core.ParsePayload, text: Text, path: string[] = []): void {
  context.issues.push({ code: "custom", input: context.value, path, params: { text } });
}

const trimmed = (value: unknown) => {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" ? String(value) : value;
};

/** A text of at most `max` code points, unchanged. All length limits of texts over HTTP use it. */
export function limited(max: number) {
  const check = z.check<string>((payload) => {
    if (fits(payload.value, max)) return;
    // Without `continue`, no later pattern runs on an overlong text.
    payload.issues.push({
      code: "too_big",
      origin: "string",
      maximum: max,
      inclusive: true,
      input: payload.value,
    });
  });
  check._zod.onattach.push((schema) => Object.assign(schema._zod.bag, { maximum: max }));
  return z.string().check(check);
}

/** Text: trimmed, numbers become their digits, at most `max` characters, not blank by default. */
export function string(limits: { max?: number; blank?: boolean } = {}) {
  let inner = limits.max ? limited(limits.max) : z.string();
  // A blank text gets no further errors.
  if (!limits.blank) inner = inner.min(1, { abort: true });
  return z.preprocess(
    trimmed,
    inner.refine((value) => !value.includes("\0"), { params: { text: NUL } }),
  );
}

const NUL = { en: "Null characters are not allowed.", ru: "Нулевые символы не разрешены." };

/** A secret: taken verbatim, with spaces; white space alone counts as blank. */
export function secret(max = 255) {
  return limited(max).refine((value) => value.trim() !== "", { params: { text: messages.blank } });
}

/** An e-mail address; the value is its stored form. */
export function email(max = 254) {
  return string({ max })
    .transform((value, context) => {
      const address = canonicalEmail(value);
      if (address === null) reportFault({ ...context, value }, messages.email);
      return address ?? "";
    })
    .openapi({ type: "string", format: "email", maxLength: max });
}

/** A time zone by its IANA name; the value is its stored form. */
export function timeZone() {
  return string({ max: 100 })
    .transform((value, context) => {
      const zone = timeZoneNamed(value);
      if (zone === null) reportFault({ ...context, value }, messages.timeZone);
      return zone ?? "";
    })
    .openapi({ type: "string", maxLength: 100, examples: ["Europe/Moscow"] });
}

/** Numbers, keys, dates and codes are shorter than this; longer input is not matched against patterns. */
export const LONGEST_WORD = 500;

const numeric = (value: unknown) =>
  typeof value === "string" && value.length <= LONGEST_WORD && /^\s*-?\d+(\.\d+)?\s*$/.test(value)
    ? Number(value)
    : value;

/** A whole number, also as digits in a string. */
export function integer(limits: { min?: number; max?: number } = {}) {
  let inner = z.int();
  if (limits.min !== undefined) inner = inner.min(limits.min);
  if (limits.max !== undefined) inner = inner.max(limits.max);
  return z.preprocess((value, context) => {
    const number = numeric(value);
    if (number === undefined || number === null || typeof number === "number") return number;
    // Zod would report "not a number" here; the dialect reports "not an integer".
    reportFault({ ...context, value }, messages.notInteger);
    return z.NEVER;
  }, inner);
}

/** A number, also as digits in a string. */
export function number(limits: { min?: number; max?: number } = {}) {
  let inner = z.number();
  if (limits.min !== undefined) inner = inner.min(limits.min);
  if (limits.max !== undefined) inner = inner.max(limits.max);
  return z.preprocess(numeric, inner);
}

/** Degrees. */
export const latitude = () => number({ min: -90, max: 90 });
export const longitude = () => number({ min: -180, max: 180 });

const TRUE = new Set(["true", "t", "yes", "y", "on", "1"]);
const FALSE = new Set(["false", "f", "no", "n", "off", "0"]);

/** A boolean in any spelling that forms and JSON use. */
export function boolean() {
  return z.preprocess((value) => {
    const word =
      typeof value === "string" ? value.toLowerCase() : typeof value === "number" ? String(value) : value;
    if (typeof word !== "string") return word;
    return TRUE.has(word) ? true : FALSE.has(word) ? false : word;
  }, z.boolean());
}

/** A calendar day, `YYYY-MM-DD`. */
export function day() {
  return z.preprocess(trimmed, z.iso.date());
}

/** An optional query parameter; a blank one counts as missing, because forms send empty inputs. */
export function unlessBlank<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema.optional());
}

/** An uploaded file. Its size is checked where it is stored. */
export function file() {
  return z
    .custom<File>((value) => value instanceof File, { params: { text: messages.notFile } })
    .openapi({ type: "string", format: "binary" });
}

/** The file of a form field; null for an untouched file input, which sends a part without name and bytes. */
export function fileOrNull(value: unknown): File | null {
  return value instanceof File && (value.size > 0 || value.name !== "") ? value : null;
}
