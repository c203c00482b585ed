/** Tariffs, trucks and orders for tests of the console, straight from the database. */
import { rows, unique } from "../../harness/api.ts";

async function first<Id>(query: string, ...values: unknown[]): Promise<Id> {
  const [row] = await rows<{ id: Id }>(`${query} RETURNING id`, ...values);
  if (!row) throw new Error("no row was made");
  return row.id;
}

/** Inserts a tariff and returns its id. */
export const aTariff = () =>
  first<number>(
    `INSERT INTO vehicle_types (name, max_weight, base_price, per_km_rate, created_at, updated_at)
     VALUES (?, 3.5, 100000, 5000, 1, 1)`,
    unique("Tariff"),
  );

export interface TruckFacts {
  readonly driver?: number;
  readonly status?: string;
  readonly place?: readonly [number, number];
  readonly tariff?: number;
}

/** Inserts a truck and returns its id. */
export async function aTruck({
  driver,
  status = "AVAILABLE",
  place,
  tariff,
}: TruckFacts = {}): Promise<number> {
  const id = await first<number>(
    `INSERT INTO tow_trucks (license_plate, model, capacity, driver_id, status, latitude, longitude, located_at,
      created_at, updated_at) VALUES (?, 'MAN', 5, ?, ?, ?, ?, ?, 1, 1)`,
    unique("A"),
    driver ?? null,
    status,
    place?.[0] ?? null,
    place?.[1] ?? null,
    place ? Date.now() : null,
  );
  if (tariff) await rows("INSERT INTO tow_truck_types (truck_id, vehicle_type_id) VALUES (?, ?)", id, tariff);
  return id;
}

export interface OrderFacts {
  readonly client: number;
  readonly tariff: number;
  readonly truck?: number;
  readonly status?: string;
  /** Milliseconds ago. */
  readonly age?: number;
}

/** Inserts an order and returns its id. */
export const anOrder = ({ client, tariff, truck, status = "PENDING", age = 0 }: OrderFacts) =>
  first<string>(
    `INSERT INTO orders (id, client_id, vehicle_type_id, tow_truck_id, pickup_address, pickup_latitude,
      pickup_longitude, delivery_address, delivery_latitude, delivery_longitude, status, estimated_price, start_code,
      created_at, updated_at)
     VALUES (?, ?, ?, ?, 'Tverskaya 1', 55.76, 37.61, 'Arbat 1', 55.75, 37.59, ?, 100000, '1234', ?, 1)`,
    crypto.randomUUID(),
    client,
    tariff,
    truck ?? null,
    status,
    Date.now() - age,
  );

/** Inserts a payment of an order and returns its id. `amount` is in minor units. */
export const aPayment = (order: string, amount: number, status = "PENDING", paidAt: number | null = null) =>
  first<number>(
    `INSERT INTO payments (order_id, amount, payment_method, status, paid_at, created_at, updated_at)
     VALUES (?, ?, 'CARD', ?, ?, 1, 1)`,
    order,
    amount,
    status,
    paidAt,
  );
