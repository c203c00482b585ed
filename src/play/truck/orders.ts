/** The requests of the truck's scene: an order from its call to its end. */
import type { Caravan, DataOf } from "@caravan/client";
import type { Place, Square } from "./ring.ts";

export type OrderWire = DataOf<"/api/v1/orders/{uuid}/", "get">;
export type OfferWire = DataOf<"/api/v1/offers/", "get">["results"][number];

/** Why there can be no order: the account has no car. */
export class NoVehicle extends Error {}

const params = (uuid: string) => ({ params: { path: { uuid } } });

/** Orders a truck for the account's first car. Returns the order's id. */
export async function placeOrder(
  { api }: Caravan,
  from: Square,
  to: Square,
  locale: "en" | "ru",
): Promise<string> {
  const [vehicle] = (await api.GET("/api/v1/vehicles/")).results;
  const tariffs = await api.GET("/api/v1/vehicle-types/");
  const [tariff] = (Array.isArray(tariffs) ? tariffs : tariffs.results).toSorted((a, b) => a.id - b.id);
  if (!vehicle || !tariff) throw new NoVehicle();
  const { id } = await api.POST("/api/v1/orders/", {
    body: {
      vehicle: vehicle.id,
      vehicle_type: tariff.id,
      pickup_address: from.name[locale],
      pickup_latitude: from.latitude,
      pickup_longitude: from.longitude,
      delivery_address: to.name[locale],
      delivery_latitude: to.latitude,
      delivery_longitude: to.longitude,
    },
  });
  return id;
}

export const readOrder = ({ api }: Caravan, id: string): Promise<OrderWire> =>
  api.GET("/api/v1/orders/{uuid}/", params(id));

export async function cancelOrder({ api }: Caravan, id: string): Promise<void> {
  await api.POST("/api/v1/orders/{uuid}/cancel/", params(id));
}

/** Confirms an order and offers it to the closest truck. False when there is none. */
export async function confirmAndSearch(caravan: Caravan, id: string): Promise<boolean> {
  const { api } = caravan;
  const { status } = await readOrder(caravan, id);
  if (status === "PENDING")
    await api.PATCH("/api/v1/orders/{uuid}/update-status/", { ...params(id), body: { status: "CONFIRMED" } });
  return (await api.POST("/api/v1/orders/{uuid}/dispatch/", params(id))).offer !== null;
}

/** Goes on duty. Returns the driver's truck and where it was seen last; null for a driver without one. */
export async function goOnDuty({ api }: Caravan): Promise<{ id: number; place: Place | null } | null> {
  const { tow_trucks: trucks } = await api.POST("/api/v1/driver/duty/", { body: { on_duty: true } });
  const [truck] = trucks;
  if (!truck) return null;
  const { current_location_lat: latitude, current_location_lon: longitude } = await api.GET(
    "/api/v1/tow-trucks/{id}/",
    { params: { path: { id: truck.id } } },
  );
  const place = latitude === null || longitude === null ? null : { latitude, longitude };
  return { id: truck.id, place };
}

/** The offer that stands, if there is one. */
export async function openOffer({ api }: Caravan): Promise<OfferWire | null> {
  return (await api.GET("/api/v1/offers/")).results[0] ?? null;
}

export async function answerOffer({ api }: Caravan, id: string, accepts: boolean): Promise<void> {
  if (accepts) await api.POST("/api/v1/orders/{uuid}/offer/accept/", params(id));
  else await api.POST("/api/v1/orders/{uuid}/offer/refuse/", params(id));
}

/** The job that the driver has, if there is one. */
export async function openJob({ api }: Caravan): Promise<string | null> {
  for (const status of ["ASSIGNED", "IN_PROGRESS"] as const) {
    const { results } = await api.GET("/api/v1/orders/list/", { params: { query: { status } } });
    if (results[0]) return results[0].id;
  }
  return null;
}

export async function arrive({ api }: Caravan, id: string): Promise<void> {
  await api.POST("/api/v1/orders/{uuid}/arrived/", params(id));
}

/** Starts the work with the code that the client sees. */
export async function startWork({ api }: Caravan, id: string, code: string): Promise<void> {
  await api.POST("/api/v1/orders/{uuid}/start/", { ...params(id), body: { code } });
}

export async function complete({ api }: Caravan, id: string): Promise<void> {
  await api.PATCH("/api/v1/orders/{uuid}/update-status/", { ...params(id), body: { status: "COMPLETED" } });
}

export const pickupOf = (order: OrderWire | OfferWire) => ({
  label: order.pickup_address,
  latitude: order.pickup_latitude,
  longitude: order.pickup_longitude,
});

export const deliveryOf = (order: OrderWire | OfferWire) => ({
  label: order.delivery_address,
  latitude: order.delivery_latitude,
  longitude: order.delivery_longitude,
});
