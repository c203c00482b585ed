/** `/api/v1/tow-trucks/{id}/track/`: a truck's recent positions, for operators. */

import { and, desc, eq, gte } from "drizzle-orm";
import { integer } from "../../../platform/http/input/fields.ts";
import { respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { idParam } from "../../identity/index.ts";
import { truckPoints } from "./tables.ts";

const HOUR = 3_600_000;
/** Upper bound of points in one answer; the newest are kept. */
const MAX_POINTS = 2000;

const TrackPoint = z
  .object({
    latitude: z.number(),
    longitude: z.number(),
    at: z.string(),
    speed: z.number().nullable(),
    heading: z.number().nullable(),
  })
  .openapi("TruckTrackPoint");

/** Points of the last hours, oldest first. The last few seconds may be missing: the truck's room has not archived them yet. */
async function trackOf(ctx: RequestContext, truckId: number, hours: number) {
  const { latitude, longitude, at, speed, heading } = truckPoints;
  const points = await ctx.db
    .select({ latitude, longitude, at, speed, heading })
    .from(truckPoints)
    .where(and(eq(truckPoints.truckId, truckId), gte(at, ctx.now() - hours * HOUR)))
    .orderBy(desc(at))
    .limit(MAX_POINTS);
  return points.reverse();
}

export const truckTrack = route({
  method: "get",
  path: "/api/v1/tow-trucks/:id/track",
  tag: "Fleet",
  summary: "List a truck's recent positions",
  description: `The last \`hours\` (6), oldest first, at most the newest ${MAX_POINTS} points.`,
  access: "operator",
  params: idParam,
  query: z.object({ hours: integer({ min: 1, max: 72 }).optional() }),
  responses: { 200: z.array(TrackPoint) },
  async handle({ ctx, params, query }) {
    const points = await trackOf(ctx, params.id, query.hours ?? 6);
    return respond(
      200,
      points.map(({ at, ...point }) => ({ ...point, at: isoTime(at) })),
    );
  },
});
