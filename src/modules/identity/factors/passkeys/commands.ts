/** Registers, renames and removes passkeys, and signs in by them. */
import { and, eq, lte, sql } from "drizzle-orm";
import { isUniqueViolation } from "../../../../platform/db/client.ts";
import { insertWhere } from "../../../../platform/db/quota.ts";
import type { Caller } from "../../../../platform/http/caller.ts";
import { invalid, notFound } from "../../../../platform/http/errors.ts";
import { attempt, clientOf } from "../../../../platform/http/limits/rate-limits.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import { findUser, findWithDevice } from "../../accounts/queries.ts";
import { messages } from "../../messages.ts";
import { type AdmittedUser, admitUser } from "../../sessions/admission.ts";
import { deviceMarks } from "../../sessions/devices.ts";
import type { ClientProfile } from "../../sessions/sessions.ts";
import { users } from "../../tables.ts";
import {
  commitChange,
  dropCodesWithLast,
  factorCount,
  mayLose,
  requireRemaining,
  sessionStands,
} from "../changes.ts";
import { toPassWire } from "../proofs/check.ts";
import { type GivenProof, requireFreshProof } from "../proofs/fresh-proof.ts";
import { issueProof, spendProof } from "../proofs/one-time.ts";
import { proofByPasskey } from "../proofs/requirement.ts";
import { findPasskeys, type Passkey, passkeyColumns } from "../queries.ts";
import { newRecoveryCodes } from "../recovery-codes.ts";
import { passkeys } from "../tables.ts";
import { checkAssertion, checkCreation, creationOptions, requestOptions } from "./webauthn.ts";

/** Passkeys of one account. */
const MAX_PASSKEYS = 20;

const refused = () => invalid({ credential: messages.passkeyInvalid }, { code: "passkey_invalid" });

/** A new passkey's challenge is good for the session that asked. */
const boundTo = ({ userId, sessionId }: Caller) => `${userId}:${sessionId}`;

/** Options with which the client's device makes a passkey. */
export async function beginPasskey(ctx: RequestContext, caller: Caller, given: GivenProof) {
  const { user } = await requireFreshProof(ctx, caller, given);
  const known = await ctx.db
    .select({ credentialId: passkeys.credentialId, transports: passkeys.transports })
    .from(passkeys)
    .where(eq(passkeys.userId, user.id));
  if (known.length >= MAX_PASSKEYS) throw invalid({ non_field_errors: messages.passkeysFull });
  return creationOptions(ctx, user, boundTo(caller), known);
}

/** Stores a passkey that the device made. Returns recovery codes if it is the account's first factor, else null. */
export async function addPasskey(
  ctx: RequestContext,
  caller: Caller,
  name: string,
  credential: unknown,
): Promise<{ readonly passkey: Passkey; readonly recoveryCodes: readonly string[] | null }> {
  const { userId } = caller;
  const checked = await checkCreation(ctx, boundTo(caller), credential);
  if (!checked || !(await spendProof(ctx, checked.challenge))) throw refused();
  const user = await findUser(ctx, userId);
  if (!user) throw notFound();
  const [row] = await ctx.db.all<{ n: number }>(sql`SELECT ${factorCount(userId)} AS n`);
  const recovery = row?.n === 0 ? await newRecoveryCodes(ctx, userId) : null;
  const values = { userId, name, ...checked.passkey, createdAt: ctx.now() };
  const room = sql`${sessionStands(caller)} AND (SELECT count(*) FROM passkeys WHERE user_id = ${userId}) < ${MAX_PASSKEYS}`;
  const insert = insertWhere(ctx.db, passkeys, values, room);
  const change = { event: "passkey_added", action: "second_factor_add", kind: "passkey" } as const;
  try {
    if (!(await commitChange(ctx, caller, user, change, insert, recovery?.statements)))
      throw invalid({ non_field_errors: messages.passkeysFull });
  } catch (error) {
    if (isUniqueViolation(error, "passkeys.credential_id")) throw refused();
    throw error;
  }
  const [passkey] = await findPasskeys(ctx, eq(passkeys.credentialId, checked.passkey.credentialId));
  if (!passkey) throw new Error("the new passkey has no row");
  return { passkey, recoveryCodes: recovery?.codes ?? null };
}

/** Renames an own passkey; 404 for another's. */
export async function renamePasskey(
  ctx: RequestContext,
  { userId }: Caller,
  id: number,
  name: string,
): Promise<Passkey> {
  const [renamed] = await ctx.db
    .update(passkeys)
    .set({ name })
    .where(and(eq(passkeys.id, id), eq(passkeys.userId, userId)))
    .returning(passkeyColumns);
  if (!renamed) throw notFound();
  return renamed;
}

/** Removes an own passkey; 404 for another's. */
export async function removePasskey(
  ctx: RequestContext,
  caller: Caller,
  id: number,
  given: GivenProof,
): Promise<void> {
  const own = and(eq(passkeys.id, id), eq(passkeys.userId, caller.userId));
  const [found] = await ctx.db.select({ id: passkeys.id }).from(passkeys).where(own);
  if (!found) throw notFound();
  await requireRemaining(ctx, caller);
  const { user } = await requireFreshProof(ctx, caller, given);
  const remove = ctx.db.delete(passkeys).where(and(own, sessionStands(caller), mayLose(ctx, caller)));
  const change = { event: "passkey_removed", action: "second_factor_remove", kind: "passkey" } as const;
  const rest = [dropCodesWithLast(ctx, user.id)];
  if (!(await commitChange(ctx, caller, user, change, remove, rest))) throw notFound();
}

/** Options with which a device signs in by a passkey that it has. */
export async function beginSignIn(ctx: RequestContext) {
  await countAttempt(ctx);
  return requestOptions(ctx);
}

/** Signs in by a passkey alone. */
export async function signInByPasskey(
  ctx: RequestContext,
  client: ClientProfile,
  credential: { readonly id: string },
): Promise<AdmittedUser> {
  await countAttempt(ctx);
  const userId = await usePasskey(ctx, credential);
  const [found] = await findWithDevice(ctx, await deviceMarks(ctx), eq(users.id, userId));
  if (!found) throw refused();
  return admitUser(ctx, client, found, proofByPasskey(userId));
}

/** A pass that every sign-in by password accepts as `otp`, for the account of the passkey. */
export async function passByPasskey(
  ctx: RequestContext,
  credential: { readonly id: string },
): Promise<string> {
  await countAttempt(ctx);
  const userId = await usePasskey(ctx, credential);
  return toPassWire(await issueProof(ctx, "pass", String(userId)));
}

function countAttempt(ctx: RequestContext): Promise<void> {
  const subject = clientOf(ctx);
  return attempt(ctx, `login|${subject}`, [{ rate: "login", subject }]);
}

/** Checks and uses up a device's answer; the account that the passkey belongs to. Throws a 400 otherwise. */
async function usePasskey(ctx: RequestContext, credential: { readonly id: string }): Promise<number> {
  const [passkey] = await ctx.db.select().from(passkeys).where(eq(passkeys.credentialId, credential.id));
  const checked = passkey && (await checkAssertion(ctx, passkey, credential));
  if (!passkey || !checked || !(await spendProof(ctx, checked.challenge))) throw refused();
  // Of two answers at once the later counter stays.
  await ctx.db
    .update(passkeys)
    .set({ counter: checked.counter, lastUsedAt: ctx.now() })
    .where(and(eq(passkeys.id, passkey.id), lte(passkeys.counter, checked.counter)));
  return passkey.userId;
}
