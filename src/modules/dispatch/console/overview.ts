/** Figures and the live map for the console's start page: orders, trucks and earnings. */
import { sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import { countedRows } from "../../../platform/db/counted-rows.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { staffTitleSql } from "../../identity/index.ts";

const MINUTE = 60_000;
const DAY = 24 * 3600_000;

/** Average times cover this period. */
const LATELY = 7 * DAY;
/** Earnings by day cover this many days. */
const DAYS = 30;

/** SQL: the order is neither completed nor cancelled. */
const isUnderWay = sql`status IN ('PENDING', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS')`;

/** Orders without a truck, by age. */
interface Waiting {
  readonly under15m: number;
  readonly under1h: number;
  readonly under4h: number;
  readonly older: number;
}

/** Averages in seconds, null without data: from order to assignment, from start to completion. */
interface Times {
  readonly response: number | null;
  readonly completion: number | null;
  readonly assigned: number;
  readonly completed: number;
}

/**
 * Orders by status. Those under way are read; the finished ones, which grow without end, are what the counts leave over.
 */
const ordersByStatus = (
  now: number,
) => sql`SELECT status, count, CAST((${now} - oldest) / 1000 AS INTEGER) AS oldest FROM (
    SELECT status, count(*) AS count, min(created_at) AS oldest FROM orders WHERE ${isUnderWay} GROUP BY status
    UNION ALL SELECT 'COMPLETED', ${countedRows("orders")} - ${countedRows("orders.cancelled")}
      - (SELECT count(*) FROM orders WHERE ${isUnderWay}), (SELECT min(created_at) FROM orders WHERE status = 'COMPLETED')
    UNION ALL SELECT 'CANCELLED', ${countedRows("orders.cancelled")},
      (SELECT min(created_at) FROM orders WHERE status = 'CANCELLED'))
  WHERE count > 0`;

export interface OrdersOverview {
  /** Orders in each status, with the age of the oldest in seconds. */
  readonly states: readonly { status: string; count: number; oldest: number }[];
  readonly waiting: Waiting;
  readonly times: Times;
  readonly trucks: { available: number; busy: number; maintenance: number; offline: number; drivers: number };
  /** Completed payments of each day, UTC, minor units. */
  readonly earnings: readonly { day: string; amount: number; count: number }[];
}

/** Four statements in one round trip. */
export async function ordersOverview(ctx: RequestContext): Promise<OrdersOverview> {
  const now = ctx.now();
  const since = (ms: number) => now - ms;
  const younger = (minutes: number, than: number) =>
    sql`count(*) FILTER (WHERE created_at <= ${since(than * MINUTE)} AND created_at > ${since(minutes * MINUTE)})`;
  const results = await runBatch(ctx.db, [
    ctx.db.run(ordersByStatus(now)),
    ctx.db.run(sql`SELECT ${younger(15, 0)} AS under15m, ${younger(60, 15)} AS under1h, ${younger(240, 60)} AS under4h,
        count(*) FILTER (WHERE created_at <= ${since(240 * MINUTE)}) AS older,
        (SELECT avg(assigned_at - created_at) / 1000 FROM orders WHERE assigned_at > ${since(LATELY)}) AS response,
        (SELECT avg(completed_at - started_at) / 1000 FROM orders WHERE completed_at > ${since(LATELY)}) AS completion,
        (SELECT count(*) FROM orders WHERE assigned_at > ${since(LATELY)}) AS assigned,
        (SELECT count(*) FROM orders WHERE completed_at > ${since(LATELY)}) AS completed
      FROM orders WHERE status IN ('PENDING', 'CONFIRMED')`),
    ctx.db.run(sql`SELECT count(*) FILTER (WHERE status = 'AVAILABLE') AS available,
        count(*) FILTER (WHERE status = 'BUSY') AS busy, count(*) FILTER (WHERE status = 'MAINTENANCE') AS maintenance,
        count(*) FILTER (WHERE status = 'OFFLINE') AS offline,
        count(DISTINCT driver_id) FILTER (WHERE status IN ('AVAILABLE', 'BUSY')) AS drivers FROM tow_trucks`),
    ctx.db.run(sql`SELECT date(paid_at / 1000, 'unixepoch') AS day, sum(amount) AS amount, count(*) AS count
      FROM payments WHERE status = 'COMPLETED' AND paid_at > ${since(DAYS * DAY)} GROUP BY day ORDER BY day`),
  ]);
  const [states = [], [figures] = [], [trucks] = [], earnings = []] = results.map(
    (result) => (result as { results: unknown[] }).results,
  );
  const { response, completion, assigned, completed, ...waiting } = figures as Times & Waiting;
  return {
    states: states as OrdersOverview["states"],
    waiting,
    times: { response, completion, assigned, completed },
    trucks: trucks as OrdersOverview["trucks"],
    earnings: earnings as OrdersOverview["earnings"],
  };
}

/** Upper bounds of markers: a large fleet, and a page of orders. */
const MAX_TRUCKS = 30_000;
const MAX_ORDERS = 2000;

export interface TruckOnMap {
  readonly id: number;
  readonly plate: string;
  readonly model: string;
  readonly status: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly locatedAt: number | null;
  readonly driverId: number | null;
  readonly driver: string | null;
  /** By name and phone. */
  readonly driverName: string | null;
  /** Null without a driver. */
  readonly isOnDuty: boolean | null;
  /** Tariffs that it serves. */
  readonly tariffs: readonly number[];
  readonly orderId: string | null;
}

export interface OrderOnMap {
  readonly id: string;
  readonly status: string;
  readonly priority: string;
  readonly tariff: number;
  readonly truckId: number | null;
  readonly pickupAddress: string;
  readonly pickupLatitude: number;
  readonly pickupLongitude: number;
  readonly deliveryAddress: string;
  readonly deliveryLatitude: number;
  readonly deliveryLongitude: number;
  readonly createdAt: number;
}

interface StoredTruck extends Omit<TruckOnMap, "isOnDuty" | "tariffs"> {
  readonly isOnDuty: number | null;
  readonly tariffs: string;
}

/** Trucks with a position, the last located first; open orders, the oldest first. */
export async function liveMap(ctx: RequestContext): Promise<{ trucks: TruckOnMap[]; orders: OrderOnMap[] }> {
  const results = await runBatch(ctx.db, [
    ctx.db.run(sql`SELECT t.id, t.license_plate AS plate, t.model, t.status, t.latitude, t.longitude,
        t.located_at AS locatedAt, t.driver_id AS driverId, u.username AS driver,
        ${staffTitleSql("u")} AS driverName, u.on_duty AS isOnDuty, o.id AS orderId,
        (SELECT json_group_array(vehicle_type_id) FROM tow_truck_types WHERE truck_id = t.id) AS tariffs
      FROM tow_trucks t LEFT JOIN users u ON u.id = t.driver_id
        LEFT JOIN orders o ON o.tow_truck_id = t.id AND o.status IN ('ASSIGNED', 'IN_PROGRESS')
      WHERE t.latitude IS NOT NULL AND t.longitude IS NOT NULL ORDER BY t.located_at DESC, t.id LIMIT ${MAX_TRUCKS}`),
    ctx.db.run(sql`SELECT id, status, priority, vehicle_type_id AS tariff, tow_truck_id AS truckId, pickup_address AS pickupAddress,
        pickup_latitude AS pickupLatitude, pickup_longitude AS pickupLongitude, delivery_address AS deliveryAddress,
        delivery_latitude AS deliveryLatitude, delivery_longitude AS deliveryLongitude, created_at AS createdAt
      FROM orders WHERE status IN ('PENDING', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS')
      ORDER BY created_at, id LIMIT ${MAX_ORDERS}`),
  ]);
  const [trucks, orders] = results.map((result) => (result as { results: unknown[] }).results);
  return {
    trucks: (trucks as StoredTruck[]).map(({ isOnDuty, tariffs, ...truck }) => ({
      ...truck,
      isOnDuty: isOnDuty === null ? null : isOnDuty === 1,
      tariffs: JSON.parse(tariffs) as number[],
    })),
    orders: orders as OrderOnMap[],
  };
}
