/** Edits of orders in the console: by the rules of the API. */
import type { Place } from "../../../platform/geo.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { Change, Consequences, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { planEdit, tellNewRoute } from "../orders/commands.ts";
import {
  type Editable,
  type EditableOrder,
  mayEdit,
  type OrderEdit,
  type OrderStatus,
} from "../orders/rules.ts";

const NOT_NOW = text(
  "This can't be changed in the present state any more.",
  "В текущем состоянии заказа это поле изменить нельзя.",
);

/** The console's fields as an order edit; only those that are given. */
function toEdit(values: Values): OrderEdit {
  const [pickup, delivery] = [values.pickup, values.delivery] as (Place | undefined)[];
  const fields = {
    pickupAddress: values.pickup_address,
    pickupLatitude: pickup?.latitude,
    pickupLongitude: pickup?.longitude,
    deliveryAddress: values.delivery_address,
    deliveryLatitude: delivery?.latitude,
    deliveryLongitude: delivery?.longitude,
    description: values.description,
    priority: values.priority,
    scheduledAt: values.scheduled_at,
    vehicleTypeId: values.vehicle_type,
    finalPrice: values.final_price,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as OrderEdit;
}

/** The part of an order that each of the console's fields belongs to. */
const PARTS = {
  priority: "priority",
  pickup_address: "place",
  pickup: "place",
  delivery_address: "place",
  delivery: "place",
  vehicle_type: "tariff",
  description: "description",
  scheduled_at: "schedule",
  final_price: "finalPrice",
} as const satisfies Readonly<Record<string, Editable>>;

/** The console's fields that operators may not change while the order is as it is. */
export const lockedFields = ({ status }: Values): string[] =>
  Object.entries(PARTS)
    .filter(([, part]) => !mayEdit("operator", status as OrderStatus, part))
    .map(([name]) => name);

const NAMES = { scheduledAt: "scheduled_at", vehicleTypeId: "vehicle_type" };

/** Applies the rules of an order edit: only fields that may change in the present status, and a new estimate for a new route. */
export async function orderConsequences(
  ctx: RequestContext,
  { before, values }: Change,
): Promise<Consequences> {
  if (!before) return {};
  const order = { id: before.id, status: before.row.status, ...toEdit(before.row) } as EditableOrder;
  const { change, refused, where } = await planEdit(ctx, order, "operator", toEdit(values), NAMES);
  const refusedNames = Object.keys(values).filter((name) =>
    Object.keys(toEdit({ [name]: values[name] })).some((field) => refused.includes(field as never)),
  );
  if (refusedNames.length > 0) throw invalid(Object.fromEntries(refusedNames.map((name) => [name, NOT_NOW])));
  const truckId = before.row.tow_truck as number | null;
  return { where, set: change, after: () => tellNewRoute(ctx, truckId, change) };
}
