/** Sample accounts for development: created once, verified, and with passwords that are not checked for strength. */
import { eq } from "drizzle-orm";
import { anyHasher } from "../../../platform/crypto/hasher.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { foldUsername } from "../rules.ts";
import { users } from "../tables.ts";

export interface SampleLogin {
  readonly username: string;
  readonly phone: string | null;
  readonly email: string;
  readonly password: string;
  /** First and last name. */
  readonly name: readonly [string, string];
  readonly userType: "CLIENT" | "DRIVER" | "OPERATOR";
  readonly isStaff: boolean;
}

/** Creates a sample account. False if it exists already. */
export async function loadSampleAccount(ctx: RequestContext, login: SampleLogin): Promise<boolean> {
  const usernameKey = foldUsername(login.username);
  const [known] = await ctx.db.select({ id: users.id }).from(users).where(eq(users.usernameKey, usernameKey));
  if (known) return false;
  const now = ctx.now();
  const [firstName, lastName] = login.name;
  const inserted = await ctx.db
    .insert(users)
    .values({
      username: login.username,
      usernameKey,
      email: login.email,
      phone: login.phone,
      passwordHash: await anyHasher(ctx.runtime).hash(login.password),
      firstName,
      lastName,
      userType: login.userType,
      isStaff: login.isStaff,
      isVerified: true,
      emailVerifiedAt: now,
      phoneVerifiedAt: login.phone ? now : null,
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: users.id });
  return inserted.length > 0;
}
