/** Wire shapes of API keys. */
import { integer, string } from "../../../platform/http/input/fields.ts";
import { KEY_SCOPES } from "../../../platform/http/key-scopes.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { proofFields } from "../factors/proofs/fresh-proof.ts";
import type { ApiKey } from "./queries.ts";

export const ApiKeyWire = z
  .object({
    id: z.string(),
    name: z.string(),
    /** The key's first characters. */
    prefix: z.string(),
    scopes: z.array(z.string()),
    created_at: z.string(),
    expires_at: z.string(),
    last_used_at: z.string().nullable(),
  })
  .openapi("ApiKey");

export function toApiKeyWire(key: ApiKey): z.input<typeof ApiKeyWire> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    created_at: isoTime(key.createdAt),
    expires_at: isoTime(key.expiresAt),
    last_used_at: key.lastUsedAt === null ? null : isoTime(key.lastUsedAt),
  };
}

/** A key is shown in full when it is made, and never again. */
export const ApiKeyMade = ApiKeyWire.extend({ key: z.string() }).openapi("ApiKeyMade");

export const NewApiKey = z
  .object({
    name: string({ max: 100 }),
    scopes: z
      .array(z.enum(KEY_SCOPES as [string, ...string[]]))
      .min(1)
      .openapi({ example: ["orders:read", "orders:write"] }),
    expires_in_days: integer({ min: 1, max: 366 }).optional(),
    ...proofFields,
  })
  .openapi("NewApiKey");

export const KeyScopes = z.object({ scopes: z.array(z.string()) }).openapi("ApiKeyScopes");
export const keyParams = z.object({ id: z.uuid() });
