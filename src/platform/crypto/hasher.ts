/** Hashes passwords in objects of their own, because scrypt blocks its thread for about 110 ms. */
import { DurableObject } from "cloudflare:workers";
import type { Runtime } from "../runtime.ts";
import { type Cost, DEFAULT_COST, dummyHash, hashPassword, parseCost, verifyPassword } from "./scrypt.ts";

/** A stateless worker of the pool. Stores nothing. */
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

  /** With `hash` null (no such account) it takes the same time and returns false. */
  verify(password: string, hash: string | null): boolean {
    const matches = verifyPassword(password, hash ?? dummyHash(this.#cost));
    return hash !== null && matches;
  }
}

/** A random hasher of the pool. Each hashes one password at a time, so the pool's size limits the load. */
export function anyHasher({
  hashers,
  settings,
}: Pick<Runtime, "hashers" | "settings">): DurableObjectStub<Hasher> {
  return hashers.getByName(`hasher-${Math.floor(Math.random() * settings.hasherPool)}`);
}
