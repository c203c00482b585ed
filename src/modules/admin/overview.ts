/** `/api/admin/dashboard/`, `/api/admin/map/` and the trucks around an order. */

import { outboxHealth } from "../../platform/db/claims.ts";
import { fromHundredths } from "../../platform/decimal.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import {
  type CandidateTruck,
  liveMap,
  type OrderOnMap,
  type OrdersOverview,
  ordersOverview,
  type TruckOnMap,
  trucksAround,
  uuidField,
} from "../dispatch/index.ts";
import { ticketsOverview } from "../support/index.ts";
import { requireResource } from "./catalogue.ts";

const tag = "Admin";

/** A page of several resources is for those who may read all of them. */
function requireRead(caller: Caller, names: readonly string[]): void {
  for (const name of names) requireResource(caller, name, "read");
}

const count = z.number().int();
const seconds = z.number().int().nullable();

const Dashboard = z
  .object({
    orders: z.object({
      by_state: z.array(z.object({ status: z.string(), count, oldest_seconds: count })),
      waiting: z.object({ under_15m: count, under_1h: count, under_4h: count, older: count }),
    }),
    /** Averages of the last seven days. */
    times: z.object({
      response_seconds: seconds,
      completion_seconds: seconds,
      assigned: count,
      completed: count,
    }),
    trucks: z.object({
      available: count,
      busy: count,
      maintenance: count,
      offline: count,
      drivers_online: count,
    }),
    tickets: z.object({
      open: count,
      in_progress: count,
      unassigned: count,
      waiting: count,
      longest_wait_seconds: seconds,
    }),
    mail: z.object({ pending: count, dead: count, oldest_pending_seconds: seconds }),
    earnings: z.array(z.object({ day: z.string(), amount: z.string(), count })),
  })
  .openapi("AdminDashboard");

const rounded = (value: number | null) => (value === null ? null : Math.round(value));

function ordersWire({ states, waiting, times, trucks, earnings }: OrdersOverview) {
  const { drivers, ...byState } = trucks;
  return {
    orders: {
      by_state: states.map(({ oldest, ...state }) => ({ ...state, oldest_seconds: oldest })),
      waiting: {
        under_15m: waiting.under15m,
        under_1h: waiting.under1h,
        under_4h: waiting.under4h,
        older: waiting.older,
      },
    },
    times: {
      response_seconds: rounded(times.response),
      completion_seconds: rounded(times.completion),
      assigned: times.assigned,
      completed: times.completed,
    },
    trucks: { ...byState, drivers_online: drivers },
    earnings: earnings.map(({ amount, ...day }) => ({ ...day, amount: fromHundredths(amount) })),
  };
}

const dashboard = route({
  method: "get",
  path: "/api/admin/dashboard",
  tag,
  summary: "Read the figures for orders, trucks, tickets, mail and earnings",
  access: "operator",
  right: "any",
  responses: { 200: Dashboard },
  async handle({ ctx, caller }) {
    requireRead(caller, ["orders", "tow-trucks", "payments", "support-tickets", "outbox"]);
    const [orders, tickets, mail] = await Promise.all([
      ordersOverview(ctx),
      ticketsOverview(ctx),
      outboxHealth(ctx.db, ctx.now()),
    ]);
    const { inProgress, longestWait, ...further } = tickets;
    const { oldestPending, ...letters } = mail;
    return respond(200, {
      ...ordersWire(orders),
      tickets: { ...further, in_progress: inProgress, longest_wait_seconds: longestWait },
      mail: { ...letters, oldest_pending_seconds: oldestPending },
    });
  },
});

const Place = z.object({ latitude: z.number(), longitude: z.number() });
/** `name`: name and phone. */
const Driver = z.object({ id: count, username: z.string(), name: z.string() });

function driverWire(truck: Pick<TruckOnMap, "driverId" | "driver" | "driverName">) {
  const { driverId, driver, driverName } = truck;
  return driverId === null ? null : { id: driverId, username: driver ?? "", name: driverName ?? "" };
}

