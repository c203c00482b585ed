/** API keys for tests, without the price of a proof. */

import { sha256 } from "../../../src/platform/crypto/digest.ts";
import { KEY_SCOPES } from "../../../src/platform/http/key-scopes.ts";
import { rows } from "../../harness/api.ts";

export const KEYS = "/api/v1/auth/api-keys/";
export const ALL_SCOPES: readonly string[] = KEY_SCOPES;

/** Stores a key of an account with these scopes, and returns it in full. */
export async function keyFor(userId: number, scopes: readonly string[], expiresAt = Date.now() + 86_400_000) {
  const [id, key] = [crypto.randomUUID(), `cvk_${crypto.randomUUID().replaceAll("-", "")}`];
  await rows(
    `INSERT INTO api_keys (id, user_id, name, prefix, key_hash, scopes, created_at, expires_at)
     VALUES (?, ?, 'Billing', ?, ?, ?, ?, ?)`,
    id,
    userId,
    key.slice(0, 10),
    await sha256(key),
    JSON.stringify(scopes),
    Date.now(),
    expiresAt,
  );
  return { id, key };
}
