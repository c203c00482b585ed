/** Ratings: one per completed order, by its client, or by an operator for a client on the phone. A rating stays with the driver, whichever truck they drive later. */
import { sql } from "drizzle-orm";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../../platform/http/errors.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { texts } from "../messages.ts";
import type { Rating } from "../queries.ts";

export type RatingInput = Pick<Rating, "driverRating" | "serviceRating" | "comment">;

/**
 * One statement: it inserts nothing when the order is not the client's or not completed. `client` is absent when an operator
 * writes down what a client says.
 */
export async function rateOrder(
  ctx: RequestContext,
  client: Caller | null,
  orderId: string,
  input: RatingInput,
): Promise<Rating> {
  const now = ctx.now();
  const { driverRating, serviceRating, comment } = input;
  const insert = ctx.db.all<{ id: number; driverId: number | null }>(sql`
    INSERT INTO ratings (order_id, driver_id, driver_rating, service_rating, comment, created_at, updated_at)
    SELECT orders.id, tow_trucks.driver_id, ${driverRating}, ${serviceRating}, ${comment}, ${now}, ${now}
    FROM orders LEFT JOIN tow_trucks ON tow_trucks.id = orders.tow_truck_id
    WHERE orders.id = ${orderId} AND orders.client_id = ${client?.userId ?? sql`orders.client_id`} AND orders.status = 'COMPLETED'
    RETURNING id, driver_id AS driverId`);
  const [made] = await insert.catch((error: unknown) => {
    if (isUniqueViolation(error, "ratings.order_id")) throw invalid({ order: texts.rated });
    throw error;
  });
  if (!made) throw notFound();
  return { ...made, orderId, ...input, createdAt: now, updatedAt: now };
}
