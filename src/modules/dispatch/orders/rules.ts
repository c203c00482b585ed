/** The life of an order: which step follows which, who may take it, and what it does to trucks. Pure: facts in, verdict out. */
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import type { ORDER_STATES } from "../tables.ts";

export type OrderStatus = (typeof ORDER_STATES)[number];

/** Whose hand is on an order; the dispatcher is the house itself, for a driver who took an offer. */
export type Side = "client" | "driver" | "operator" | "dispatcher";

const NEXT: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ["CONFIRMED", "CANCELLED"],
  CONFIRMED: ["ASSIGNED", "CANCELLED"],
  ASSIGNED: ["IN_PROGRESS", "CANCELLED"],
  IN_PROGRESS: ["COMPLETED", "CANCELLED"],
  COMPLETED: [],
  CANCELLED: [],
};

export const isOver = (status: OrderStatus) => NEXT[status].length === 0;

/** A truck is on it. */
export const isActive = (status: OrderStatus) => status === "ASSIGNED" || status === "IN_PROGRESS";

/** Whoever has become something else drives no more, whatever truck still names them. */
export function drives(caller: Caller, driverId: number | null): boolean {
  return caller.userType === "DRIVER" && driverId === caller.userId;
}

/** Which side of an order somebody stands on; null: to them it does not exist. */
export function sideOf(
  caller: Caller,
  order: { readonly clientId: number; readonly driverId: number | null },
): Side | null {
  if (isOperator(caller)) return "operator";
  if (drives(caller, order.driverId)) return "driver";
  return order.clientId === caller.userId ? "client" : null;
}

export function mayTransition(side: Side, from: OrderStatus, to: OrderStatus): boolean {
  if (!NEXT[from].includes(to)) return false;
  if (side === "client") return to === "CANCELLED" && from !== "IN_PROGRESS";
  if (side === "driver") return to === "IN_PROGRESS" || to === "COMPLETED";
  return side === "operator" || to === "ASSIGNED";
}

export interface TransitionRequest {
  readonly status?: OrderStatus | undefined;
  /** Null drops the truck; clients and drivers are not heard. */
  readonly towTruckId?: number | null | undefined;
}

export type TransitionFault = "transition" | "truckMissing" | "truckKept" | "truckFixed";

export interface Transition {
  readonly from: OrderStatus;
  readonly to: OrderStatus;
  readonly truckId: number | null;
  /** The truck that becomes busy with it. */
  readonly takes: number | null;
  /** The truck that is free again. */
  readonly frees: number | null;
  /** A truck other than before, for now or for later. */
  readonly names: number | null;
}

/** What a wish comes to, or why it can't be. A step to where an order is already is none, and no fault. */
export function decide(
  order: { readonly status: OrderStatus; readonly towTruckId: number | null },
  side: Side,
  request: TransitionRequest,
): Transition | { readonly fault: TransitionFault } {
  const { status: from, towTruckId: before } = order;
  const to = request.status ?? from;
  if (to !== from && !mayTransition(side, from, to)) return { fault: "transition" };
  const heard = side === "operator" || side === "dispatcher";
  const truckId = heard && request.towTruckId !== undefined ? request.towTruckId : before;
  const changed = truckId !== before;
  if (to === "ASSIGNED" && truckId === null)
    return { fault: from === "ASSIGNED" ? "truckKept" : "truckMissing" };
  if (changed && (isOver(to) || from === "IN_PROGRESS" || to === "IN_PROGRESS"))
    return { fault: "truckFixed" };
  return {
    from,
    to,
    truckId,
    takes: to === "ASSIGNED" && (from !== to || changed) ? truckId : null,
    frees: isActive(from) && (changed || !isActive(to)) ? before : null,
    names: changed ? truckId : null,
  };
}

export interface TruckFacts {
  readonly status: string;
  readonly driverId: number | null;
  /** It has the order's tariff. */
  readonly suits: boolean;
  /** Its driver has a job already, with this truck or another. */
  readonly engaged: boolean;
}

export type TruckFault = "unsuitable" | "driverless" | "unavailable";

/** Why a truck can't take an order now; null when it can. */
export function truckFault(truck: TruckFacts): TruckFault | null {
  if (!truck.suits) return "unsuitable";
  if (truck.driverId === null) return "driverless";
  return truck.status !== "AVAILABLE" || truck.engaged ? "unavailable" : null;
}

/** What may be edited in an order besides its status. */
export type Editable = "place" | "description" | "priority" | "schedule" | "tariff" | "finalPrice";

/** Which fields a side may change while an order stands where it stands. Others are ignored, as the dialect does. */
export function mayEdit(side: Side, status: OrderStatus, field: Editable): boolean {
  if (side === "driver") return false;
  if (field === "finalPrice") return side === "operator";
  if (isOver(status)) return false;
  if (field === "description") return true;
  if (side === "client") return status === "PENDING" && (field === "place" || field === "priority");
  // What a truck was chosen by stays once it was chosen.
  return field === "tariff" ? !isActive(status) : true;
}
