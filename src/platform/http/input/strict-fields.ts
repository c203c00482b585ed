/** Strict fields: keys of other rows, codes, and decimals that are refused instead of rounded. */

import { toHundredths } from "../../decimal.ts";
import { z } from "../../zod.ts";
import { fill, messages } from "../messages.ts";
import { type Text, text } from "../text.ts";
import { LONGEST_WORD, reportFault } from "./fields.ts";
import { pythonType } from "./validation.ts";

const TEXTS = {
  noSuchKey: text(
    'Invalid pk "{key}" - object does not exist.',
    'Недопустимый первичный ключ "{key}" - объект не существует.',
  ),
  notKey: text(
    "Incorrect type. Expected pk value, received {type}.",
    "Некорректный тип. Ожидалось значение первичного ключа, получен {type}.",
  ),
  noSuchCode: text("Object with code={code} does not exist.", "Объект с code={code} не существует."),
  digits: text(
    "Ensure that there are no more than {limit} digits in total.",
    "Убедитесь, что вы ввели не более {limit} цифры.",
  ),
  places: text(
    "Ensure that there are no more than {limit} decimal places.",
    "Убедитесь, что вы ввели не более {limit} цифры после запятой.",
  ),
  whole: text(
    "Ensure that there are no more than {limit} digits before the decimal point.",
    "Убедитесь, что вы ввели не более {limit} цифры перед запятой.",
  ),
};

/** The message for a reference to a missing row. */
export const noSuchKey = (key: number | string): Text => fill(TEXTS.noSuchKey, { key });

/** Runs `read`; a text that it returns is reported as the field's error. Missing and null values are reported first. */
export function field<Value>(read: (value: unknown) => { value: Value } | Text) {
  return z.unknown().transform((value, context): Value => {
    const result = value === undefined ? messages.required : value === null ? messages.null : read(value);
    if ("value" in result) return result.value;
    reportFault({ ...context, value }, result);
    return z.NEVER;
  });
}

/** The id of a row, also as digits in a string. The service checks that the row exists. */
export function keyField() {
  return field((value) => {
    if (typeof value === "number" && Number.isInteger(value)) return { value };
    if (typeof value === "string" && /^\s*-?\d+\s*$/.test(value)) return { value: Number(value) };
    return fill(TEXTS.notKey, { type: pythonType(value) });
  }).openapi({ type: "integer" });
}

/** One code of a closed set that the originals store as rows; an unknown code is refused like a reference. */
export function codeField<const Code extends string>(codes: readonly Code[]) {
  return field((value) => {
    const code = codes.find((known) => known === value);
    if (code !== undefined) return { value: code };
    return value === "" ? messages.null : fill(TEXTS.noSuchCode, { code: String(value) });
  }).openapi({ type: "string", enum: [...codes] });
}

const DECIMAL = /^\s*[+-]?0*(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/i;

/** A decimal with at most two places, as a number or a string. The value is in hundredths, exact. */
export function decimalField({ digits, min }: { digits: number; min: number }) {
  return field((sent) => {
    const words = typeof sent === "string" || typeof sent === "number" ? String(sent) : "";
    // On a long run of zeros the pattern would backtrack at every length.
    const [matched, whole = "", fraction = "", exponent = "0"] =
      words.length <= LONGEST_WORD ? (DECIMAL.exec(words) ?? []) : [];
    const value = toHundredths(words);
    if (matched === undefined || value === null) return messages.notNumber;
    const places = Math.max(0, fraction.length - Number(exponent));
    const before = Math.max(0, whole.length + Number(exponent));
    if (before + places > digits) return fill(TEXTS.digits, { limit: digits });
    if (places > 2) return fill(TEXTS.places, { limit: 2 });
    if (before > digits - 2) return fill(TEXTS.whole, { limit: digits - 2 });
    return value < min ? fill(messages.minValue, { limit: min / 100 }) : { value };
  }).openapi({ type: "string", example: "2500.00" });
}
