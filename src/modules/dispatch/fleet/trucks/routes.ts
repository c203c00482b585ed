/** `/api/v1/tow-trucks/…`: available trucks for everybody, the whole fleet for operators. */

import { isOperator } from "../../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../../platform/http/errors.ts";
import {
  integer,
  limited,
  number,
  reportFault,
  string,
  unlessBlank,
} from "../../../../platform/http/input/fields.ts";
import { envelope, pageQuery, paginate, type Window } from "../../../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { text } from "../../../../platform/http/text.ts";
import { z } from "../../../../platform/zod.ts";
import { idParam } from "../../../identity/index.ts";
import { keyField, noSuchKey } from "../fields.ts";
import { type Truck, TruckWire, toTruckWire } from "../schemas.ts";
import { TRUCK_STATES } from "../tables.ts";
import { addTruck, changeTruck, removeTruck, type TruckFault, type TruckInput } from "./commands.ts";
import { findTruck, listTrucks, type TruckFilter } from "./queries.ts";
import { trucksNear } from "./search.ts";

const tag = "Fleet";
const path = "/api/v1/tow-trucks";
const PAGE_SIZE = 20;

const TEXTS = {
  taken: text(
    "Tow truck with this License plate already exists.",
    "Tow truck с таким License plate уже существует.",
  ),
  notDriver: text("This person is not a driver.", "Этот пользователь не водитель."),
  busy: text(
    "The truck is on a job: its state and its driver stay until the job ends.",
    "Эвакуатор выполняет заказ: до его завершения статус и водителя менять нельзя.",
  ),
  place: text("Enter a place as latitude,longitude.", "Укажите место в виде широта,долгота."),
};

/** `55.75,37.61` */
const placeField = () =>
  limited(60).transform((words, context) => {
    const [, latitude, longitude] = /^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$/.exec(words) ?? [];
    const place = { latitude: Number(latitude), longitude: Number(longitude) };
    if (Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180) return place;
    reportFault({ ...context, value: words }, TEXTS.place);
    return z.NEVER;
  });

const TruckListItem = TruckWire.extend({
  distance: z
    .number()
    .int()
    .optional()
    .openapi({ description: "Metres from `near`, when `near` was given." }),
}).openapi("TowTruckListItem");

const list = route({
  method: "get",
  path,
  tag,
  summary: "List available trucks",
  description:
    "By licence plate. Operators may also filter by another `status` or `ALL`, `search`, and pass `near` to get the nearest first within `radius` metres.",
  access: "signedIn",
  query: pageQuery.extend({
    vehicle_type: unlessBlank(integer()),
    status: unlessBlank(z.enum([...TRUCK_STATES, "ALL"])),
    search: string({ max: 200, blank: true }).optional(),
    near: unlessBlank(placeField()).openapi({ description: "`latitude,longitude`", example: "55.75,37.61" }),
    radius: number({ min: 1, max: 20_100_000 }).default(50_000).openapi({ description: "Metres." }),
  }),
  responses: { 200: envelope(TruckListItem) },
  async handle({ ctx, caller, query, request }) {
    const mayFilter = isOperator(caller);
    const filter: TruckFilter = {
      typeId: query.vehicle_type,
      status: mayFilter ? (query.status === "ALL" ? undefined : (query.status ?? "AVAILABLE")) : "AVAILABLE",
      search: mayFilter ? query.search : undefined,
    };
    const { near: centre, radius } = query;
    const load = (window: Window) =>
      mayFilter && centre
        ? trucksNear(ctx, filter, { centre, radius }, window)
        : listTrucks(ctx, filter, window);
    const toWire = (truck: Truck & { distance?: number }) => ({
      ...toTruckWire(ctx, truck, caller),
      ...(truck.distance === undefined ? {} : { distance: truck.distance }),
    });
    return respond(200, await paginate(ctx, request, query, PAGE_SIZE, load, toWire));
  },
});

const NewTruck = z
  .object({
    license_plate: string({ max: 20 }),
    model: string({ max: 100 }),
    capacity: number({ min: 0 }),
    status: z.enum(TRUCK_STATES).optional(),
    vehicle_types: z
      .preprocess(
        (value) => (typeof value === "string" || typeof value === "number" ? [value] : value),
        z.array(keyField()).max(100),
      )
      .optional(),
    driver: z
      .preprocess((value) => (value === "" ? null : value), keyField().nullable())
      .optional()
      .openapi({ type: ["integer", "null"] }),
  })
  .openapi("NewTowTruck");

const TruckChange = NewTruck.partial().openapi("TowTruckChange");

/** The fields that the body names. */
function toInput(body: z.output<typeof TruckChange>): Partial<TruckInput> {
  const fields = {
    licensePlate: body.license_plate,
    model: body.model,
    capacity: body.capacity,
    status: body.status,
    driverId: body.driver,
    typeIds: body.vehicle_types,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const create = route({
  method: "post",
  path,
  tag,
  summary: "Add a truck",
  description: "Without a `status` the truck is OFFLINE until its driver's first position.",
  access: "operator",
  creates: true,
  body: NewTruck,
  responses: { 201: TruckWire },
  async handle({ ctx, caller, body }) {
    const { license_plate: licensePlate, model, capacity } = body;
    const blank = { driverId: null, typeIds: [] } as const;
    const made = await addTruck(ctx, caller, { ...blank, ...toInput(body), licensePlate, model, capacity });
    return respond(201, toTruckWire(ctx, written(made), caller));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read a truck",
  description: "For operators, and for the truck's driver.",
  access: "signedIn",
  params: idParam,
  responses: { 200: TruckWire },
  async handle({ ctx, caller, params }) {
    const truck = await findTruck(ctx, params.id);
    if (!truck || !(isOperator(caller) || truck.driverId === caller.userId)) throw notFound();
    return respond(200, toTruckWire(ctx, truck, caller));
  },
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id`,
    tag,
    summary: method === "put" ? "Replace a truck" : "Change a truck",
    access: "operator",
    params: idParam,
    body: method === "put" ? NewTruck : TruckChange,
    responses: { 200: TruckWire },
    async handle({ ctx, caller, params, body }) {
      const truck = written(await changeTruck(ctx, caller, params.id, toInput(body)));
      return respond(200, toTruckWire(ctx, truck, caller));
    },
  });

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete a truck",
  description: "Its past orders stay. 400 while the truck is on a job.",
  access: "operator",
  params: idParam,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const result = await removeTruck(ctx, caller, params.id);
    if (result !== "removed") throw refusalOf(result);
    return respond(204, null);
  },
});

function written(result: Truck | TruckFault): Truck {
  if (typeof result === "object" && "licensePlate" in result) return result;
  throw refusalOf(result);
}

function refusalOf(fault: TruckFault) {
  if (fault === "missing") return notFound();
  if (fault === "busy") return refuse(400, TEXTS.busy);
  if (fault === "taken") return invalid({ license_plate: TEXTS.taken });
  if ("noType" in fault) return invalid({ vehicle_types: noSuchKey(fault.noType) });
  return invalid({ driver: "noDriver" in fault ? noSuchKey(fault.noDriver) : TEXTS.notDriver });
}

export const truckRoutes: readonly Route[] = [list, create, read, change("put"), change("patch"), remove];
