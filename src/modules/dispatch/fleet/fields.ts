/** Field types of the Tow Truck app's API: its own uuid, and the strict fields that it shares. */
import { field } from "../../../platform/http/input/strict-fields.ts";
import { fill, messages } from "../../../platform/http/messages.ts";

export { codeField, decimalField, keyField, noSuchKey } from "../../../platform/http/input/strict-fields.ts";

const BARE = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** A uuid, or a JSON integer N for the uuid whose 128-bit value is N. The string `"1"` is invalid. */
export function uuidField() {
  return field((value) => {
    const digits =
      typeof value === "number" && Number.isSafeInteger(value) && value >= 0
        ? value.toString(16).padStart(32, "0")
        : String(value).trim().toLowerCase().replaceAll("-", "");
    return BARE.test(digits)
      ? { value: digits.replace(BARE, "$1-$2-$3-$4-$5") }
      : fill(messages.uuid, { value: String(value) });
  }).openapi({ type: "string", format: "uuid" });
}
