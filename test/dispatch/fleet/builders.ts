/** Builders of tariffs, trucks and users for the fleet's tests. */
import { loadSamples } from "../../../src/samples.ts";
import { type Person, person, post, rows, staffMember, unique } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";

/** Registers a user with the role that the name says. */
export const operator = () => staffMember({ type: "OPERATOR" });
/** Registers a user with the role DRIVER. */
export const driver = () => staffMember({ type: "DRIVER" });
/** Registers a client. */
export const client = () => person("client");

/** A unique licence plate. */
export const plate = () => unique("Э").slice(0, 20);

/** The body of a new tariff. */
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

/** Creates a tariff through the API. */
export async function tariff(by: Person, changes: object = {}): Promise<Made> {
  const answer = await post("/api/v1/vehicle-types/", tariffFacts(changes), { token: by.token });
  if (answer.status !== 201) throw new Error(`tariff: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** The body of a new truck. */
export const truckFacts = (changes: object = {}) => ({
  license_plate: plate(),
  model: "КАМАЗ-Эвакуатор",
  capacity: 5,
  ...changes,
});

/** Creates a truck through the API. */
export async function truck(by: Person, changes: object = {}): Promise<Made> {
  const answer = await post("/api/v1/tow-trucks/", truckFacts(changes), { token: by.token });
  if (answer.status !== 201) throw new Error(`truck: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** The body of a new vehicle. */
export const carFacts = (changes: object = {}) => ({
  make: "Toyota",
  model: "Camry",
  year: 2022,
  license_plate: plate(),
  ...changes,
});

/** Creates a vehicle through the API. */
export async function car(of: Person, changes: object = {}): Promise<Made> {
  const answer = await post("/api/v1/vehicles/", carFacts(changes), { token: of.token });
  if (answer.status !== 201) throw new Error(`car: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

interface OrderRow {
  readonly client: number;
  readonly type: number;
  readonly truck?: number | null;
  readonly vehicle?: string | null;
  readonly status?: string;
}

/** Inserts an order that uses a tariff, truck or vehicle; returns its id. */
export async function orderRow({ client, type, truck, vehicle, status }: OrderRow): Promise<string> {
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

/** Audit rows of a subject, oldest first. */
export const auditOf = (subject: string) =>
  rows<{ action: string; actor_id: number; before: string | null; after: string | null }>(
    "SELECT action, actor_id, before, after FROM audit_log WHERE subject = ? ORDER BY id",
    subject,
  );

/** Deletes and loads the sample data, as at a first start. Other tests of this run use their own tariffs and trucks. */
export async function freshSamples(): Promise<string[]> {
  await rows("DELETE FROM orders WHERE vehicle_type_id <= 3");
  await rows("DELETE FROM vehicle_types WHERE id <= 3");
  await rows("DELETE FROM tow_trucks WHERE license_plate = 'Э001КХ199'");
  await rows("DELETE FROM client_vehicles WHERE license_plate = 'А123ВС777'");
  return loadSamples(jobContext().ctx);
}
