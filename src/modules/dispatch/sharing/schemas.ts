/** A shared order on the wire: for the public page and its script. */

import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import type { SharedOrder } from "./queries.ts";

const Place = z.object({ latitude: z.number(), longitude: z.number() });

export const SharedWire = z
  .object({
    status: z.string(),
    pickup: Place.nullable(),
    delivery: Place.nullable(),
    truck: Place.extend({ at: z.string() }).nullable(),
    eta_seconds: z.number().int().nullable(),
    first_name: z.string().nullable(),
    expires_at: z.string(),
  })
  .openapi("SharedOrder");

export function toSharedWire(shared: SharedOrder): z.input<typeof SharedWire> {
  const { status, pickup, delivery, truck, eta, firstName, expiresAt } = shared;
  return {
    status,
    pickup,
    delivery,
    truck: truck && { latitude: truck.latitude, longitude: truck.longitude, at: isoTime(truck.at) },
    eta_seconds: eta,
    first_name: firstName,
    expires_at: isoTime(expiresAt),
  };
}
