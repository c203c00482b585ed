/** `/api/v1/location-reports/my_track/` and `user-track/`: a user's track as JSON, GeoJSON or GPX. */

import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, notFound } from "../../../platform/http/errors.ts";
import { integer } from "../../../platform/http/input/fields.ts";
import { streamResponse } from "../../../platform/http/responses/stream.ts";
import { type Route, route } from "../../../platform/http/route.ts";
import { literal } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { formatOf, toTrackFilter, trackQuery } from "../schemas.ts";
import { auditView } from "../visibility/audit.ts";
import { visibilityOf } from "../visibility/queries.ts";
import { trackFeature, trackGpx, trackJson } from "./export-formats.ts";
import { flushTrack, openTrack } from "./queries.ts";

const tag = "Tracking";
const challenge = "Token";
const path = "/api/v1/location-reports";

const texts = {
  noUser: literal("Użytkownik nie istnieje."),
  staffOnly: literal("Brak uprawnień administratora."),
};

const TrackWire = z
  .object({
    user_id: z.number().int(),
    username: z.string(),
    total_points: z.number().int(),
    start_time: z.string().nullable(),
    end_time: z.string().nullable(),
    coordinates: z.array(z.object({ latitude: z.number(), longitude: z.number(), timestamp: z.string() })),
  })
  .openapi("Track");

async function trackResponse(
  ctx: RequestContext,
  request: Request,
  viewer: Caller,
  userId: number,
  query: z.output<typeof trackQuery>,
  visibleFrom = 0,
): Promise<Response> {
  await flushTrack(ctx, userId);
  const track = await openTrack(ctx, userId, { ...toTrackFilter(query), visibleFrom, viewer });
  if (!track) throw notFound(texts.noUser);
  switch (formatOf(request, query.format, ["geojson", "gpx"])) {
    case "json":
      return streamResponse(trackJson(track), { "Content-Type": "application/json" });
    case "geojson":
      return streamResponse(trackFeature(track), { "Content-Type": "application/geo+json" });
    case "gpx":
      return streamResponse(trackGpx(track), {
        "Content-Type": "application/gpx+xml",
        "Content-Disposition": `attachment; filename="track-${userId}.gpx"`,
      });
  }
}

const myTrack = route({
  method: "get",
  path: `${path}/my_track`,
  tag,
  challenge,
  summary: "Read your track as JSON, GeoJSON or GPX",
  access: "signedIn",
  query: trackQuery,
  responses: { 200: TrackWire },
  handle: ({ ctx, caller, query, request }) => trackResponse(ctx, request, caller, caller.userId, query),
});

const userTrack = route({
  method: "get",
  path: `${path}/user-track/:id{\\d+}`,
  tag,
  challenge,
  summary: "Read a user's track",
  description:
    "For staff, and, with the user's consent, for friends and for members of the same event while it is on. They see the track from the moment when their right began.",
  access: "signedIn",
  params: z.object({ id: integer({ min: 1 }) }),
  query: trackQuery,
  responses: { 200: TrackWire },
  async handle({ ctx, caller, params, query, request }) {
    // The app documents a refusal here for everybody but staff, also for the owner, whose own track is at `my_track`.
    const right = await visibilityOf(ctx, params.id, caller.userId);
    if (!right.may) throw caller.isStaff ? notFound(texts.noUser) : forbidden(texts.staffOnly);
    if (right.as === "self" && !caller.isStaff) throw forbidden(texts.staffOnly);
    if (right.as === "staff") await auditView(ctx, caller, params.id, { door: "track" });
    return trackResponse(ctx, request, caller, params.id, query, right.visibleFrom);
  },
});

export const trackRoutes: readonly Route[] = [myTrack, userTrack];
