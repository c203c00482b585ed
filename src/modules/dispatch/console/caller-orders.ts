/** An order for a client who calls: found or registered by phone, with a car that is chosen or added. */
import { and, eq, sql } from "drizzle-orm";
import { randomToken } from "../../../platform/crypto/digest.ts";
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { clientProfiles, findByPhone, findUser, register, type User } from "../../identity/index.ts";
import { noSuchKey } from "../fleet/fields.ts";
import { clientVehicles } from "../fleet/tables.ts";
import { addVehicle, type VehicleInput } from "../fleet/vehicles/commands.ts";
import { type OrderInput, placeOrder, requireFuture } from "../orders/commands.ts";
import { priceForRoute } from "../pricing/queries.ts";

const OTHERS_PLATE = text(
  "Another client has a car with this licence plate.",
  "Автомобиль с таким номером есть у другого клиента.",
);
const NO_CLIENT = text("There is no such client.", "Такого клиента нет.");
const PHONE_TAKEN = text("This phone belongs to another account.", "Этот телефон у другой учётной записи.");

export interface Calling {
  /** Null: the client is new, or known by the phone only. */
  readonly clientId: number | null;
  /** E.164. */
  readonly phone: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface CallerOrder {
  readonly client: Calling;
  /** A car of the client's, or a new one. */
  readonly vehicle: string | VehicleInput;
  readonly order: OrderInput;
}

export type Car = typeof clientVehicles.$inferSelect;

/** The client with this phone, and their cars. */
export async function findCaller(
  ctx: RequestContext,
  phone: string,
): Promise<{ client: User; cars: Car[] } | null> {
  const client = await findByPhone(ctx, phone);
  if (!client) return null;
  const cars = await ctx.db.select().from(clientVehicles).where(eq(clientVehicles.ownerId, client.id));
  return { client, cars };
}

/**
 * Places the order, for which a new client is registered and a new car added first. When the order itself is refused they
 * stay, and the same request later finds them. What can be checked without them is checked before.
 */
export async function placeForCaller(
  ctx: RequestContext,
  caller: Caller,
  wanted: CallerOrder,
): Promise<string> {
  requireFuture(ctx, wanted.order.scheduledAt, "scheduled_at");
  if ((await priceForRoute(ctx, wanted.order)) === null)
    throw invalid({ vehicle_type: noSuchKey(wanted.order.vehicleTypeId) });
  const client = { userId: await clientOf(ctx, caller, wanted.client) };
  const vehicle = await vehicleOf(ctx, client, wanted.vehicle);
  const { id } = await placeOrder(ctx, client, vehicle, wanted.order, caller);
  return id;
}

async function clientOf(ctx: RequestContext, caller: Caller, calling: Calling): Promise<number> {
  if (calling.clientId !== null) {
    const known = await findUser(ctx, calling.clientId);
    if (!known) throw invalid({ client: NO_CLIENT });
    return known.id;
  }
  const { phone, firstName, lastName } = calling;
  const found = await findByPhone(ctx, phone);
  if (found) return found.id;
  // The client signs in by a new password, which the phone confirms.
  const facts = { phone, firstName, lastName, password: randomToken() };
  const made = await register(ctx, clientProfiles.towTruck, facts, {
    signIn: false,
    byStaff: true,
    also: (_, id) => [
      auditEntry(ctx, caller, {
        action: "user.create",
        subject: sql<string>`'user:' || ${id}`,
        before: null,
        after: { phone, first_name: firstName, last_name: lastName },
      }),
    ],
  });
  if (made.ok) return made.user.id;
  // Registered at the same moment by somebody else.
  const other = await findByPhone(ctx, phone);
  if (!other) throw invalid({ phone: PHONE_TAKEN });
  return other.id;
}

async function vehicleOf(
  ctx: RequestContext,
  client: { readonly userId: number },
  vehicle: string | VehicleInput,
): Promise<string> {
  if (typeof vehicle === "string") return vehicle;
  const made = await addVehicle(ctx, client, vehicle);
  if (made !== "taken") return made.id;
  const [own] = await ctx.db
    .select({ id: clientVehicles.id })
    .from(clientVehicles)
    .where(
      and(eq(clientVehicles.licensePlate, vehicle.licensePlate), eq(clientVehicles.ownerId, client.userId)),
    );
  if (!own) throw invalid({ license_plate: OTHERS_PLATE });
  return own.id;
}
