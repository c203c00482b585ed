/** When a room's tenant wants to be called, and the call: the earliest time that somebody asked for wins. */
import type { Memory } from "./memory.ts";
import type { Tenant } from "./tenant.ts";

/** A tenant that was rung and did not come back is rung again after this long. Milliseconds. */
const RING_AGAIN = 10_000;

export class Bell {
  readonly #memory: Memory;
  readonly #tenant: Pick<Tenant, "ring">;
  readonly #clock: () => number;
  /** The earliest time asked for since the last ring began: what the tenant answers may not know of it. */
  #meanwhile = Number.POSITIVE_INFINITY;

  constructor(memory: Memory, tenant: Pick<Tenant, "ring">, clock: () => number) {
    this.#memory = memory;
    this.#tenant = tenant;
    this.#clock = clock;
  }

  set(at: number): void {
    if (!this.#tenant.ring || this.#memory.isRetired) return;
    this.#meanwhile = Math.min(this.#meanwhile, at);
    this.#memory.setDue(Math.min(this.#memory.dueAt ?? at, at));
  }

  async ring(): Promise<void> {
    const { dueAt } = this.#memory;
    if (dueAt === null || dueAt > this.#clock() || !this.#tenant.ring) return;
    this.#memory.setDue(this.#clock() + RING_AGAIN);
    this.#meanwhile = Number.POSITIVE_INFINITY;
    const next = await this.#tenant.ring(this.#memory.name);
    if (this.#memory.isRetired) return;
    const due = Math.min(next ?? Number.POSITIVE_INFINITY, this.#meanwhile);
    this.#memory.setDue(due === Number.POSITIVE_INFINITY ? null : due);
  }
}
