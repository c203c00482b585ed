/** Ratings: one an order, by its client, once the work is done. They stay with the driver, whatever truck they drive later. */
import { sql } from "drizzle-orm";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../../platform/http/errors.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { texts } from "../messages.ts";
import type { Rating } from "../queries.ts";

export type RatingInput = Pick<Rating, "driverRating" | "serviceRating" | "comment">;

/** One statement: an order that is not the caller's, or not done, gives no row. */
export async function rateOrder(
  ctx: RequestContext,
  caller: Caller,
  orderId: string,
  facts: RatingInput,
): Promise<Rating> {
  const now = ctx.now();
  const { driverRating, serviceRating, comment } = facts;
  const insert = ctx.db.all<{ id: number; driverId: number | null }>(sql`
    INSERT INTO ratings (order_id, driver_id, driver_rating, service_rating, comment, created_at, updated_at)
    SELECT orders.id, tow_trucks.driver_id, ${driverRating}, ${serviceRating}, ${comment}, ${now}, ${now}
    FROM orders LEFT JOIN tow_trucks ON tow_trucks.id = orders.tow_truck_id
    WHERE orders.id = ${orderId} AND orders.client_id = ${caller.userId} AND orders.status = 'COMPLETED'
    RETURNING id, driver_id AS driverId`);
  const [made] = await insert.catch((error: unknown) => {
    if (isUniqueViolation(error, "ratings.order_id")) throw invalid({ order: texts.rated });
    throw error;
  });
  if (!made) throw notFound();
  return { ...made, orderId, ...facts, createdAt: now, updatedAt: now };
}
