/** Builders of orders with their client, driver, truck and operator. */
import { env } from "cloudflare:workers";
import { cellOf } from "../../src/platform/cells.ts";
import { newPerson, type Person } from "../authorization/world.ts";
import { type Answer, patch, post, rows } from "../harness/api.ts";
import { plate, tariffFacts } from "./fleet/builders.ts";

export const ORDERS = "/api/v1/orders/";
/** A path of one order. */
export const at = (id: string, rest = "") => `${ORDERS}${id}/${rest}`;

/** Москва, ул. Ленина → ул. Тверская. */
export const ROUTE = {
  pickup_address: "Москва, ул. Ленина, 1",
  pickup_latitude: 55.7522,
  pickup_longitude: 37.6156,
  delivery_address: "Москва, ул. Тверская, 7",
  delivery_latitude: 55.7652,
  delivery_longitude: 37.6051,
};

/** Inserts a tariff with the base price 2500.00; a kilometre is free by default. Returns its id. */
export async function tariffRow(perKm = 0): Promise<number> {
  const [row] = await rows<{ id: number }>(
    `INSERT INTO vehicle_types (name, max_weight, base_price, per_km_rate, created_at, updated_at)
     VALUES (?, 3.5, 250000, ?, 1, 1) RETURNING id`,
    tariffFacts().name,
    perKm,
  );
  return row?.id ?? 0;
}

/** Inserts a vehicle of this owner; returns its id. */
export async function carOf(owner: Person): Promise<string> {
  const id = crypto.randomUUID();
  await rows(
    `INSERT INTO client_vehicles (id, owner_id, make, model, year, license_plate, created_at, updated_at)
     VALUES (?, ?, 'Toyota', 'Camry', 2022, ?, 1, 1)`,
    id,
    owner.id,
    plate(),
  );
  return id;
}

interface TruckRow {
  readonly tariff: number;
  readonly driver?: number | null;
  readonly status?: string;
  readonly at?: readonly [number, number] | null;
}

/** Inserts a truck that serves one tariff: available, without a driver and without a position by default. Returns its id. */
export async function truckRow({ tariff, driver, status, at }: TruckRow): Promise<number> {
  const [row] = await rows<{ id: number }>(
    `INSERT INTO tow_trucks (license_plate, model, capacity, driver_id, status, created_at, updated_at)
     VALUES (?, 'КАМАЗ', 5, ?, ?, 1, 1) RETURNING id`,
    plate(),
    driver ?? null,
    status ?? "AVAILABLE",
  );
  const id = row?.id ?? 0;
  await rows("INSERT INTO tow_truck_types VALUES (?, ?)", id, tariff);
  if (at) await parkAt(id, at);
  return id;
}

/** Sets a truck's position, as its driver's report would. */
async function parkAt(id: number, [latitude, longitude]: readonly [number, number]): Promise<void> {
  await rows(
    "UPDATE tow_trucks SET latitude = ?, longitude = ?, cell = ?, located_at = ? WHERE id = ?",
    latitude,
    longitude,
    await cellOf({ latitude, longitude }),
    Date.now(),
    id,
  );
}

/** A client with a vehicle, a driver with an available truck of the right tariff, and an operator. */
export async function scene() {
  const [client, driver, operator, tariff] = await Promise.all([
    newPerson("owner"),
    newPerson("driver"),
    newPerson("operator"),
    tariffRow(),
  ]);
  const [vehicle, truck] = await Promise.all([carOf(client), truckRow({ tariff, driver: driver.id })]);
  return { client, driver, operator, tariff, vehicle, truck };
}
export type Scene = Awaited<ReturnType<typeof scene>>;

/** The body of a new order in this scene. */
export const newOrder = ({ vehicle, tariff }: Pick<Scene, "vehicle" | "tariff">, changes: object = {}) => ({
  vehicle,
  vehicle_type: tariff,
  ...ROUTE,
  description: "Не заводится двигатель",
  ...changes,
});

/** Places an order as the scene's client; returns its id. */
export async function place(there: Scene, changes: object = {}): Promise<string> {
  const answer = await post(ORDERS, newOrder(there, changes), { token: there.client.token });
  if (answer.status !== 201) throw new Error(`order: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** Requests a status change of an order. */
export const move = (by: Person, id: string, body: object): Promise<Answer> =>
  patch(at(id, "update-status/"), body, { token: by.token });

const STEPS = ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"] as const;
export type Step = (typeof STEPS)[number];

/** Places an order and brings it to a status through the API; returns its id. */
export async function orderIn(there: Scene, status: Step): Promise<string> {
  const id = await place(there);
  const must = async (by: Person, body: object) => {
    const answer = await move(by, id, body);
    if (answer.status !== 200) throw new Error(`${JSON.stringify(body)}: ${JSON.stringify(answer.body)}`);
  };
  if (status === "CANCELLED") await must(there.operator, { status });
  const far = STEPS.indexOf(status);
  if (status === "CANCELLED" || far < 1) return id;
  await must(there.operator, { status: "CONFIRMED" });
  if (far >= 2) await must(there.operator, { status: "ASSIGNED", tow_truck: there.truck });
  if (far >= 3) await must(there.driver, { status: "IN_PROGRESS" });
  if (far >= 4) await must(there.driver, { status: "COMPLETED" });
  return id;
}

/** A truck's status in the database. */
export async function truckStatus(id: number): Promise<string | undefined> {
  return (await rows<{ status: string }>("SELECT status FROM tow_trucks WHERE id = ?", id))[0]?.status;
}

export interface OrderState {
  readonly status: string;
  readonly tow_truck_id: number | null;
  readonly final_price: number | null;
  readonly estimated_price: number | null;
  readonly completed_at: number | null;
  readonly start_code: string;
}

/** An order's row. */
export async function stateOf(id: string): Promise<OrderState> {
  const [row] = await rows<OrderState>("SELECT * FROM orders WHERE id = ?", id);
  if (!row) throw new Error(`no order ${id}`);
  return row;
}

/** A user's notifications, oldest first. */
export const noticesOf = (userId: number) =>
  rows<{ type: string; title: string; message: string; about: string }>(
    "SELECT type, title, message, about FROM notifications WHERE user_id = ? ORDER BY id",
    userId,
  );

/** The updates for an order's room, oldest first, from the outbox. */
export async function roomUpdatesOf(id: string): Promise<{ kind: string; body: Record<string, unknown> }[]> {
  const { results } = await env.DB.prepare(
    "SELECT payload FROM outbox WHERE kind = 'order_notice' AND address = ? ORDER BY id",
  )
    .bind(`order:${id}`)
    .all<{ payload: string }>();
  return results.map(({ payload }) => JSON.parse(payload));
}

/** An order's status history, oldest first. */
export const historyOf = (id: string) =>
  rows<{ old_status: string; new_status: string; changed_by: number; comment: string }>(
    "SELECT old_status, new_status, changed_by, comment FROM order_status_history WHERE order_id = ? ORDER BY id",
    id,
  );

/** Everything that a refused transition must not change. */
export const tracesOf = async (there: Scene, id: string) => [
  await stateOf(id),
  await historyOf(id),
  await noticesOf(there.client.id),
  await roomUpdatesOf(id),
  await truckStatus(there.truck),
];
