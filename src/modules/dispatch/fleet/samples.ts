/** The sample fleet: three tariffs, a truck that serves all of them, and a client's vehicle. */
import { type SQL, sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../../identity/index.ts";
import { clientVehicles, towTrucks, towTruckTypes, vehicleTypes } from "./tables.ts";

const TARIFFS = [
  { id: 1, name: "Легковой автомобиль", maxWeight: 3.5, basePrice: 250_000, perKmRate: 12_000 },
  { id: 2, name: "Внедорожник/Кроссовер", maxWeight: 4.5, basePrice: 300_000, perKmRate: 15_000 },
  { id: 3, name: "Лёгкий грузовик", maxWeight: 6, basePrice: 400_000, perKmRate: 18_000 },
];

/** The vehicle that clients call 1. */
const SAMPLE_VEHICLE = "00000000-0000-0000-0000-000000000001";
const SAMPLE_PLATE = "Э001КХ199";

const idOf = (usernameKey: string): SQL<number> =>
  sql`(SELECT ${users.id} FROM ${users} WHERE ${users.usernameKey} = ${usernameKey})`;

/** Inserts what is missing, in one batch, and returns the names of what it inserted. The sample users must exist. */
export async function loadFleet(ctx: RequestContext): Promise<string[]> {
  const now = ctx.now();
  const stamps = { createdAt: now, updatedAt: now };
  const made = await runBatch(ctx.db, [
    ctx.db
      .insert(vehicleTypes)
      .values(TARIFFS.map((tariff) => ({ ...tariff, ...stamps })))
      .onConflictDoNothing()
      .returning({ name: vehicleTypes.name }),
    ctx.db
      .insert(towTrucks)
      .values({
        licensePlate: SAMPLE_PLATE,
        model: "КАМАЗ-Эвакуатор",
        capacity: 5,
        driverId: idOf("driver1"),
        status: "AVAILABLE",
        ...stamps,
      })
      .onConflictDoNothing()
      .returning({ name: towTrucks.licensePlate }),
    ctx.db.run(sql`INSERT OR IGNORE INTO ${towTruckTypes} (truck_id, vehicle_type_id)
      SELECT truck.id, type.id FROM ${towTrucks} AS truck JOIN ${vehicleTypes} AS type
      WHERE truck.license_plate = ${SAMPLE_PLATE} AND truck.created_at = ${now} AND type.id <= ${TARIFFS.length}`),
    ctx.db
      .insert(clientVehicles)
      .values({
        id: SAMPLE_VEHICLE,
        ownerId: idOf("client1"),
        make: "Toyota",
        model: "Camry",
        year: 2022,
        color: "Белый",
        licensePlate: "А123ВС777",
        ...stamps,
      })
      .onConflictDoNothing()
      .returning({ name: clientVehicles.licensePlate }),
  ]);
  return made.flatMap((rows) => (Array.isArray(rows) ? rows.map(({ name }: { name: string }) => name) : []));
}
