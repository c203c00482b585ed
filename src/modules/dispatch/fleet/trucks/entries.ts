/** Bodies with a truck's position. Import them for their types only. */
import * as v from "valibot";
import { TRUCK_STATES } from "../tables.ts";

const degrees = v.pipe(v.number(), v.description("Degrees."));

export const PositionBody = v.object({
  tow_truck_id: v.pipe(v.string(), v.description("The truck's number, as a string.")),
  latitude: degrees,
  longitude: degrees,
  updated_at: v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.description("When the truck was there, UTC with its offset."),
  ),
});

export const TruckStateBody = v.object({
  ...PositionBody.entries,
  status: v.pipe(v.picklist(TRUCK_STATES), v.description("The truck's status.")),
});
export type TruckStateBody = v.InferOutput<typeof TruckStateBody>;

/** What the room of an order is shown of its truck. */
export const OrderPositionBody = v.object({
  ...PositionBody.entries,
  order_id: v.pipe(v.string(), v.description("The order's uuid.")),
  distance_m: v.optional(
    v.pipe(
      v.number(),
      v.description(
        "Metres in a straight line to the pickup, or to the destination once the work has started. Absent while the truck is busy elsewhere.",
      ),
    ),
  ),
  eta_seconds: v.optional(
    v.pipe(v.number(), v.description("The estimated time for it. Absent when the position is old.")),
  ),
});
export type OrderPositionBody = v.InferOutput<typeof OrderPositionBody>;
