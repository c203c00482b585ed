/** The sample order of a developer's machine: client1's car won't start. */
import { and, eq, sql } from "drizzle-orm";
import { randomCode } from "../../../platform/crypto/digest.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../../identity/index.ts";
import { clientVehicles, vehicleTypes } from "../fleet/tables.ts";
import { orders } from "./tables.ts";

const VEHICLE = "00000000-0000-0000-0000-000000000001";

/** Idempotent: made once, and only where the sample car and the first tariff are. Says what it made. */
export async function loadSampleOrder(ctx: RequestContext): Promise<string> {
  const [car] = await ctx.db
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
  if (!car) return "";
  const now = ctx.now();
  const id = crypto.randomUUID();
  await ctx.db.insert(orders).values({
    id,
    clientId: car.ownerId,
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
