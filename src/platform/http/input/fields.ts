/** Field types of the dialect: what Django REST framework's serializer fields accept, for JSON and forms alike. */
import { z } from "@hono/zod-openapi";
import { fits } from "../../characters.ts";
import { canonicalEmail } from "../../email.ts";
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

/** A text of at most `max` code points, as it came. Every length limit of a text over HTTP is this one. */
export function limited(max: number) {
  const check = z.core._check((payload: z.core.ParsePayload<string>) => {
    if (fits(payload.value, max)) return;
    // Without `continue` no pattern after this one ever meets a text without end.
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

/** Text: trimmed, a number becomes its digits, `max` characters, not blank unless said so. */
export function string(limits: { max?: number; blank?: boolean } = {}) {
  let inner = limits.max ? limited(limits.max) : z.string();
  // Of what is blank nothing else is said.
  if (!limits.blank) inner = inner.min(1, { abort: true });
  return z.preprocess(
    trimmed,
    inner.refine((value) => !value.includes("\0"), { params: { text: NUL } }),
  );
}

const NUL = { en: "Null characters are not allowed.", ru: "Нулевые символы не разрешены." };

/** A secret: taken verbatim, spaces and all; only white space counts as blank. */
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

/** No number, key, date or code needs more characters: what is longer meets no pattern. */
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
    // Zod would ask for any number here, and only of numbers that they be whole.
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

/** A truth value in any of the spellings that forms and JSON use. */
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

/** A query parameter that may be missing; a blank one says as little, as a form sends what was not filled in. */
export function unlessBlank<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema.optional());
}

/** An uploaded file. Anything else is refused; `maxBytes` is checked by whoever stores it. */
export function file() {
  return z
    .custom<File>((value) => value instanceof File, { params: { text: messages.notFile } })
    .openapi({ type: "string", format: "binary" });
}

/** What a form brings under a file's name: a file input that nobody touched sends a part without name and bytes, which is none. */
export function fileOrNull(value: unknown): File | null {
  return value instanceof File && (value.size > 0 || value.name !== "") ? value : null;
}
