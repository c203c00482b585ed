/** Tariffs, trucks and people around them, as the tests of the fleet make them. */
import { loadSamples } from "../../../src/samples.ts";
import { type Person, person, post, rows, staffMember, unique } from "../../harness/api.ts";
import { jobContext } from "../../harness/scope.ts";

export const operator = () => staffMember({ type: "OPERATOR" });
export const driver = () => staffMember({ type: "DRIVER" });
export const client = () => person("client");

/** Truck plates and car plates are unique and short. */
export const plate = () => unique("Э").slice(0, 20);

export const tariffFacts = (changes: object = {}) => ({
  name: unique("Тариф "),
  description: "До трёх с половиной тонн",
  max_weight: 3.5,
  base_price: "2500.00",
  per_km_rate: "120.00",
  ...changes,
});

// biome-ignore lint/suspicious/noExplicitAny: the answer's own shape is what tests look at.
type Made = any;

export async function tariff(by: Person, changes: object = {}): Promise<Made> {
  const answer = await post("/api/v1/vehicle-types/", tariffFacts(changes), { token: by.token });
  if (answer.status !== 201) throw new Error(`tariff: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const truckFacts = (changes: object = {}) => ({
  license_plate: plate(),
  model: "КАМАЗ-Эвакуатор",
  capacity: 5,
  ...changes,
});

export async function truck(by: Person, changes: object = {}): Promise<Made> {
  const answer = await post("/api/v1/tow-trucks/", truckFacts(changes), { token: by.token });
  if (answer.status !== 201) throw new Error(`truck: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const carFacts = (changes: object = {}) => ({
  make: "Toyota",
  model: "Camry",
  year: 2022,
  license_plate: plate(),
  ...changes,
});

export async function car(of: Person, changes: object = {}): Promise<Made> {
  const answer = await post("/api/v1/vehicles/", carFacts(changes), { token: of.token });
  if (answer.status !== 201) throw new Error(`car: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

interface OrderFacts {
  readonly client: number;
  readonly type: number;
  readonly truck?: number | null;
  readonly vehicle?: string | null;
  readonly status?: string;
}

/** An order as a row: what the fleet must not be taken from under. */
export async function orderRow({ client, type, truck, vehicle, status }: OrderFacts): Promise<string> {
  const id = crypto.randomUUID();
  await rows(
    `INSERT INTO orders (id, client_id, vehicle_type_id, tow_truck_id, vehicle_id, pickup_address, pickup_latitude,
       pickup_longitude, delivery_address, delivery_latitude, delivery_longitude, status, start_code, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, 'A', 55, 37, 'B', 56, 38, ?, '1234', 1, 1)`,
    id,
    client,
    type,
    truck ?? null,
    vehicle ?? null,
    status ?? "PENDING",
  );
  return id;
}

/** Audit rows about a thing, oldest first. */
export const auditOf = (subject: string) =>
  rows<{ action: string; actor_id: number; before: string | null; after: string | null }>(
    "SELECT action, actor_id, before, after FROM audit_log WHERE subject = ? ORDER BY id",
    subject,
  );

/** The sample data as on a machine's first start; other tests of this run have tariffs and trucks of their own. */
export async function freshSamples(): Promise<string[]> {
  await rows("DELETE FROM orders WHERE vehicle_type_id <= 3");
  await rows("DELETE FROM vehicle_types WHERE id <= 3");
  await rows("DELETE FROM tow_trucks WHERE license_plate = 'Э001КХ199'");
  await rows("DELETE FROM client_vehicles WHERE license_plate = 'А123ВС777'");
  return loadSamples(jobContext().ctx);
}
