/** Reads what the map shows, and does what is done on it. */
import { call } from "../session.ts";
import type { Board, Order, Place, Truck } from "./board.ts";

interface TruckWire {
  readonly id: number;
  readonly license_plate: string;
  readonly status: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly located_at: string | null;
  readonly driver: string | null;
  readonly order_id: string | null;
}

interface OrderWire {
  readonly id: string;
  readonly status: string;
  readonly priority: string;
  readonly tow_truck_id: number | null;
  readonly created_at: string;
  readonly client: string;
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

function truckOf({ id, license_plate, located_at, order_id, driver, ...wire }: TruckWire): Truck {
  const { status, latitude, longitude } = wire;
  return {
    id,
    status,
    latitude,
    longitude,
    plate: license_plate,
    seenAt: located_at,
    driver: driver ?? "",
    orderId: order_id,
  };
}

function orderOf({ tow_truck_id, created_at, ...wire }: OrderWire): Order {
  const { id, status, priority, client, pickup, delivery } = wire;
  return { id, status, priority, client, pickup, delivery, truckId: tow_truck_id, createdAt: created_at };
}

/** The chain is strict: an order that nobody confirmed yet is confirmed first. */
export async function assign(order: Order, truck: number): Promise<void> {
  const path = `/api/v1/orders/${order.id}/update-status/`;
  if (order.status === "PENDING") await call("PATCH", path, { body: { status: "CONFIRMED" } });
  await call("PATCH", path, { body: { status: "ASSIGNED", tow_truck: truck } });
}

/** The last hours of a truck, oldest first, as `[longitude, latitude]`. */
export async function readTrack(truck: number, signal?: AbortSignal): Promise<number[][]> {
  const page = await call<{ results: readonly { place: { latitude: number; longitude: number } }[] }>(
    "GET",
    "/api/admin/truck-points/",
    { query: { truck, sort: "at", order: "desc", per_page: 100 }, signal },
  );
  return page.results.map(({ place }) => [place.longitude, place.latitude]).reverse();
}
