/** Looks up accounts. */
import { eq, type SQL } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { hasSecondFactor } from "../factors/proofs/requirement.ts";
import { foldEmail } from "../rules.ts";
import { type DeviceFacts, type DeviceMarks, deviceColumns } from "../sessions/devices.ts";
import { profiles, users } from "../tables.ts";

export type User = typeof users.$inferSelect;

/** The columns of an account that its wire shape needs. */
export type Person = Pick<
  User,
  | "id"
  | "username"
  | "usernameIsGenerated"
  | "email"
  | "phone"
  | "firstName"
  | "lastName"
  | "userType"
  | "isVerified"
  | "createdAt"
> & { readonly avatarKey: string | null };

export async function findUser(ctx: RequestContext, userId: number): Promise<User | null> {
  const [row] = await ctx.db.select().from(users).where(eq(users.id, userId));
  return row ?? null;
}

/** An account, how it recognizes the requesting device, and what else it asks for. */
export interface KnownOnDevice {
  readonly user: User;
  readonly device: DeviceFacts;
  /** Whether the account has a second factor. */
  readonly hasFactor: boolean;
}

/** Finds accounts together with how each recognizes the device; one statement. */
export async function findWithDevice(
  ctx: RequestContext,
  marks: DeviceMarks,
  where: SQL | undefined,
): Promise<KnownOnDevice[]> {
  return ctx.db
    .select({ user: users, device: deviceColumns(marks), hasFactor: hasSecondFactor })
    .from(users)
    .where(where);
}

export async function findByEmail(ctx: RequestContext, email: string): Promise<User | null> {
  const [row] = await ctx.db
    .select()
    .from(users)
    .where(eq(users.email, foldEmail(email)));
  return row ?? null;
}

export async function findByPhone(ctx: RequestContext, phone: string): Promise<User | null> {
  const [row] = await ctx.db.select().from(users).where(eq(users.phone, phone));
  return row ?? null;
}

/** A user with the profile's picture and birthday. */
export async function findProfile(ctx: RequestContext, userId: number) {
  const [row] = await ctx.db
    .select({ user: users, avatarKey: profiles.avatarKey, birthday: profiles.birthday })
    .from(users)
    .leftJoin(profiles, eq(profiles.userId, users.id))
    .where(eq(users.id, userId));
  return row ?? null;
}
