/** Field types of orders: instants, degrees, and the path parameter. */

import { reportFault, string } from "../../../platform/http/input/fields.ts";
import { messages } from "../../../platform/http/messages.ts";
import { parseInstant } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";

/** The time zone of times without an offset. */
const ZONE = "Europe/Moscow";

/** An instant; the value is epoch ms. */
export function instantField() {
  return string({ max: 40 })
    .transform((words, context) => {
      const at = parseInstant(words, ZONE);
      if (at === null) reportFault({ ...context, value: words }, messages.datetime);
      return at ?? 0;
    })
    .openapi({ type: "string", format: "date-time" });
}

export const emptyAsNull = (value: unknown) => (value === "" ? null : value);

export const optionalInstant = () => z.preprocess(emptyAsNull, instantField().nullable()).optional();

const numeric = (value: unknown) =>
  typeof value === "string" && value.trim() !== "" ? Number(value) : value;

/** Degrees, up to `limit` to either side. */
export function degrees(limit: 90 | 180) {
  return z.preprocess(numeric, z.number().min(-limit).max(limit));
}

const WITH_HYPHENS = 36;

function hyphenated(id: string): string {
  return id.replaceAll("-", "").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const orderParams = z.object({
  uuid: z
    .string()
    .toLowerCase()
    .pipe(z.string().regex(/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/))
    .transform((id) => (id.length === WITH_HYPHENS ? id : hyphenated(id)))
    .openapi({ type: "string", format: "uuid" }),
});
