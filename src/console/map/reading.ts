/** The map's calls to the API. */
import { pathOf } from "../data.ts";
import { call } from "../session.ts";
import type { Board, Order, Place, Truck } from "./board.ts";
import type { Shape } from "./shapes.ts";

interface TruckWire {
  readonly model: string;
  readonly id: number;
  readonly license_plate: string;
  readonly status: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly located_at: string | null;
  readonly driver: { readonly username: string } | null;
  readonly order: string | null;
}

interface OrderWire {
  readonly id: string;
  readonly status: string;
  readonly priority: string;
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
    driver: wire.driver?.username ?? "",
  };
}

function orderOf({ tow_truck: truckId, created_at: createdAt, ...wire }: OrderWire): Order {
  const { id, status, priority, pickup, delivery } = wire;
  return { id, status, priority, pickup, delivery, truckId, createdAt };
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
  readonly driver: { readonly id: number; readonly username: string } | null;
  readonly located_at: string | null;
  readonly distance_m: number;
  /** Why it can't take the order; null when it can. */
  readonly fault: "unsuitable" | "driverless" | "unavailable" | "silent" | null;
}

/** The nearest trucks that can take an order, then the nearest that can't. */
export const readCandidates = (order: string, signal?: AbortSignal) =>
  call<readonly Candidate[]>("GET", pathOf("orders", order, "trucks"), { signal });

/** A truck's track of the last hours, the oldest first, as `[longitude, latitude]`. */
export async function readTrack(truck: number, signal?: AbortSignal): Promise<number[][]> {
  const points = await call<readonly { latitude: number; longitude: number }[]>(
    "GET",
    `/api/v1/tow-trucks/${truck}/track/`,
    { signal },
  );
  return points.map(({ longitude, latitude }) => [longitude, latitude]);
}

interface City {
  readonly name: string;
  readonly place: { readonly latitude: number; readonly longitude: number } | null;
}

/** All cities, in a few pages. */
export async function readCities(signal?: AbortSignal): Promise<Shape> {
  const page = (number: number) =>
    call<{ count: number; results: readonly City[] }>("GET", pathOf("cities"), {
      query: { page: number, per_page: 100, sort: "id" },
      signal,
    });
  const first = await page(1);
  const further = Array.from({ length: Math.ceil(first.count / 100) - 1 }, (_, index) => page(index + 2));
  const pages = [first, ...(await Promise.all(further))];
  return {
    type: "FeatureCollection",
    features: pages
      .flatMap(({ results }) => results)
      .flatMap(({ name, place }) =>
        place
          ? [
              {
                type: "Feature",
                properties: { name },
                geometry: { type: "Point", coordinates: [place.longitude, place.latitude] },
              },
            ]
          : [],
      ),
  };
}
