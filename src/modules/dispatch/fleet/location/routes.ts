/** `/api/v1/location/update/`: a driver's position, which the truck's room stores and shows to others. */
import { sql } from "drizzle-orm";
import type { Caller } from "../../../../platform/http/caller.ts";
import { notFound, type Refusal, wire } from "../../../../platform/http/errors.ts";
import { messages } from "../../../../platform/http/messages.ts";
import { respond, route } from "../../../../platform/http/route.ts";
import type { Locale } from "../../../../platform/http/text.ts";
import { z } from "../../../../platform/zod.ts";
import { truckRoom } from "../../room-names.ts";
import { toPosition } from "../trucks/frames.ts";
import { texts } from "./messages.ts";

/** A truck's position as sockets and this route show it: the id is a string, the time is UTC with its offset. */
const PositionWire = z
  .object({
    tow_truck_id: z.string(),
    latitude: z.number(),
    longitude: z.number(),
    updated_at: z.string(),
  })
  .openapi("TruckPosition");

/** SQL: the driver's truck. Of several, the one with a job, then the one that was located last. */
const drivenBy = ({
  userId,
}: Caller) => sql`SELECT own.id FROM tow_trucks AS own WHERE own.driver_id = ${userId}
  ORDER BY EXISTS (SELECT 1 FROM orders WHERE tow_truck_id = own.id AND status IN ('ASSIGNED', 'IN_PROGRESS')) DESC,
    own.located_at DESC, own.id LIMIT 1`;

/** This route answers `error` where others answer `detail`; a wrong field is named as in all routes. */
function withError(refusal: Refusal, locale: Locale): unknown {
  if (refusal.status === 401 || refusal.status === 405) return undefined;
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

const LocatedWire = z.object({ message: z.string(), location: PositionWire }).openapi("Located");

export const locationRoute = route({
  method: "post",
  path: "/api/v1/location/update",
  tag: "Trucks",
  summary: "Update the truck's position",
  access: "driver",
  body: z
    .object({ latitude: degrees(90, texts.latitude), longitude: degrees(180, texts.longitude) })
    .openapi("LocationUpdate"),
  responses: { 200: LocatedWire },
  formatError: withError,
  async handle({ ctx, caller, body }) {
    const [truck] = await ctx.db.all<{ id: number }>(drivenBy(caller));
    if (!truck) throw notFound(texts.noTruck);
    const location = toPosition(truck.id, body, ctx.now());
    const name = truckRoom(truck.id);
    await ctx.runtime.room(name)?.publish(name, { kind: "position", ref: null, body: { ...location } });
    return respond(200, { message: texts.located[ctx.locale], location });
  },
});
