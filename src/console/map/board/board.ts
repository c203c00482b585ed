/** The current trucks and orders: the loaded state, updated by live entries. Pure. */
import type { Latest } from "@caravan/client/live";

/** The part of an entry, or of what is shown and not stored, that changes the board. */
export type News = Pick<Latest, "kind" | "body">;

export interface Truck {
  readonly id: number;
  readonly plate: string;
  readonly model: string;
  readonly status: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** ISO time of the last position. */
  readonly seenAt: string | null;
  readonly driver: string;
  readonly driverId: number | null;
  /** Null without a driver. */
  readonly isOnDuty: boolean | null;
  /** Ids of the tariffs that it serves. */
  readonly tariffs: readonly number[];
  readonly orderId: string | null;
}

export interface Order {
  readonly id: string;
  readonly status: string;
  readonly priority: string;
  /** Id of its tariff. */
  readonly tariff: number;
  readonly truckId: number | null;
  readonly createdAt: string;
  readonly pickup: Place;
  readonly delivery: Place;
}

export interface Place {
  readonly address: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Both by id, immutable, so that a view can tell whether to redraw. */
export interface Board {
  readonly trucks: ReadonlyMap<number, Truck>;
  readonly orders: ReadonlyMap<string, Order>;
}

export const EMPTY: Board = { trucks: new Map(), orders: new Map() };

const ACTIVE = new Set(["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"]);
export const isWaiting = ({ status }: Order) => status === "PENDING" || status === "CONFIRMED";

/**
 * The board after these entries and positions; `unknown` when one refers to something not loaded, or to a truck that has left the
 * road or come back: its driver's duty is not in the entry.
 */
export function apply(board: Board, news: readonly News[]): { board: Board; unknown: boolean } {
  const trucks = new Map(board.trucks);
  const orders = new Map(board.orders);
  let unknown = false;
  for (const { kind, body } of news) {
    if (kind === "position") unknown = moveTruck(trucks, body) || unknown;
    else if (kind === "positions")
      for (const position of positionsIn(body)) unknown = moveTruck(trucks, position) || unknown;
    else if (kind === "order") unknown = changeOrder(orders, trucks, body) || unknown;
  }
  return { board: { trucks, orders }, unknown };
}

type Facts = News["body"];
const text = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);

/** `[id, latitude, longitude, epoch ms]` of each truck that has moved. */
function positionsIn({ trucks }: Facts): Facts[] {
  return (trucks as [number, number, number, number][]).map(([id, latitude, longitude, at]) => ({
    tow_truck_id: id,
    latitude,
    longitude,
    updated_at: new Date(at).toISOString(),
  }));
}

function moveTruck(trucks: Map<number, Truck>, body: Facts): boolean {
  const truck = trucks.get(Number(body.tow_truck_id));
  if (!truck) return true;
  const { latitude, longitude } = body;
  const status = text(body.status, truck.status);
  const located = typeof latitude === "number" && typeof longitude === "number";
  trucks.set(truck.id, {
    ...truck,
    ...(located ? { latitude, longitude } : {}),
    status,
    seenAt: text(body.updated_at, truck.seenAt ?? ""),
  });
  return status !== truck.status && (status === "OFFLINE" || truck.status === "OFFLINE");
}

function changeOrder(orders: Map<string, Order>, trucks: Map<number, Truck>, body: Facts): boolean {
  const id = String(body.id);
  const order = orders.get(id);
  const status = text(body.status, order?.status ?? "");
  for (const truck of trucks.values())
    if (truck.orderId === id) trucks.set(truck.id, { ...truck, orderId: null });
  if (!ACTIVE.has(status)) {
    orders.delete(id);
    return false;
  }
  if (!order) return true;
  const truckId = body.tow_truck_id === undefined ? order.truckId : toId(body.tow_truck_id);
  orders.set(id, { ...order, status, truckId });
  const truck = truckId === null ? undefined : trucks.get(truckId);
  if (truck) trucks.set(truck.id, { ...truck, orderId: id });
  return false;
}

const toId = (value: unknown) => (value === null ? null : Number(value));
