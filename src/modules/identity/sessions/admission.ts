/** Admits a person who proved who they are: opens the session, unless the account is blocked or must verify its address first. */
import type { Effect } from "../../../platform/db/outbox.ts";
import { count } from "../../../platform/http/limits/rate-limits.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { emailsOf, formerOf } from "../accounts/contacts.ts";
import type { KnownOnDevice, User } from "../accounts/queries.ts";
import type { FactorProof } from "../factors/proofs/requirement.ts";
import { securityNotices } from "../mail/notices.ts";
import { mustVerify } from "../recovery/verification.ts";
import type { DeviceFacts } from "./devices.ts";
import { type ClientProfile, type Credentials, openSession } from "./sessions.ts";

/** `password`: the account changed meanwhile. */
export type AdmittedUser =
  | { readonly ok: true; readonly user: User; readonly credentials: Credentials }
  | { readonly ok: false; readonly reason: "inactive" | "unverified" | "password" };

/** Why this account may not sign in at all; null if it may. */
export function admissionFault(ctx: RequestContext, user: User): "inactive" | "unverified" | null {
  if (!user.isActive) return "inactive";
  return user.email && !user.emailVerifiedAt && mustVerify(ctx) ? "unverified" : null;
}

/** Opens a session and tells the owner about a device that the account does not know. */
export async function admitUser(
  ctx: RequestContext,
  client: ClientProfile,
  { user, device }: Pick<KnownOnDevice, "user" | "device">,
  proof: FactorProof,
): Promise<AdmittedUser> {
  const reason = admissionFault(ctx, user);
  if (reason) return { ok: false, reason };
  const effects = await newDeviceNotices(ctx, user, device);
  const credentials = await openSession(ctx, client, user, proof, effects);
  return credentials ? { ok: true, user, credentials } : { ok: false, reason: "password" };
}

/**
 * The notices of a sign-in from an unknown device. None for the first sign-in after the sign-up, or while the account
 * has no known devices.
 */
async function newDeviceNotices(ctx: RequestContext, user: User, device: DeviceFacts): Promise<Effect[]> {
  if (!ctx.runtime.settings.newDeviceLetters || user.lastLoginAt === null) return [];
  if (device.byCookie || device.byClient || !device.knowsAny) return [];
  const flooded = await count(ctx, "resetMail", `devices:${user.id}`).then(
    () => false,
    () => true,
  );
  if (flooded) return [];
  return securityNotices(ctx, user, "new_device", emailsOf(await formerOf(ctx, user.id)));
}
