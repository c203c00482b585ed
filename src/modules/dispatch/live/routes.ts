/** `/api/v1/tow-trucks/{id}/track/`: a truck's recent positions, for operators. */

import { integer } from "../../../platform/http/input/fields.ts";
import { respond, route } from "../../../platform/http/route.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { idParam } from "../../identity/index.ts";
import { READ_TRUCKS } from "./rights.ts";
import { trailSince } from "./trails.ts";

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

export const truckTrack = route({
  method: "get",
  path: "/api/v1/tow-trucks/:id/track",
  tag: "Fleet",
  summary: "List a truck's recent positions",
  description: `The last \`hours\` (6), oldest first, at most the newest ${MAX_POINTS} points.`,
  access: "operator",
  right: READ_TRUCKS,
  params: idParam,
  query: z.object({ hours: integer({ min: 1, max: 72 }).optional() }),
  responses: { 200: z.array(TrackPoint) },
  async handle({ ctx, params, query }) {
    const since = ctx.now() - (query.hours ?? 6) * HOUR;
    const points = await trailSince(ctx, params.id, since, MAX_POINTS);
    return respond(
      200,
      points.map(({ at, ...point }) => ({ ...point, at: isoTime(at) })),
    );
  },
});
