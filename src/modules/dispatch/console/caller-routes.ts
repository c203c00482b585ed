/** `/api/admin/callers/…`: orders that operators take for clients who call. */
import { fromHundredths } from "../../../platform/decimal.ts";
import { admitted } from "../../../platform/http/caller.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { integer, string } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { queryGeocoder } from "../../../platform/outbound/geocoder.ts";
import { instantInput } from "../../../platform/resources/inputs.ts";
import { z } from "../../../platform/zod.ts";
import { phoneField } from "../../identity/index.ts";
import { keyField, noSuchKey, uuidField } from "../fleet/fields.ts";
import { degrees } from "../orders/fields.ts";
import { PRIORITIES } from "../orders/tables.ts";
import { priceForRoute } from "../pricing/queries.ts";
import { findCaller, placeForCaller } from "./caller-orders.ts";

const tag = "Admin";
const path = "/api/admin/callers";

const CallerWire = z
  .object({
    phone: z.string(),
    client: z
      .object({
        id: z.number().int(),
        username: z.string(),
        first_name: z.string(),
        last_name: z.string(),
        user_type: z.string(),
        is_active: z.boolean(),
      })
      .nullable(),
    vehicles: z.array(
      z.object({
        id: z.string(),
        make: z.string(),
        model: z.string(),
        color: z.string(),
        license_plate: z.string(),
      }),
    ),
  })
  .openapi("AdminCaller");

const find = route({
  method: "get",
  path,
  tag,
  summary: "Find a client by phone, with their cars",
  description:
    "The phone in any notation; the answer has it in E.164. `client` is null when nobody has this phone.",
  access: "operator",
  right: "orders:take",
  query: z.object({ phone: phoneField() }),
  responses: { 200: CallerWire },
  async handle({ ctx, query: { phone } }) {
    const found = await findCaller(ctx, phone);
    if (!found) return respond(200, { phone, client: null, vehicles: [] });
    const { id, username, firstName, lastName, userType, isActive } = found.client;
    return respond(200, {
      phone,
      client: {
        id,
        username,
        first_name: firstName,
        last_name: lastName,
        user_type: userType,
        is_active: isActive,
      },
      vehicles: found.cars.map((car) => ({
        id: car.id,
        make: car.make,
        model: car.model,
        color: car.color,
        license_plate: car.licensePlate,
      })),
    });
  },
});

const way = {
  vehicle_type: keyField(),
  pickup_latitude: degrees(90),
  pickup_longitude: degrees(180),
  delivery_latitude: degrees(90),
  delivery_longitude: degrees(180),
};

const EstimateRequest = z.object(way).openapi("AdminEstimateRequest");

/** The columns of an order's route. */
const routeOf = (body: z.output<typeof EstimateRequest>) => ({
  vehicleTypeId: body.vehicle_type,
  pickupLatitude: body.pickup_latitude,
  pickupLongitude: body.pickup_longitude,
  deliveryLatitude: body.delivery_latitude,
  deliveryLongitude: body.delivery_longitude,
});

const estimate = route({
  method: "post",
  path: `${path}/estimate`,
  tag,
  summary: "Estimate the price of an order before it is placed",
  description: "By the straight-line distance and the weather, as the order itself will be.",
  access: "operator",
  right: "orders:take",
  body: EstimateRequest,
  responses: { 200: z.object({ price: z.string() }).openapi("AdminEstimate") },
  async handle({ ctx, body }) {
    const price = await priceForRoute(ctx, routeOf(body));
    if (price === null) throw invalid({ vehicle_type: noSuchKey(body.vehicle_type) });
    return respond(200, { price: fromHundredths(price) });
  },
});

const CallerOrder = z
  .object({
    phone: phoneField(),
    client: keyField().nullable().optional(),
    first_name: string({ max: 150, blank: true }).optional(),
    last_name: string({ max: 150, blank: true }).optional(),
    vehicle: uuidField().nullable().optional(),
    make: string({ max: 100 }).optional(),
    model: string({ max: 100 }).optional(),
    license_plate: string({ max: 20 }).optional(),
    year: integer({ min: 0, max: 9999 }).optional(),
    color: string({ max: 50, blank: true }).optional(),
    ...way,
    pickup_address: string({ max: 1000 }),
    delivery_address: string({ max: 1000 }),
    description: string({ max: 4000, blank: true }).optional(),
    priority: z.enum(PRIORITIES).optional(),
    scheduled_at: instantInput().nullable().optional(),
  })
  .superRefine((body, context) => {
    if (body.vehicle) return;
    for (const name of ["make", "model", "license_plate"] as const)
      if (body[name] === undefined)
        context.addIssue({ code: "invalid_type", expected: "string", path: [name], input: undefined });
  })
  .openapi("AdminCallerOrder");

const place = route({
  method: "post",
  path: `${path}/orders`,
  tag,
  summary: "Place an order for a client who calls",
  description:
    "`client`, or whoever has the phone, or a new client with this phone and name. `vehicle` is one of the client's cars; without it `make`, `model` and `license_plate` describe a new one. When the order is refused, a client and a car that were made for it stay, and the same request finds them.",
  access: "operator",
  right: "orders:take",
  creates: true,
  body: CallerOrder,
  responses: { 201: z.object({ id: z.uuid() }).openapi("AdminCallerOrderPlaced") },
  async handle({ ctx, caller, body }) {
    const id = await placeForCaller(ctx, admitted(caller), {
      client: {
        clientId: body.client ?? null,
        phone: body.phone,
        firstName: body.first_name ?? "",
        lastName: body.last_name ?? "",
      },
      vehicle: body.vehicle ?? {
        nickname: "",
        make: body.make ?? "",
        model: body.model ?? "",
        year: body.year ?? 0,
        color: body.color ?? "",
        licensePlate: body.license_plate ?? "",
        notes: "",
      },
      order: {
        ...routeOf(body),
        pickupAddress: body.pickup_address,
        deliveryAddress: body.delivery_address,
        description: body.description ?? "",
        priority: body.priority ?? "NORMAL",
        scheduledAt: body.scheduled_at ?? null,
      },
    });
    return respond(201, { id });
  },
});

const PlacesWire = z
  .object({
    available: z.boolean(),
    places: z.array(z.object({ address: z.string(), latitude: z.number(), longitude: z.number() })),
  })
  .openapi("AdminPlaces");

/** How many places a search shows. */
const MOST = 6;

const places = route({
  method: "get",
  path: `${path}/places`,
  tag,
  summary: "Search places by address",
  description:
    "At the geocoder of the settings. `available` is false without one, and when it does not answer: then a point on the map says where.",
  access: "operator",
  right: "orders:take",
  query: z.object({ q: string({ max: 300 }) }),
  responses: { 200: PlacesWire },
  async handle({ ctx, query: { q } }) {
    const { geocoderUrl } = ctx.runtime.settings;
    const found = geocoderUrl ? await queryGeocoder(geocoderUrl, q, MOST).catch(() => null) : null;
    return respond(200, { available: found !== null, places: found ?? [] });
  },
});

export const callerRoutes: readonly Route[] = [find, estimate, place, places];
