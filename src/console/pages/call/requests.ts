/** The calls of the page for a caller's order. */
import { call } from "../../session.ts";

export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Car {
  readonly id: string;
  readonly make: string;
  readonly model: string;
  readonly color: string;
  readonly license_plate: string;
}

export interface Found {
  readonly phone: string;
  readonly client: {
    readonly id: number;
    readonly username: string;
    readonly first_name: string;
    readonly last_name: string;
    readonly is_active: boolean;
  } | null;
  readonly vehicles: readonly Car[];
}

export interface FoundPlaces {
  /** False: there is no geocoder, or it does not answer. */
  readonly available: boolean;
  readonly places: readonly (Point & { readonly address: string })[];
}

const path = "/api/admin/callers/";

export const findCaller = (phone: string, signal?: AbortSignal) =>
  call<Found>("GET", path, { query: { phone }, signal });

export const findPlaces = (q: string, signal?: AbortSignal) =>
  call<FoundPlaces>("GET", `${path}places/`, { query: { q }, signal });

/** The price in roubles. */
export const readPrice = async (way: object, signal?: AbortSignal) =>
  (await call<{ price: string }>("POST", `${path}estimate/`, { body: way, signal })).price;

export const placeOrder = (order: object) => call<{ id: string }>("POST", `${path}orders/`, { body: order });

/** The order's route as the API takes it. */
export const wayOf = (pickup: Point, delivery: Point, tariff: unknown) => ({
  vehicle_type: tariff,
  pickup_latitude: pickup.latitude,
  pickup_longitude: pickup.longitude,
  delivery_latitude: delivery.latitude,
  delivery_longitude: delivery.longitude,
});
