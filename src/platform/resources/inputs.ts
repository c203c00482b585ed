/** What may be written into declared fields, beside the dialect's own field types. Outputs are stored values. */
import { z } from "@hono/zod-openapi";
import { decimal } from "../decimal.ts";
import { integer, reportFault } from "../http/input/fields.ts";
import { fill, messages } from "../http/messages.ts";
import { parseInstant } from "../time.ts";

/** ISO 8601, UTC where it names no zone; epoch ms. */
export function instantInput() {
  return z.string().transform((words, context) => {
    const at = parseInstant(words, "UTC");
    if (at === null) reportFault({ ...context, value: words }, messages.datetime);
    return at ?? 0;
  });
}

/** An amount that is not negative; minor units. */
export function moneyInput() {
  return decimal().refine((hundredths) => hundredths >= 0, {
    params: { text: fill(messages.minValue, { limit: 0 }) },
  });
}

const degree = (limit: number) => z.number().min(-limit).max(limit);

/** Degrees, both of them. */
export function placeInput() {
  return z.object({ latitude: degree(90), longitude: degree(180) });
}

/** The number of somebody or something. */
export function idInput() {
  return integer({ min: 1 });
}
