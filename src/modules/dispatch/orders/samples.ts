/** The sample order for development: client1's vehicle won't start. */
import { and, eq, sql } from "drizzle-orm";
import { randomCode } from "../../../platform/crypto/digest.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../../identity/index.ts";
import { clientVehicles, vehicleTypes } from "../fleet/tables.ts";
import { orders } from "./tables.ts";

const VEHICLE = "00000000-0000-0000-0000-000000000001";

/** Inserts the sample order once, when the sample vehicle and the first tariff exist. Returns a line about what it inserted. */
export async function loadSampleOrder(ctx: RequestContext): Promise<string> {
  const [vehicle] = await ctx.db
    .select({ ownerId: clientVehicles.ownerId })
    .from(clientVehicles)
    .innerJoin(users, eq(users.id, clientVehicles.ownerId))
    .innerJoin(vehicleTypes, eq(vehicleTypes.id, 1))
    .where(
      and(
        eq(clientVehicles.id, VEHICLE),
        sql`NOT EXISTS (SELECT 1 FROM orders WHERE vehicle_id = ${clientVehicles.id})`,
      ),
    );
  if (!vehicle) return "";
  const now = ctx.now();
  const id = crypto.randomUUID();
  await ctx.db.insert(orders).values({
    id,
    clientId: vehicle.ownerId,
    vehicleTypeId: 1,
    vehicleId: VEHICLE,
    pickupAddress: "Москва, ул. Ленина, 1",
    pickupLatitude: 55.7522,
    pickupLongitude: 37.6156,
    deliveryAddress: "Москва, ул. Тверская, 7",
    deliveryLatitude: 55.7652,
    deliveryLongitude: 37.6051,
    description: "Не заводится двигатель",
    estimatedPrice: 550_000,
    startCode: randomCode(),
    createdAt: now,
    updatedAt: now,
  });
  return `order ${id}`;
}
