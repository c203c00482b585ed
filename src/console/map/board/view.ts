/** What of the board is shown: by the filters, or only what belongs to the selected truck or order. Pure. */
import { type Board, isWaiting, type Order, type Truck } from "./board.ts";

export interface Filters {
  /** States that are not shown. */
  readonly hidden: ReadonlySet<string>;
  /** Only trucks that serve this tariff, and orders of it. */
  readonly tariff: number | null;
  /** Only trucks whose driver is on duty, or those that nobody drives now. */
  readonly duty: "on" | "off" | null;
  readonly age: Age | null;
}

/** By the last position: at most five minutes or an hour old, or older than that. */
export const AGES = ["5", "60", "old"] as const;
export type Age = (typeof AGES)[number];
const MINUTE = 60_000;

export const NO_FILTERS: Filters = { hidden: new Set(), tariff: null, duty: null, age: null };

/** A position older than this is drawn pale: the truck may be elsewhere. */
const STALE = 10 * MINUTE;
export const isStale = ({ seenAt }: Truck, now: number) => ageOf(seenAt, now) > STALE;

const ageOf = (seenAt: string | null, now: number) =>
  seenAt ? now - Date.parse(seenAt) : Number.POSITIVE_INFINITY;

/** Whether a truck passes all filters but that of states, by which the legend counts. */
export function passes(truck: Truck, { tariff, duty, age }: Filters, now: number): boolean {
  if (tariff !== null && !truck.tariffs.includes(tariff)) return false;
  if (duty !== null && (truck.isOnDuty === true) !== (duty === "on")) return false;
  if (age === null) return true;
  const minutes = ageOf(truck.seenAt, now) / MINUTE;
  return age === "old" ? minutes > 60 : minutes <= Number(age);
}

export interface Selection {
  readonly order: string | null;
  readonly truck: number | null;
  /** Trucks that could take the selected order. */
  readonly candidates: readonly number[];
}

/** The part of the board that the map draws. */
export function viewOf(board: Board, filters: Filters, selection: Selection, now: number): Board {
  const order = selection.order === null ? undefined : board.orders.get(selection.order);
  if (order) return { orders: byId([order]), trucks: byId(trucksOf(board, order, selection.candidates)) };
  const truck = selection.truck === null ? undefined : board.trucks.get(selection.truck);
  if (truck) return { trucks: byId([truck]), orders: byId(ordersOf(board, truck)) };
  const { hidden, tariff } = filters;
  return {
    trucks: byId(
      [...board.trucks.values()].filter((each) => !hidden.has(each.status) && passes(each, filters, now)),
    ),
    orders:
      tariff === null
        ? board.orders
        : byId([...board.orders.values()].filter((each) => each.tariff === tariff)),
  };
}

/** The truck that has the order; while it waits, those that could take it. */
function trucksOf({ trucks }: Board, order: Order, candidates: readonly number[]): Truck[] {
  const ids = isWaiting(order) ? candidates : [];
  return [...ids, ...(order.truckId === null ? [] : [order.truckId])].flatMap((id) => trucks.get(id) ?? []);
}

/** The open orders of a truck. */
export const ordersOf = ({ orders }: Board, { id }: Truck): Order[] =>
  [...orders.values()].filter(({ truckId }) => truckId === id);

/** Whether a truck may take an order, as far as the board knows; the server decides. */
export const canTake = (truck: Truck, order: Order) =>
  truck.status === "AVAILABLE" && truck.driverId !== null && truck.tariffs.includes(order.tariff);

const byId = <Id, Each extends { readonly id: Id }>(all: readonly Each[]): ReadonlyMap<Id, Each> =>
  new Map(all.map((each) => [each.id, each]));
