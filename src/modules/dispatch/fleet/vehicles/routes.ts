/** `/api/v1/vehicles/…`: the vehicles of clients. */

import { invalid, notFound, refuse } from "../../../../platform/http/errors.ts";
import { integer, string } from "../../../../platform/http/input/fields.ts";
import { envelope, pageQuery, paginate } from "../../../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../../../platform/http/route.ts";
import { text } from "../../../../platform/http/text.ts";
import { z } from "../../../../platform/zod.ts";
import { toVehicleWire, type Vehicle, VehicleWire } from "../schemas.ts";
import { addVehicle, changeVehicle, removeVehicle, type VehicleInput } from "./commands.ts";
import { findVehicle, listVehicles } from "./queries.ts";

const tag = "Fleet";
const path = "/api/v1/vehicles";
const PAGE_SIZE = 20;

const TAKEN = text(
  "Client vehicle with this License plate already exists.",
  "Client vehicle с таким License plate уже существует.",
);
const USED = text(
  "There are orders for this vehicle: it can't be deleted.",
  "На этот автомобиль есть заказы: удалить его нельзя.",
);

const params = z.object({
  id: z.guid().toLowerCase().openapi({ format: "uuid" }),
});

const NewVehicle = z
  .object({
    nickname: string({ max: 120, blank: true }).optional(),
    make: string({ max: 100 }),
    model: string({ max: 100 }),
    year: integer({ min: 0, max: 9999 }),
    color: string({ max: 50, blank: true }).optional(),
    license_plate: string({ max: 20 }),
    notes: string({ max: 10_000, blank: true }).optional(),
  })
  .openapi("NewClientVehicle");

const VehicleChange = NewVehicle.partial().openapi("ClientVehicleChange");

/** The fields that the body names. */
function toInput({ license_plate: licensePlate, ...rest }: z.output<typeof VehicleChange>) {
  const named = Object.entries({ ...rest, licensePlate }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named) as Partial<VehicleInput>;
}

const list = route({
  method: "get",
  path,
  tag,
  summary: "List vehicles",
  description: "The caller's own, by make, model and plate; operators see all.",
  access: "signedIn",
  query: pageQuery.extend({ search: string({ max: 200, blank: true }).optional() }),
  responses: { 200: envelope(VehicleWire) },
  handle: async ({ ctx, caller, query, request }) =>
    respond(
      200,
      await paginate(
        ctx,
        request,
        query,
        PAGE_SIZE,
        (window) => listVehicles(ctx, caller, query.search, window),
        (vehicle) => toVehicleWire(ctx, vehicle, caller),
      ),
    ),
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "Add a vehicle",
  access: "signedIn",
  creates: true,
  body: NewVehicle,
  responses: { 201: VehicleWire },
  async handle({ ctx, caller, body }) {
    const { license_plate: licensePlate, nickname = "", color = "", notes = "", ...rest } = body;
    const made = await addVehicle(ctx, caller, { ...rest, licensePlate, nickname, color, notes });
    return respond(201, toVehicleWire(ctx, written(made), caller));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read a vehicle",
  access: "signedIn",
  params,
  responses: { 200: VehicleWire },
  handle: async ({ ctx, caller, params }) =>
    respond(
      200,
      toVehicleWire(ctx, written((await findVehicle(ctx, caller, params.id)) ?? "missing"), caller),
    ),
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id`,
    tag,
    summary: method === "put" ? "Replace a vehicle" : "Change a vehicle",
    access: "signedIn",
    params,
    body: method === "put" ? NewVehicle : VehicleChange,
    responses: { 200: VehicleWire },
    async handle({ ctx, caller, params, body }) {
      const changed = await changeVehicle(ctx, caller, params.id, toInput(body));
      return respond(200, toVehicleWire(ctx, written(changed), caller));
    },
  });

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete a vehicle",
  description: "400 when an order names it.",
  access: "signedIn",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const result = await removeVehicle(ctx, caller, params.id);
    if (result === "missing") throw notFound();
    if (result === "used") throw refuse(400, USED);
    return respond(204, null);
  },
});

function written(result: Vehicle | "missing" | "taken"): Vehicle {
  if (result === "missing") throw notFound();
  if (result === "taken") throw invalid({ license_plate: TAKEN });
  return result;
}

export const vehicleRoutes: readonly Route[] = [list, create, read, change("put"), change("patch"), remove];
