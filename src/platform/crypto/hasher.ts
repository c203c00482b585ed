/** Password hashing away from the isolates that serve sockets and requests: scrypt blocks its thread for about 110 ms. */
import { DurableObject } from "cloudflare:workers";
import { hashPassword, verifyPassword } from "./scrypt.ts";

/** How many hasher objects share the work. One object hashes one password at a time, which is the back-pressure. */
const POOL = 8;

/** A stateless worker of the pool. Holds no storage and forgets each password as it returns. */
export class Hasher extends DurableObject {
  hash(password: string): string {
    return hashPassword(password);
  }

  /** With `hash` null (no such account) the same time is spent and the answer is false. */
  verify(password: string, hash: string | null): boolean {
    const matches = verifyPassword(password, hash ?? NOBODY);
    return hash !== null && matches;
  }
}

/** A hash that no password opens, so that an unknown account costs what a known one costs. */
const NOBODY = `scrypt$${2 ** 14}$8$5$AAAAAAAAAAAAAAAAAAAAAA==$${"A".repeat(43)}=`;

/** One hasher of the pool, any of them. */
export function anyHasher(hashers: DurableObjectNamespace<Hasher>): DurableObjectStub<Hasher> {
  return hashers.getByName(`hasher-${Math.floor(Math.random() * POOL)}`);
}
