/** A driver says where they are: the truck's row, then the rooms of the truck and of its orders. */
import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { cellOf, type Place } from "../../platform/geo.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { notFound, type Refusal, wire } from "../../platform/http/errors.ts";
import { messages } from "../../platform/http/messages.ts";
import { reply, route } from "../../platform/http/route.ts";
import type { Locale } from "../../platform/http/text.ts";
import { log } from "../../platform/log.ts";
import type { Scope } from "../../platform/runtime.ts";
import { etaOf, type Position, toPosition } from "./live.ts";
import { texts } from "./order-texts.ts";

/** A truck's place as its sockets and this door show it: the id is text, the time is UTC with its offset. */
const PositionWire = z
  .object({
    tow_truck_id: z.string(),
    latitude: z.number(),
    longitude: z.number(),
    updated_at: z.string(),
  })
  .openapi("TruckPosition");

/** Where a truck is, and the orders that follow it with the place that it goes to next. */
interface Located {
  readonly truckId: number;
  readonly position: Position;
  readonly orders: readonly (Place & { readonly id: string; readonly coming: 0 | 1 })[];
}

/**
 * One statement. Of several trucks the one with a job is meant, then the one that was driven last. A truck that had
 * fallen silent is back.
 */
async function locate(scope: Scope, caller: Caller, place: Place): Promise<Located | null> {
  const now = scope.now();
  const [row] = await scope.db.all<{ id: number; orders: string }>(sql`
    UPDATE tow_trucks SET latitude = ${place.latitude}, longitude = ${place.longitude}, cell = ${cellOf(place)},
      located_at = ${now}, updated_at = ${now},
      status = CASE WHEN status <> 'OFFLINE' THEN status
        WHEN EXISTS (SELECT 1 FROM orders WHERE tow_truck_id = tow_trucks.id AND status IN ('ASSIGNED', 'IN_PROGRESS'))
        THEN 'BUSY' ELSE 'AVAILABLE' END
    WHERE id = (SELECT own.id FROM tow_trucks AS own WHERE own.driver_id = ${caller.userId}
      ORDER BY EXISTS (SELECT 1 FROM orders WHERE tow_truck_id = own.id AND status IN ('ASSIGNED', 'IN_PROGRESS')) DESC,
        own.located_at DESC, own.id LIMIT 1)
    RETURNING id, (SELECT json_group_array(json_object('id', orders.id,
        'coming', orders.status IN ('ASSIGNED', 'IN_PROGRESS'),
        'latitude', iif(orders.status = 'IN_PROGRESS', delivery_latitude, pickup_latitude),
        'longitude', iif(orders.status = 'IN_PROGRESS', delivery_longitude, pickup_longitude)))
      FROM orders WHERE tow_truck_id = tow_trucks.id
        AND orders.status IN ('PENDING', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS')) AS orders`);
  if (!row) return null;
  const orders = JSON.parse(row.orders) as Located["orders"];
  return { truckId: row.id, position: toPosition(row.id, place, now), orders };
}

/** One call for the truck and one for each order. What fails is logged: the position is stored, and the next one comes soon. */
async function publish(scope: Scope, { truckId, position, orders }: Located): Promise<void> {
  const say = async (name: string, body: object) =>
    scope.runtime.room(name)?.publish(name, { kind: "position", ref: null, body: { ...body } });
  const sent = [
    say(`truck:${truckId}`, position),
    // A truck that is only named for later is on its way to somebody else.
    ...orders.map(({ id, coming, ...target }) =>
      say(`order:${id}`, { ...position, order_id: id, ...(coming ? etaOf(position, target) : {}) }),
    ),
  ];
  for (const result of await Promise.allSettled(sent)) {
    if (result.status === "rejected") log("warn", "location.publish", { truck: truckId }, result.reason);
  }
}

/** This door says `error` where the others say `detail`; a wrong field is named as everywhere, too. */
function worded(refusal: Refusal, locale: Locale): unknown {
  if (refusal.status === 401) return undefined;
  const notDriver = "detail" in refusal.body && refusal.body.detail === messages.forbidden;
  if (notDriver) return { error: texts.driversOnly[locale] };
  const body = wire(refusal.body, locale) as Record<string, unknown>;
  if ("detail" in body) return { error: body.detail };
  const [first] = Object.values(body).flat();
  return { error: first, ...body };
}

const degrees = (limit: number, text: (typeof texts)["latitude"]) =>
  z.preprocess(
    (value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value),
    z.number().refine((value) => Math.abs(value) <= limit, { params: { text } }),
  );

const Answer = z.object({ message: z.string(), location: PositionWire }).openapi("Located");

export const locationRoute = route({
  method: "post",
  path: "/api/v1/location/update",
  tag: "Trucks",
  summary: "Where one's truck is",
  access: "driver",
  body: z
    .object({ latitude: degrees(90, texts.latitude), longitude: degrees(180, texts.longitude) })
    .openapi("LocationUpdate"),
  answers: { 200: Answer },
  wording: worded,
  async handle({ scope, caller, body }) {
    const located = await locate(scope, caller, body);
    if (!located) throw notFound(texts.noTruck);
    await publish(scope, located);
    return reply(200, { message: texts.located[scope.locale], location: located.position });
  },
});
