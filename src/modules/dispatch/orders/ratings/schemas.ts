/** Ratings on the wire. */

import { integer } from "../../../../platform/http/input/fields.ts";
import { isoTime } from "../../../../platform/time.ts";
import { z } from "../../../../platform/zod.ts";
import type { Rating } from "../queries.ts";

/** Stars, 1 to 5. */
export const stars = () => integer({ min: 1, max: 5 });

export const RatingWire = z
  .object({
    id: z.number().int(),
    created_at: z.string(),
    updated_at: z.string(),
    driver_rating: z.number().int(),
    service_rating: z.number().int(),
    comment: z.string(),
    order: z.uuid(),
  })
  .openapi("Rating");

export function toRatingWire(rating: Rating): z.input<typeof RatingWire> {
  return {
    id: rating.id,
    created_at: isoTime(rating.createdAt),
    updated_at: isoTime(rating.updatedAt),
    driver_rating: rating.driverRating,
    service_rating: rating.serviceRating,
    comment: rating.comment,
    order: rating.orderId,
  };
}
