/** `/api/v1/users/…/geolocation`, `distance` and `distances`. */

import { latitude, longitude } from "../../../platform/http/input/fields.ts";
import { windowQuery } from "../../../platform/http/lists/paging.ts";
import { messages as shared } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { idParam } from "../../identity/index.ts";
import { wordAs } from "../schemas.ts";
import { setPlace } from "./commands.ts";
import { distanceTo, findPlace, peopleNearby } from "./queries.ts";

const tag = "Find Friend";
const challenge = "Token";
const path = "/api/v1/users";
const onePath = `${path}/:id{\\d+}`;

const ownPlace = `${path}/me/geolocation`;

const PlaceWire = z.object({ latitude: z.number(), longitude: z.number() }).openapi("Place");

const place = (at: string, params: typeof idParam | undefined) =>
  route({
    method: "get",
    path: at,
    tag,
    summary: params ? "Read a person's place, if they share it" : "Read your own shared place",
    access: "signedIn",
    challenge,
    params,
    responses: { 200: PlaceWire },
    handle: async ({ ctx, caller, params }) =>
      respond(200, await findPlace(ctx, caller.userId, params?.id ?? caller.userId)),
  });

const tell = (method: "put" | "post") =>
  route({
    method,
    path: ownPlace,
    tag,
    summary: "Set your place",
    description: "Requires consent (`is_geoip_allowed`).",
    access: "signedIn",
    challenge,
    body: z.object({ latitude: latitude(), longitude: longitude() }).openapi("NewPlace"),
    responses: { 200: PlaceWire },
    async handle({ ctx, caller, body }) {
      await setPlace(ctx, caller.userId, body);
      return respond(200, body);
    },
  });

const distance = route({
  method: "get",
  path: `${onePath}/distance`,
  tag,
  summary: "Read the distance to a person, in kilometres",
  access: "signedIn",
  challenge,
  params: idParam,
  responses: { 200: z.object({ distance: z.number() }) },
  handle: async ({ ctx, caller, params }) =>
    respond(200, { distance: await distanceTo(ctx, caller.userId, params.id) }),
});

/** Kilometres. */
const RADIUS = 500;

const distances = route({
  method: "get",
  path: `${path}/distances`,
  tag,
  summary: "List people nearby with their distance",
  access: "signedIn",
  challenge,
  query: z.object({
    search: wordAs(
      (value) => (/^-?\d{1,9}$/.test(value) ? Number(value) : undefined),
      () => shared.notInteger,
    ).openapi({ type: "integer", description: "The largest distance in kilometres; 500 by default." }),
    ordering: z.string().optional().openapi({ description: "`distance` sorts the nearest first." }),
    limit: windowQuery.shape.limit,
  }),
  responses: {
    200: z.array(
      z
        .object({
          user: z.number().int(),
          first_name: z.string(),
          last_name: z.string(),
          distance: z.number(),
        })
        .openapi("DistanceToPerson"),
    ),
  },
  async handle({ ctx, caller, query }) {
    const found = await peopleNearby(ctx, caller.userId, query.search ?? RADIUS);
    if (query.ordering === "distance") found.sort((one, other) => one.kilometres - other.kilometres);
    return respond(
      200,
      found.slice(0, query.limit).map((person) => ({
        user: person.id,
        first_name: person.firstName,
        last_name: person.lastName,
        distance: person.kilometres,
      })),
    );
  },
});

export const placeRoutes: readonly Route[] = [
  distances,
  tell("put"),
  tell("post"),
  place(ownPlace, undefined),
  place(`${onePath}/geolocation`, idParam),
  distance,
];
