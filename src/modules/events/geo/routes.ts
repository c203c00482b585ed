/** `/api/v1/events/{id}/geolocation/`, and the distances to events. */

import { kilometresBetween, placeIn } from "../../../platform/geo.ts";
import { notFound } from "../../../platform/http/errors.ts";
import { integer } from "../../../platform/http/input/fields.ts";
import { fill } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { sharedPlaceOf } from "../../social/index.ts";
import { requireEvent } from "../details/access.ts";
import { messages } from "../messages.ts";
import { eventsWithin } from "./distances.ts";

const tag = "Events";
const challenge = "Token";
const path = "/api/v1/events";
const params = z.object({ id: integer({ min: 1 }) });

/** Search radius when `search` is left out, kilometres. */
const DEFAULT_RADIUS = 500;

const geolocation = route({
  method: "get",
  path: `${path}/:id/geolocation`,
  tag,
  summary: "Read an event's place",
  access: "signedIn",
  challenge,
  params,
  responses: { 200: z.object({ latitude: z.number(), longitude: z.number() }).openapi("EventPlace") },
  async handle({ ctx, caller, params }) {
    const place = placeIn(await requireEvent(ctx, caller, params.id));
    if (!place) throw notFound();
    return respond(200, place);
  },
});

const distance = route({
  method: "get",
  path: `${path}/:id/distance`,
  tag,
  summary: "Read the distance to an event, in kilometres",
  access: "signedIn",
  challenge,
  params,
  responses: { 200: z.object({ distance: z.number() }) },
  async handle({ ctx, caller, params }) {
    const [event, viewer] = await Promise.all([
      requireEvent(ctx, caller, params.id),
      sharedPlaceOf(ctx, caller.userId),
    ]);
    if (!viewer.allowed) throw notFound(fill(messages.noDistance, { name: event.name }));
    const place = placeIn(event);
    if (!viewer.place || !place) throw notFound();
    return respond(200, { distance: kilometresBetween(viewer.place, place) });
  },
});

const distances = route({
  method: "get",
  path: `${path}/distances`,
  tag,
  summary: "List events by distance, in kilometres",
  description: `The nearest first. \`search\` is the largest distance, ${DEFAULT_RADIUS} km when left out.`,
  access: "signedIn",
  challenge,
  query: z.object({
    search: z
      .preprocess((value) => value || undefined, integer({ min: 0, max: 100_000 }).optional())
      .openapi({ type: "integer" }),
  }),
  responses: {
    200: z.array(
      z.object({ event: z.number().int(), name: z.string(), distance: z.number() }).openapi("EventDistance"),
    ),
  },
  async handle({ ctx, caller, query }) {
    const viewer = await sharedPlaceOf(ctx, caller.userId);
    if (!viewer.allowed) return respond(200, []);
    if (!viewer.place) throw notFound();
    const found = await eventsWithin(ctx, viewer.place, query.search ?? DEFAULT_RADIUS);
    return respond(
      200,
      found.map(({ id, name, distance }) => ({ event: id, name, distance })),
    );
  },
});

export const distanceRoutes: readonly Route[] = [distances, geolocation, distance];
