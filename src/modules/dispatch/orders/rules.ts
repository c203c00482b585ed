/** The rules of an order: which status follows which, which truck can take it, and who may edit which field when. Pure. */
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import type { ORDER_STATES, orders } from "./tables.ts";

export type OrderStatus = (typeof ORDER_STATES)[number];

/** In which role a change is made. `dispatcher` is the server itself, for a driver who accepted an offer. */
export type Side = "client" | "driver" | "operator" | "dispatcher";

const NEXT: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ["CONFIRMED", "CANCELLED"],
  CONFIRMED: ["ASSIGNED", "CANCELLED"],
  ASSIGNED: ["IN_PROGRESS", "CANCELLED"],
  IN_PROGRESS: ["COMPLETED", "CANCELLED"],
  COMPLETED: [],
  CANCELLED: [],
};

/** How long the public links of an order stay readable after its end. Milliseconds. */
export const LINKS_OUTLIVE = 3600_000;

export const isOver = (status: OrderStatus) => NEXT[status].length === 0;

/** A truck has the job. */
export const isActive = (status: OrderStatus) => status === "ASSIGNED" || status === "IN_PROGRESS";

/** Only users whose role is still DRIVER count as a truck's driver. */
export function drives(caller: Caller, driverId: number | null): boolean {
  return caller.userType === "DRIVER" && driverId === caller.userId;
}

/** The caller's role in an order; null: the order does not exist for them. */
export function sideOf(
  caller: Caller,
  order: { readonly clientId: number; readonly driverId: number | null },
): Side | null {
  if (isOperator(caller)) return "operator";
  if (drives(caller, order.driverId)) return "driver";
  return order.clientId === caller.userId ? "client" : null;
}

/** Whether this side may change an order's status from one to another. */
export function mayTransition(side: Side, from: OrderStatus, to: OrderStatus): boolean {
  if (!NEXT[from].includes(to)) return false;
  if (side === "client") return to === "CANCELLED" && from !== "IN_PROGRESS";
  if (side === "driver") return to === "IN_PROGRESS" || to === "COMPLETED";
  return side === "operator" || to === "ASSIGNED";
}

/** Whether this side may give an order a truck, or another one, in a single step. */
export function mayAssign(side: Side, status: OrderStatus): boolean {
  return side === "operator" && !isOver(status) && status !== "IN_PROGRESS";
}

export interface TransitionRequest {
  readonly status?: OrderStatus | undefined;
  /** Null removes the truck. Ignored for clients and drivers. */
  readonly towTruckId?: number | null | undefined;
  /** An operator who assigns a pending order confirms it by the same step. */
  readonly confirms?: boolean | undefined;
}

export type TransitionFault = "transition" | "truckMissing" | "truckKept" | "truckFixed";

export interface Transition {
  readonly from: OrderStatus;
  readonly to: OrderStatus;
  readonly truckId: number | null;
  /** The truck that becomes busy. */
  readonly takes: number | null;
  /** The truck that becomes free. */
  readonly frees: number | null;
  /** The order's new truck, whether it starts now or is reserved for later. */
  readonly names: number | null;
  /** The statuses in between, which the history lists too. */
  readonly through: readonly OrderStatus[];
}

/** Resolves a requested transition, or says why it is refused. A request for the present status changes no status and is no fault. */
export function decide(
  order: { readonly status: OrderStatus; readonly towTruckId: number | null },
  side: Side,
  request: TransitionRequest,
): Transition | { readonly fault: TransitionFault } {
  const { status: from, towTruckId: before } = order;
  const to = request.status ?? from;
  const through = request.confirms && mayAssign(side, from) && from === "PENDING" && to === "ASSIGNED";
  if (to !== from && !through && !mayTransition(side, from, to)) return { fault: "transition" };
  const mayName = side === "operator" || side === "dispatcher";
  const truckId = mayName && request.towTruckId !== undefined ? request.towTruckId : before;
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
    through: through ? ["CONFIRMED"] : [],
  };
}

/** What decides whether a truck can be assigned to an order. */
export interface AssignmentFacts {
  readonly status: string;
  readonly driverId: number | null;
  /** The truck serves the order's tariff. */
  readonly suits: boolean;
  /** Its driver already has a job, with this truck or another. */
  readonly engaged: boolean;
}

export type AssignmentFault = "unsuitable" | "driverless" | "unavailable";

/** Why a truck can't take an order now; null when it can. */
export function assignmentFault(truck: AssignmentFacts): AssignmentFault | null {
  if (!truck.suits) return "unsuitable";
  if (truck.driverId === null) return "driverless";
  return truck.status !== "AVAILABLE" || truck.engaged ? "unavailable" : null;
}

/** The editable parts of an order besides its status. */
export type Editable = "place" | "description" | "priority" | "schedule" | "tariff" | "finalPrice";

/** Which fields a side may change in a status. */
export function mayEdit(side: Side, status: OrderStatus, field: Editable): boolean {
  if (side === "driver") return false;
  if (field === "finalPrice") return side === "operator";
  if (isOver(status)) return false;
  if (field === "description") return true;
  if (side === "client") return status === "PENDING" && (field === "place" || field === "priority");
  // The truck was chosen by the tariff: it stays while the truck has the job.
  return field === "tariff" ? !isActive(status) : true;
}

/** The columns that an edit may change, and the part of the order that each belongs to. */
const EDITABLE = {
  pickupAddress: "place",
  pickupLatitude: "place",
  pickupLongitude: "place",
  deliveryAddress: "place",
  deliveryLatitude: "place",
  deliveryLongitude: "place",
  description: "description",
  priority: "priority",
  scheduledAt: "schedule",
  vehicleTypeId: "tariff",
  finalPrice: "finalPrice",
} as const satisfies Partial<Record<keyof Columns, Editable>>;

type Columns = typeof orders.$inferSelect;
type Field = keyof typeof EDITABLE;
const FIELDS = Object.keys(EDITABLE) as Field[];

export type OrderEdit = { readonly [Name in Field]?: Columns[Name] | undefined };
/** The columns that decide what an edit may change. */
export type EditableOrder = Pick<Columns, "id" | "status" | Field>;

export interface SplitEdit {
  /** Fields that differ and may change. */
  readonly change: Partial<Columns>;
  /** Fields that differ and may not change. */
  readonly refused: readonly Field[];
}

/** Splits an edit into fields that this side may change in the order's status, and fields that it may not. */
export function splitEdit(order: EditableOrder, side: Side, edit: OrderEdit): SplitEdit {
  const differing = FIELDS.filter((name) => edit[name] !== undefined && edit[name] !== order[name]);
  const may = (name: Field) => mayEdit(side, order.status, EDITABLE[name]);
  const change = Object.fromEntries(differing.filter(may).map((name) => [name, edit[name]]));
  return { change, refused: differing.filter((name) => !may(name)) };
}
