/** `/api/v1/vehicle-types/…`: tariffs. Everybody signed in reads them, operators change them. */

import { invalid, notFound, refuse, wire } from "../../../../platform/http/errors.ts";
import { number, string, unlessBlank } from "../../../../platform/http/input/fields.ts";
import { envelope, pageQuery, paginate } from "../../../../platform/http/lists/paging.ts";
import { messages } from "../../../../platform/http/messages.ts";
import { type ErrorFormat, type Route, respond, route } from "../../../../platform/http/route.ts";
import { text } from "../../../../platform/http/text.ts";
import { z } from "../../../../platform/zod.ts";
import { idParam } from "../../../identity/index.ts";
import { decimalField } from "../fields.ts";
import { toVehicleTypeWire, type VehicleType, VehicleTypeWire } from "../schemas.ts";
import { addTariff, changeTariff, removeTariff, type TariffInput } from "./commands.ts";
import { allTariffs, findTariff, listTariffs } from "./queries.ts";

const tag = "Fleet";
const path = "/api/v1/vehicle-types";
const PAGE_SIZE = 20;

const OPERATORS_ONLY = text("Only operators may change tariffs.", "Только операторы могут изменять тарифы.");
const TAKEN = text(
  "Vehicle type with this Name already exists.",
  "Vehicle type с таким Name уже существует.",
);
const USED = text(
  "There are orders under this tariff: it can't be deleted.",
  "По этому тарифу есть заказы: удалить его нельзя.",
);

const formatError: ErrorFormat = ({ body }, locale) =>
  wire("detail" in body && body.detail === messages.forbidden ? { detail: OPERATORS_ONLY } : body, locale);

const money = () => decimalField({ digits: 10, min: 0 });

const NewTariff = z
  .object({
    name: string({ max: 100 }),
    description: string({ max: 10_000, blank: true }).optional(),
    max_weight: number({ min: 0 }),
    base_price: money(),
    per_km_rate: money().optional(),
  })
  .openapi("NewVehicleType");

const TariffChange = NewTariff.partial().openapi("VehicleTypeChange");

/** The fields that the body names. */
function toInput(body: z.output<typeof TariffChange>): Partial<TariffInput> {
  const named = {
    name: body.name,
    description: body.description,
    maxWeight: body.max_weight,
    basePrice: body.base_price,
    perKmRate: body.per_km_rate,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

const list = route({
  method: "get",
  path,
  tag,
  summary: "List tariffs",
  description: "By name. A bare array; with `page` the usual envelope.",
  access: "signedIn",
  query: pageQuery.extend({
    search: string({ max: 200, blank: true }).optional(),
    weight: unlessBlank(number({ min: 0 })).openapi({ description: "Tonnes that the tariff must allow." }),
    max_price: unlessBlank(decimalField({ digits: 10, min: 0 })),
  }),
  responses: { 200: z.union([z.array(VehicleTypeWire), envelope(VehicleTypeWire)]) },
  async handle({ ctx, query, request }) {
    const filter = { search: query.search, weight: query.weight, maxPrice: query.max_price };
    if (query.page === undefined) return respond(200, (await allTariffs(ctx, filter)).map(toVehicleTypeWire));
    const load = (window: { limit: number; offset: number }) => listTariffs(ctx, filter, window);
    return respond(200, await paginate(ctx, request, query, PAGE_SIZE, load, toVehicleTypeWire));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read a tariff",
  access: "signedIn",
  params: idParam,
  responses: { 200: VehicleTypeWire },
  async handle({ ctx, params }) {
    const tariff = await findTariff(ctx, params.id);
    if (!tariff) throw notFound();
    return respond(200, toVehicleTypeWire(tariff));
  },
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "Add a tariff",
  access: "operator",
  formatError,
  creates: true,
  body: NewTariff,
  responses: { 201: VehicleTypeWire },
  async handle({ ctx, caller, body }) {
    const { name, max_weight: maxWeight, base_price: basePrice } = body;
    const input = { name, maxWeight, basePrice, description: body.description ?? "" };
    const made = await addTariff(ctx, caller, { ...input, perKmRate: body.per_km_rate ?? 0 });
    return respond(201, toVehicleTypeWire(written(made)));
  },
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id`,
    tag,
    summary: method === "put" ? "Replace a tariff" : "Change a tariff",
    access: "operator",
    formatError,
    params: idParam,
    body: method === "put" ? NewTariff : TariffChange,
    responses: { 200: VehicleTypeWire },
    handle: async ({ ctx, caller, params, body }) =>
      respond(200, toVehicleTypeWire(written(await changeTariff(ctx, caller, params.id, toInput(body))))),
  });

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete a tariff",
  description: "400 when an order uses it.",
  access: "operator",
  formatError,
  params: idParam,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const result = await removeTariff(ctx, caller, params.id);
    if (result === "missing") throw notFound();
    if (result === "used") throw refuse(400, USED);
    return respond(204, null);
  },
});

function written(result: VehicleType | "missing" | "taken"): VehicleType {
  if (result === "missing") throw notFound();
  if (result === "taken") throw invalid({ name: TAKEN });
  return result;
}

export const vehicleTypeRoutes: readonly Route[] = [
  list,
  create,
  read,
  change("put"),
  change("patch"),
  remove,
];
