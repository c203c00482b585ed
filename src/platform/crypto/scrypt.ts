/** Password hashes: scrypt with its parameters in the hash, so that the cost can grow without a migration. */

import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { normalized } from "../unicode.ts";

/** scrypt's parameters: memory is 128·N·r bytes, time grows with N·r·p. */
export interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's 2^14/8/5: 16 MiB and about 110 ms of CPU in workerd. */
export const DEFAULT_COST: Cost = { N: 2 ** 14, r: 8, p: 5 };

const KEY_BYTES = 32;
const MAX_MEMORY = 64 * 1024 * 1024;

/** Parses `N/r/p`; null when it is invalid or needs more memory than an isolate has. */
export function parseCost(words: string): Cost | null {
  const match = /^(\d{1,8})\/(\d{1,2})\/(\d{1,2})$/.exec(words);
  if (!match) return null;
  const [N, r, p] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const fits = N >= 2 && Number.isInteger(Math.log2(N)) && r >= 1 && p >= 1 && 128 * N * r < MAX_MEMORY;
  return fits ? { N, r, p } : null;
}

/** `scrypt$N$r$p$salt$key`, salt and key in base64. */
export function hashPassword(password: string, cost: Cost = DEFAULT_COST): string {
  const salt = randomBytes(16);
  const key = scryptSync(normalized(password, "NFC"), salt, KEY_BYTES, { ...cost, maxmem: MAX_MEMORY });
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64"), key.toString("base64")].join("$");
}

/** A hash that no password matches, so that verifying takes the same time for an unknown account. */
export function dummyHash(cost: Cost): string {
  return ["scrypt", cost.N, cost.r, cost.p, `${"A".repeat(22)}==`, `${"A".repeat(43)}=`].join("$");
}

/** False for a wrong password and for a hash in an unknown format. */
export function verifyPassword(password: string, hash: string): boolean {
  const [scheme, N, r, p, salt, key] = hash.split("$");
  const cost = parseCost(`${N}/${r}/${p}`);
  if (scheme !== "scrypt" || !cost || !salt || !key) return false;
  const expected = Buffer.from(key, "base64");
  const actual = scryptSync(normalized(password, "NFC"), Buffer.from(salt, "base64"), expected.byteLength, {
    ...cost,
    maxmem: MAX_MEMORY,
  });
  return timingSafeEqual(actual, expected);
}
