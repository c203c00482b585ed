/** The caller as their access token says, for sockets: without a read of the database. */
import { type KnownCaller, TRUSTED_FOR } from "../../../platform/http/caller.ts";
import type { Credential } from "../../../platform/http/credentials.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { mustHaveFactor } from "../factors/rules.ts";
import { readAccess } from "./tokens.ts";

/**
 * Null when the credential does not say it: a key of the `Token` scheme, a token of a version that did not sign it, or one
 * that was issued longer ago than revocations are remembered. Such a credential is checked by `authenticate`, like every
 * request. The caller may have been signed out since: only the connection registry knows.
 */
export async function signedCaller(ctx: RequestContext, credential: Credential): Promise<KnownCaller | null> {
  if (credential.scheme !== "Bearer") return null;
  const signed = (await readAccess(ctx, credential.value))?.signed ?? null;
  // A token does not say whether its holder has a second factor.
  if (!signed || mustHaveFactor(ctx, signed.caller)) return null;
  return signed.asOf > ctx.now() - TRUSTED_FOR ? signed : null;
}
