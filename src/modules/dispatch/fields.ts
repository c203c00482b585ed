/** Field types that only this app's dialect has. */
import { z } from "@hono/zod-openapi";

const BARE = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** In the spelling that rows keep: lower case, with hyphens. What is no uuid stays as it is. */
function spelled(value: unknown): unknown {
  if (typeof value !== "string" && !(Number.isSafeInteger(value) && Number(value) >= 0)) return value;
  const digits =
    typeof value === "string"
      ? value.trim().toLowerCase().replaceAll("-", "")
      : Number(value).toString(16).padStart(32, "0");
  return BARE.test(digits) ? digits.replace(BARE, "$1-$2-$3-$4-$5") : value;
}

/** A uuid, or a JSON integer N for the one whose 128-bit value is N. The text `"1"` is none. */
export function uuidField() {
  return z.preprocess(spelled, z.guid()).openapi({ type: "string", format: "uuid" });
}
