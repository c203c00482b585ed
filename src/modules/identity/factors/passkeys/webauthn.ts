/** WebAuthn ceremonies by @simplewebauthn/server: what a client is asked, and the check of what it answers. Loaded when needed. */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { log } from "../../../../platform/log.ts";
import type { RequestContext } from "../../../../platform/runtime.ts";
import type { User } from "../../accounts/queries.ts";
import { issueProof, type OneTimeProof, type ProofPurpose, readProof } from "../proofs/one-time.ts";
import type { passkeys } from "../tables.ts";

/** ES256, EdDSA and RS256: what authenticators in use have. */
const ALGORITHMS = [-7, -8, -257];

const TIMEOUT_MS = 300_000;

/** Who asks, as authenticators know it: the domain that passkeys belong to, and the pages and apps that may use them. */
function relyingParty(ctx: RequestContext) {
  const { rpId, origins } = ctx.runtime.settings.passkeys;
  return { id: rpId ?? new URL(ctx.origin).hostname, origins: [ctx.origin, ...origins] };
}

/** `encode` never returns shared memory, which its type allows and the library's does not. */
const bytesOf = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

/** The challenge of a ceremony is a one-time proof; clients return it as base64url. */
const asChallenge = (proof: string) => bytesOf(proof);

function challengeReader(ctx: RequestContext, purpose: ProofPurpose, bound: string) {
  let read: OneTimeProof | null = null;
  return {
    expectedChallenge: async (challenge: string) => {
      const text = new TextDecoder().decode(Uint8Array.fromBase64(challenge, { alphabet: "base64url" }));
      read = await readProof(ctx, purpose, bound, text);
      return read !== null;
    },
    read: () => read,
  };
}

/** Options for `navigator.credentials.create()`. The passkey is discoverable, and asks for the person's PIN or fingerprint. */
export async function creationOptions(
  ctx: RequestContext,
  user: Pick<User, "id" | "username" | "firstName" | "lastName">,
  bound: string,
  known: readonly { readonly credentialId: string; readonly transports: readonly string[] }[],
) {
  return generateRegistrationOptions({
    rpName: "Caravan",
    rpID: relyingParty(ctx).id,
    userName: user.username,
    userDisplayName: [user.firstName, user.lastName].filter(Boolean).join(" ") || user.username,
    userID: bytesOf(String(user.id)),
    challenge: asChallenge(await issueProof(ctx, "register", bound)),
    timeout: TIMEOUT_MS,
    attestationType: "none",
    excludeCredentials: known.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** Options for `navigator.credentials.get()`. They name no account: the authenticator offers what it has. */
export async function requestOptions(ctx: RequestContext) {
  return generateAuthenticationOptions({
    rpID: relyingParty(ctx).id,
    challenge: asChallenge(await issueProof(ctx, "sign_in", "")),
    timeout: TIMEOUT_MS,
    userVerification: "required",
  });
}

type NewPasskey = Pick<
  typeof passkeys.$inferSelect,
  "credentialId" | "publicKey" | "counter" | "transports" | "isSynced"
>;

/** The passkey in a client's answer, and its challenge to be spent; null if the answer is not right. */
export async function checkCreation(
  ctx: RequestContext,
  bound: string,
  response: unknown,
): Promise<{ readonly passkey: NewPasskey; readonly challenge: OneTimeProof } | null> {
  const challenge = challengeReader(ctx, "register", bound);
  const { id, origins } = relyingParty(ctx);
  const result = await unlessBroken(ctx, () =>
    verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge: challenge.expectedChallenge,
      expectedOrigin: origins,
      expectedRPID: id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  const read = challenge.read();
  if (!result?.verified || !read) return null;
  const { credential, credentialBackedUp } = result.registrationInfo;
  const passkey = {
    credentialId: credential.id,
    publicKey: credential.publicKey.toBase64({ alphabet: "base64url", omitPadding: true }),
    counter: credential.counter,
    transports: (credential.transports ?? []).slice(0, 10),
    isSynced: credentialBackedUp,
  };
  return { passkey, challenge: read };
}

/** Checks an answer against the passkey that it names. Returns its counter and its challenge to be spent; null if it is not right. */
export async function checkAssertion(
  ctx: RequestContext,
  passkey: Pick<typeof passkeys.$inferSelect, "credentialId" | "publicKey" | "counter">,
  response: unknown,
): Promise<{ readonly counter: number; readonly challenge: OneTimeProof } | null> {
  const challenge = challengeReader(ctx, "sign_in", "");
  const { id, origins } = relyingParty(ctx);
  const result = await unlessBroken(ctx, () =>
    verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: challenge.expectedChallenge,
      expectedOrigin: origins,
      expectedRPID: id,
      credential: {
        id: passkey.credentialId,
        publicKey: Uint8Array.fromBase64(passkey.publicKey, { alphabet: "base64url" }),
        counter: passkey.counter,
      },
      requireUserVerification: true,
    }),
  );
  const read = challenge.read();
  return result?.verified && read ? { counter: result.authenticationInfo.newCounter, challenge: read } : null;
}

/** The library throws on every answer that is not right. Only a wrong origin or domain is logged: the settings may be wrong then. */
async function unlessBroken<T>(ctx: RequestContext, check: () => Promise<T>): Promise<T | null> {
  try {
    return await check();
  } catch (error) {
    const reason = error instanceof Error ? error.message.slice(0, 300) : "";
    if (/origin|RP ID/.test(reason)) log("warn", "passkey.refused", { requestId: ctx.requestId, reason });
    return null;
  }
}
