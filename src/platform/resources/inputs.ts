/** Input schemas of resource fields, beside the dialect's field types. Outputs are stored values. */

import { decimal } from "../decimal.ts";
import { integer, reportFault } from "../http/input/fields.ts";
import { fill, messages } from "../http/messages.ts";
import { parseInstant } from "../time.ts";
import { z } from "../zod.ts";

/** ISO 8601, UTC by default; the value is in epoch ms. */
export function instantInput() {
  return z.string().transform((words, context) => {
    const at = parseInstant(words, "UTC");
    if (at === null) reportFault({ ...context, value: words }, messages.datetime);
    return at ?? 0;
  });
}

/** A non-negative amount; the value is in minor units. */
export function moneyInput() {
  return decimal().refine((hundredths) => hundredths >= 0, {
    params: { text: fill(messages.minValue, { limit: 0 }) },
  });
}

const degree = (limit: number) => z.number().min(-limit).max(limit);

/** A place: latitude and longitude in degrees. */
export function placeInput() {
  return z.object({ latitude: degree(90), longitude: degree(180) });
}

/** The id of a row. */
export function idInput() {
  return integer({ min: 1 });
}