const Live = z
  .object({
    trucks: z.array(
      Place.extend({
        id: count,
        license_plate: z.string(),
        model: z.string(),
        status: z.string(),
        located_at: z.string().nullable(),
        vehicle_types: z.array(count),
        driver: Driver.extend({ on_duty: z.boolean() }).nullable(),
        order: z.string().nullable(),
      }),
    ),
    orders: z.array(
      z.object({
        id: z.string(),
        status: z.string(),
        priority: z.string(),
        vehicle_type: count,
        tow_truck: count.nullable(),
        pickup: Place.extend({ address: z.string() }),
        delivery: Place.extend({ address: z.string() }),
        created_at: z.string(),
      }),
    ),
  })
  .openapi("AdminMap");

function truckWire(truck: TruckOnMap): z.input<typeof Live>["trucks"][number] {
  const { id, plate, model, status, latitude, longitude, locatedAt } = truck;
  const driver = driverWire(truck);
  return {
    id,
    license_plate: plate,
    model,
    status,
    latitude,
    longitude,
    located_at: locatedAt === null ? null : isoTime(locatedAt),
    vehicle_types: [...truck.tariffs],
    driver: driver && { ...driver, on_duty: truck.isOnDuty ?? false },
    order: truck.orderId,
  };
}

function orderWire(order: OrderOnMap): z.input<typeof Live>["orders"][number] {
  const { id, status, priority, truckId, createdAt } = order;
  return {
    id,
    status,
    priority,
    vehicle_type: order.tariff,
    tow_truck: truckId,
    pickup: {
      address: order.pickupAddress,
      latitude: order.pickupLatitude,
      longitude: order.pickupLongitude,
    },
    delivery: {
      address: order.deliveryAddress,
      latitude: order.deliveryLatitude,
      longitude: order.deliveryLongitude,
    },
    created_at: isoTime(createdAt),
  };
}

const live = route({
  method: "get",
  path: "/api/admin/map",
  tag,
  summary: "List trucks with their last position, and active orders; at most 2,000 of each",
  access: "operator",
  right: "any",
  responses: { 200: Live },
  async handle({ ctx, caller }) {
    requireRead(caller, ["orders", "tow-trucks"]);
    const { trucks, orders } = await liveMap(ctx);
    return respond(200, { trucks: trucks.map(truckWire), orders: orders.map(orderWire) });
  },
});

const Candidates = z
  .array(
    z.object({
      id: count,
      license_plate: z.string(),
      model: z.string(),
      status: z.string(),
      driver: Driver.nullable(),
      located_at: z.string().nullable(),
      distance_m: count,
      fault: z.enum(["unsuitable", "driverless", "unavailable", "silent"]).nullable(),
    }),
  )
  .openapi("AdminCandidateTrucks");

function candidateWire(truck: CandidateTruck): z.input<typeof Candidates>[number] {
  const { id, plate, model, status, locatedAt, distance, fault } = truck;
  return {
    id,
    license_plate: plate,
    model,
    status,
    driver: driverWire(truck),
    located_at: locatedAt === null ? null : isoTime(locatedAt),
    distance_m: distance,
    fault,
  };
}

const around = route({
  method: "get",
  path: "/api/admin/orders/:uuid/trucks",
  tag,
  summary: "List the trucks around an order's pickup, and why some can't take it",
  description:
    "The nearest eight that can take the order (`fault` is null), then the nearest eight that can't: `unsuitable` for the tariff, `driverless`, `unavailable` because of their state or another job, or `silent` without a recent position.",
  access: "operator",
  right: "any",
  params: z.object({ uuid: uuidField() }),
  responses: { 200: Candidates },
  async handle({ ctx, caller, params }) {
    requireRead(caller, ["orders", "tow-trucks"]);
    return respond(200, (await trucksAround(ctx, params.uuid)).map(candidateWire));
  },
});

export const overviewRoutes: readonly Route[] = [dashboard, live, around];
