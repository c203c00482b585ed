/** The map's calls to the API. */
import { pathOf } from "../../data.ts";
import { call } from "../../session.ts";
import { pointsShape, type Shape } from "../canvas/shapes.ts";
import type { Board, Order, Place, Truck } from "./board.ts";

interface TruckWire {
  readonly model: string;
  readonly id: number;
  readonly license_plate: string;
  readonly status: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly located_at: string | null;
  readonly vehicle_types: readonly number[];
  readonly driver: { readonly id: number; readonly name: string; readonly on_duty: boolean } | null;
  readonly order: string | null;
}

interface OrderWire {
  readonly id: string;
  readonly status: string;
  readonly priority: string;
  readonly vehicle_type: number;
  readonly tow_truck: number | null;
  readonly created_at: string;
  readonly pickup: Place;
  readonly delivery: Place;
}

export async function readBoard(signal?: AbortSignal): Promise<Board> {
  const answer = await call<{ trucks: readonly TruckWire[]; orders: readonly OrderWire[] }>(
    "GET",
    "/api/admin/map/",
    { signal },
  );
  return {
    trucks: new Map(answer.trucks.map((wire) => [wire.id, truckOf(wire)])),
    orders: new Map(answer.orders.map((wire) => [wire.id, orderOf(wire)])),
  };
}

function truckOf({ id, status, latitude, longitude, ...wire }: TruckWire): Truck {
  const { license_plate: plate, model, located_at: seenAt, order: orderId } = wire;
  return {
    id,
    status,
    latitude,
    longitude,
    plate,
    model,
    seenAt,
    orderId,
    driver: wire.driver?.name ?? "",
    driverId: wire.driver?.id ?? null,
    isOnDuty: wire.driver?.on_duty ?? null,
    tariffs: wire.vehicle_types,
  };
}

function orderOf({ tow_truck: truckId, created_at: createdAt, ...wire }: OrderWire): Order {
  const { id, status, priority, vehicle_type: tariff, pickup, delivery } = wire;
  return { id, status, priority, tariff, pickup, delivery, truckId, createdAt };
}

/** Assigns a truck in one step, which also confirms a pending order; nothing changes when it is refused. */
export async function assign(order: string, truck: number): Promise<void> {
  await call("POST", pathOf("orders", order, "actions", "assign"), { body: { tow_truck: truck } });
}

export interface Candidate {
  readonly id: number;
  readonly license_plate: string;
  readonly model: string;
  readonly status: string;
  readonly driver: { readonly id: number; readonly name: string } | null;
  readonly located_at: string | null;
  readonly distance_m: number;
  /** Why it can't take the order; null when it can. */
  readonly fault: "unsuitable" | "driverless" | "unavailable" | "silent" | null;
}

/** The nearest trucks that can take an order, then the nearest that can't. */
export const readCandidates = (order: string, signal?: AbortSignal) =>
  call<readonly Candidate[]>("GET", pathOf("orders", order, "trucks"), { signal });

/** A truck's track of the last hours, the oldest first, as `[longitude, latitude]`. */
export async function readTrack(truck: number, signal?: AbortSignal, hours = 6): Promise<number[][]> {
  const points = await call<readonly { latitude: number; longitude: number }[]>(
    "GET",
    `/api/v1/tow-trucks/${truck}/track/`,
    { query: { hours }, signal },
  );
  return points.map(({ longitude, latitude }) => [longitude, latitude]);
}

interface Page<Row> {
  readonly count: number;
  readonly results: readonly Row[];
}

/** Rows of a resource in pages of a hundred, at most `most`. */
async function readAll<Row>(
  resource: string,
  filter: Record<string, string>,
  most: number,
  signal?: AbortSignal,
): Promise<Row[]> {
  const page = (number: number) =>
    call<Page<Row>>("GET", pathOf(resource), {
      query: { ...filter, page: number, per_page: 100, sort: "id" },
      signal,
    });
  const first = await page(1);
  const count = Math.ceil(Math.min(first.count, most) / 100);
  const further = Array.from({ length: Math.max(0, count - 1) }, (_, index) => page(index + 2));
  return [first, ...(await Promise.all(further))].flatMap(({ results }) => results);
}

interface CityWire {
  readonly name: string;
  readonly place: { readonly latitude: number; readonly longitude: number } | null;
}

/** Cities of the database, as points with their names. */
export async function readCities(signal?: AbortSignal): Promise<Shape> {
  const cities = await readAll<CityWire>("cities", {}, 5000, signal);
  return pointsShape(cities.flatMap(({ name, place }) => (place ? [{ name, ...place }] : [])));
}

/** A tariff's name by its id. */
export interface Tariff {
  readonly id: number;
  readonly name: string;
}

export const readTariffs = (signal?: AbortSignal) => readAll<Tariff>("vehicle-types", {}, 500, signal);

/** An open task with a place. */
export interface Task {
  readonly id: number;
  readonly title: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Of its geofence, metres; null without one. */
  readonly radius: number | null;
  /** Null: everybody's. */
  readonly assignedTo: number | null;
}

interface TaskWire {
  readonly id: number;
  readonly title: string;
  readonly location: { readonly latitude: number; readonly longitude: number } | null;
  readonly radius: number | null;
  readonly assigned_to: { readonly id: number } | number | null;
}

/** Open tasks with a place, at most 500. */
export async function readTasks(signal?: AbortSignal): Promise<Task[]> {
  const open = await readAll<TaskWire>("tasks", { status: "pending,in_progress" }, 500, signal);
  return open.flatMap(({ id, title, location, radius, assigned_to: who }) => {
    const assignedTo = typeof who === "object" ? (who?.id ?? null) : who;
    return location ? [{ id, title, radius, assignedTo, ...location }] : [];
  });
}
