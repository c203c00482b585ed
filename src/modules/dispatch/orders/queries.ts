/** Reads orders with everything that belongs to them: one statement, for any number of orders. */
import { and, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { runFixed } from "../../../platform/db/fixed-text.ts";
import { contains } from "../../../platform/db/folding.ts";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import { notFound } from "../../../platform/http/errors.ts";
import type { Listed, Window } from "../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Person, peopleById } from "../../identity/index.ts";
import type { Truck, Vehicle } from "../fleet/schemas.ts";
import {
  countedUnder,
  type History,
  type OrderRow,
  oneFor,
  oneOf,
  type Page,
  type Payment,
  pageFor,
  pageText,
  type Rating,
  readPage,
  visibleTo,
} from "./order-statements.ts";
import { type OrderStatus, type Side, sideOf } from "./rules.ts";
import { orders, type PRIORITIES } from "./tables.ts";

export type { History, OrderRow, Payment, Rating };

/** SQL condition: the order exists, and belongs to the client when one is given. */
export function orderExists(id: string | null, clientId: number | null): SQL {
  const own = clientId === null ? sql`1` : sql`client_id = ${clientId}`;
  return sql`EXISTS (SELECT 1 FROM orders WHERE id = ${id} AND ${own})`;
}

/** An order with its people, truck, vehicle, history, payments and rating. */
export interface Order extends Readonly<OrderRow> {
  readonly client: Person;
  readonly truck: Truck | null;
  readonly vehicle: Vehicle | null;
  /** The newest first; so are the payments. */
  readonly history: readonly History[];
  readonly payments: readonly Payment[];
  readonly rating: Rating | null;
  readonly people: ReadonlyMap<number, Person>;
}

function withPeople({ orders: found, people: everybody }: Page): Order[] {
  const people = peopleById(everybody);
  return found.flatMap(({ order, vehicle, truck, ...parts }) => {
    const client = people.get(order.clientId);
    const owner = people.get(vehicle?.ownerId ?? 0);
    // One statement reads one state, and an order goes with its client.
    if (!client) return [];
    return {
      ...order,
      ...parts,
      client,
      vehicle: vehicle && owner ? { ...vehicle, owner } : null,
      truck: truck && { ...truck, driver: people.get(truck.driverId ?? 0) ?? null },
      people,
    };
  });
}

export interface OrderFilter {
  readonly status?: OrderStatus | undefined;
  readonly priority?: (typeof PRIORITIES)[number] | undefined;
  readonly vehicleTypeId?: number | undefined;
  /** Epoch ms, both included. */
  readonly createdFrom?: number | undefined;
  readonly createdTo?: number | undefined;
  /** Each word must occur in the id, an address or a licence plate; for operators also in the client's names or phone. */
  readonly search?: string | undefined;
}

/** A page of orders, the newest first, in one trip. */
export async function listOrders(
  ctx: RequestContext,
  caller: Caller,
  filter: OrderFilter,
  window: Window,
): Promise<Listed<Order>> {
  const { limit, offset } = window;
  const conditions = and(
    filter.status && eq(orders.status, filter.status),
    filter.priority && eq(orders.priority, filter.priority),
    filter.vehicleTypeId === undefined ? undefined : eq(orders.vehicleTypeId, filter.vehicleTypeId),
    filter.createdFrom === undefined ? undefined : gte(orders.createdAt, filter.createdFrom),
    filter.createdTo === undefined ? undefined : lte(orders.createdAt, filter.createdTo),
    contains(searched(caller), filter.search),
  );
  const where = and(visibleTo(caller), conditions);
  const rows = conditions
    ? await ctx.db.values<unknown[]>(pageText(where, limit, offset, countedUnder(where)))
    : await runFixed(ctx.db, pageFor(caller, limit, offset));
  const page = readPage(rows);
  return { count: page.count, rows: withPeople(page) };
}

function searched(caller: Caller): SQL[] {
  const texts = [
    sql`orders.id`,
    sql`orders.pickup_address`,
    sql`orders.delivery_address`,
    sql`(SELECT license_plate FROM client_vehicles WHERE id = orders.vehicle_id)`,
    sql`(SELECT license_plate FROM tow_trucks WHERE id = orders.tow_truck_id)`,
  ];
  const client = sql`(SELECT username || ' ' || first_name || ' ' || last_name || ' ' || coalesce(phone, '')
    FROM users WHERE id = orders.client_id)`;
  return isOperator(caller) ? [...texts, client] : texts;
}

/** The order, when the caller may see it. */
export async function findOrder(ctx: RequestContext, caller: Caller, id: string): Promise<Order | null> {
  return theOrder(ctx, oneFor(caller, id));
}

async function theOrder(ctx: RequestContext, statement: ReturnType<typeof oneFor>): Promise<Order | null> {
  const [order] = withPeople(readPage(await runFixed(ctx.db, statement)));
  return order ?? null;
}

/** The order and the caller's side in it; 404 for everybody else. */
export async function requireOrder(
  ctx: RequestContext,
  caller: Caller,
  id: string,
): Promise<{ order: Order; side: Side }> {
  const order = await findOrder(ctx, caller, id);
  const side = order && sideOf(caller, { clientId: order.clientId, driverId: order.truck?.driverId ?? null });
  if (!order || !side) throw notFound();
  return { order, side };
}

/** The order without a rights check, for the server's own work. */
export async function loadOrder(ctx: RequestContext, id: string): Promise<Order | null> {
  return theOrder(ctx, oneOf(id));
}

/** All orders of a client, for the account's export. */
export async function ordersOf(ctx: RequestContext, clientId: number): Promise<Order[]> {
  const where = eq(orders.clientId, clientId);
  return withPeople(readPage(await ctx.db.values<unknown[]>(pageText(where, ALL, 0))));
}

const ALL = 100_000;
