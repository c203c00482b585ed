/** Requests for a mail to an address: counted, and the same work whether the address is known or not. */
import { eq } from "drizzle-orm";
import { countMail } from "../../../platform/http/limits/rate-limits.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { findWithDevice, type User } from "../accounts/queries.ts";
import { foldEmail } from "../rules.ts";
import { deviceMarks, deviceSubject } from "../sessions/devices.ts";
import { users } from "../tables.ts";

/**
 * Finds the account of an address to which a mail is requested. Requests are counted per client and per address. Those of
 * the account's own devices are counted apart, so that strangers cannot use up the owner's limit.
 */
export async function accountForMail(
  ctx: RequestContext,
  email: string,
  purpose: string,
): Promise<User | null> {
  const address = foldEmail(email);
  const marks = await deviceMarks(ctx);
  const [found] = await findWithDevice(ctx, marks, eq(users.email, address));
  const device = deviceSubject(ctx, marks, found?.device);
  await countMail(ctx, [purpose + address, ...(device ? [device] : [])].join("|"));
  return found?.user ?? null;
}

/** The change that a request's commit is guarded by: it moves no row for an address without an account. */
export function touchAccount(ctx: RequestContext, userId: number) {
  return ctx.db.update(users).set({ updatedAt: ctx.now() }).where(eq(users.id, userId));
}
