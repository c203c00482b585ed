/** `/api/v1/vehicle-types/…`: tariffs, as the app's start page and its admin page read and change them. */
import { z } from "@hono/zod-openapi";
import { invalid, notFound, refuse, wire } from "../../platform/http/errors.ts";
import { number, string, unlessBlank } from "../../platform/http/fields.ts";
import { messages } from "../../platform/http/messages.ts";
import { envelope, pageQuery, paginate } from "../../platform/http/paging.ts";
import { type Route, reply, route, type Wording } from "../../platform/http/route.ts";
import { text } from "../../platform/http/text.ts";
import { idParam } from "../identity/index.ts";
import { decimalField } from "./fields.ts";
import {
  addTariff,
  allTariffs,
  changeTariff,
  findTariff,
  listTariffs,
  removeTariff,
  type TariffFacts,
} from "./vehicle-types.ts";
import { toVehicleTypeWire, type VehicleType, VehicleTypeWire } from "./wire-fleet.ts";

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

const wording: Wording = ({ body }, locale) =>
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

/** Only what a body names. */
function toFacts(body: z.output<typeof TariffChange>): Partial<TariffFacts> {
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
  summary: "List the tariffs by name",
  description: "A bare array; with `page` the usual envelope.",
  access: "signedIn",
  query: pageQuery.extend({
    search: string({ max: 200, blank: true }).optional(),
    weight: unlessBlank(number({ min: 0 })).openapi({ description: "Tonnes that it must allow." }),
    max_price: unlessBlank(decimalField({ digits: 10, min: 0 })),
  }),
  answers: { 200: z.union([z.array(VehicleTypeWire), envelope(VehicleTypeWire)]) },
  async handle({ scope, query, request }) {
    const filter = { search: query.search, weight: query.weight, maxPrice: query.max_price };
    if (query.page === undefined) return reply(200, (await allTariffs(scope, filter)).map(toVehicleTypeWire));
    const load = (window: { limit: number; offset: number }) => listTariffs(scope, filter, window);
    return reply(200, await paginate(scope, request, query, PAGE_SIZE, load, toVehicleTypeWire));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read a tariff",
  access: "signedIn",
  params: idParam,
  answers: { 200: VehicleTypeWire },
  async handle({ scope, params }) {
    const tariff = await findTariff(scope, params.id);
    if (!tariff) throw notFound();
    return reply(200, toVehicleTypeWire(tariff));
  },
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "Add a tariff",
  access: "operator",
  wording,
  creates: true,
  body: NewTariff,
  answers: { 201: VehicleTypeWire },
  async handle({ scope, caller, body }) {
    const { name, max_weight: maxWeight, base_price: basePrice } = body;
    const facts = { name, maxWeight, basePrice, description: body.description ?? "" };
    const made = await addTariff(scope, caller, { ...facts, perKmRate: body.per_km_rate ?? 0 });
    return reply(201, toVehicleTypeWire(written(made)));
  },
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id`,
    tag,
    summary: method === "put" ? "Change a tariff as a whole" : "Change a tariff",
    access: "operator",
    wording,
    params: idParam,
    body: method === "put" ? NewTariff : TariffChange,
    answers: { 200: VehicleTypeWire },
    handle: async ({ scope, caller, params, body }) =>
      reply(200, toVehicleTypeWire(written(await changeTariff(scope, caller, params.id, toFacts(body))))),
  });

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete a tariff that no order was made under",
  access: "operator",
  wording,
  params: idParam,
  answers: { 204: null },
  async handle({ scope, caller, params }) {
    const result = await removeTariff(scope, caller, params.id);
    if (result === "missing") throw notFound();
    if (result === "used") throw refuse(400, USED);
    return reply(204, null);
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
