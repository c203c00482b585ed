/** Password hashing away from the isolates that serve sockets and requests: scrypt blocks its thread for about 110 ms. */
import { DurableObject } from "cloudflare:workers";
import { type Cost, DEFAULT_COST, dummyHash, hashPassword, parseCost, verifyPassword } from "./scrypt.ts";

/** How many hasher objects share the work. One object hashes one password at a time, which is the back-pressure. */
const POOL = 8;

/** A stateless worker of the pool. Holds no storage and forgets each password as it returns. */
export class Hasher extends DurableObject<Cloudflare.Env> {
  readonly #cost: Cost;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    const { PASSWORD_COST } = env as { PASSWORD_COST?: string };
    this.#cost = (PASSWORD_COST && parseCost(PASSWORD_COST)) || DEFAULT_COST;
  }

  hash(password: string): string {
    return hashPassword(password, this.#cost);
  }

  /** With `hash` null (no such account) the same time is spent and the answer is false. */
  verify(password: string, hash: string | null): boolean {
    const matches = verifyPassword(password, hash ?? dummyHash(this.#cost));
    return hash !== null && matches;
  }
}

/** One hasher of the pool, any of them. */
export function anyHasher(hashers: DurableObjectNamespace<Hasher>): DurableObjectStub<Hasher> {
  return hashers.getByName(`hasher-${Math.floor(Math.random() * POOL)}`);
}
