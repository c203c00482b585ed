/** Wire shapes of second factors and passkeys. */
import { string } from "../../../platform/http/input/fields.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { proofFields } from "./proofs/fresh-proof.ts";
import type { Passkey } from "./queries.ts";

/** The body of a change: the second factor if the account has one, else the password. */
export const FreshProof = z.object(proofFields).openapi("FreshProof", {
  description: "`otp` if the account has a second factor, else `current_password`.",
});

const name = string({ max: 100 }).openapi({ example: "Work laptop" });

export const PasskeyWire = z
  .object({
    id: z.number().int(),
    name: z.string(),
    is_synced: z.boolean(),
    created_at: z.string(),
    last_used_at: z.string().nullable(),
  })
  .openapi("Passkey");

export function toPasskeyWire(passkey: Passkey): z.input<typeof PasskeyWire> {
  return {
    id: passkey.id,
    name: passkey.name,
    is_synced: passkey.isSynced,
    created_at: isoTime(passkey.createdAt),
    last_used_at: passkey.lastUsedAt === null ? null : isoTime(passkey.lastUsedAt),
  };
}

export const Factors = z
  .object({
    /** The authenticator app; null without one. */
    totp: z.object({ created_at: z.string(), last_used_at: z.string().nullable() }).nullable(),
    passkeys: z.array(PasskeyWire),
    recovery_codes_left: z.number().int(),
    /** Whether the settings require a second factor of this account. */
    required: z.boolean(),
  })
  .openapi("SecondFactors");

export const TotpSetup = z.object({ secret: z.string(), uri: z.string() }).openapi("TotpSetup");
export const TotpCode = z.object({ otp: string({ max: 20 }) }).openapi("TotpCode");

/** Recovery codes are shown here only; null if the account has codes already. */
export const FactorAdded = z
  .object({ recovery_codes: z.array(z.string()).nullable() })
  .openapi("SecondFactorAdded");
export const RecoveryCodes = z.object({ recovery_codes: z.array(z.string()) }).openapi("RecoveryCodes");

/** Options for `navigator.credentials`, for `PublicKeyCredential.parse…OptionsFromJSON()`. */
export const CeremonyOptions = z.looseObject({ challenge: z.string() }).openapi("PasskeyOptions");

/** A credential as `PublicKeyCredential.toJSON()` returns it. */
export const Credential = z
  .looseObject({
    id: string({ max: 1400 }),
    rawId: string({ max: 1400 }),
    type: z.literal("public-key"),
    response: z.looseObject({ clientDataJSON: string({ max: 4000 }) }),
    clientExtensionResults: z.looseObject({}).optional(),
  })
  .openapi("PasskeyCredential");

export const NewPasskey = z.object({ name, credential: Credential }).openapi("NewPasskey");
export const PasskeyAdded = PasskeyWire.extend({ recovery_codes: z.array(z.string()).nullable() }).openapi(
  "PasskeyAdded",
);
export const PasskeyChange = z.object({ name }).openapi("PasskeyChange");
