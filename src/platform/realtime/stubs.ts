/** Finds a room's object by its name: `event:12` is in the binding `EVENT_ROOMS`. A new kind of room needs one more binding. */
import { type RelayObject, type RelayStub, relayName } from "./relay/rpc.ts";
import type { RoomObject, RoomStub } from "./rpc.ts";

/** The object of a room; null when no such kind of room is bound. */
export function roomIn(env: Cloudflare.Env, name: string): RoomStub | null {
  const [kind = ""] = name.split(":");
  const namespace = (env as unknown as Record<string, unknown>)[`${kind.toUpperCase()}_ROOMS`];
  return isNamespace(namespace) ? (namespace.getByName(name) as unknown as RoomStub) : null;
}

/** Objects that are called with every message: to find one by its name costs a hash. An object of its own has one. */
export class KnownStubs {
  readonly #find: (name: string) => RoomStub | null;
  readonly #known = new Map<string, RoomStub>();

  constructor(find: (name: string) => RoomStub | null) {
    this.#find = find;
  }

  of(name: string): RoomStub | null {
    const known = this.#known.get(name);
    if (known) return known;
    const stub = this.#find(name);
    if (!stub) return null;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(name, stub);
    return stub;
  }

  /**
   * A call has failed: the stub may be broken from now on.
   * Source: https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
   */
  drop(name: string): void {
    this.#known.delete(name);
  }
}

const MOST_KNOWN = 1000;

/** The object of one of a room's relays. */
export function relayIn(env: Cloudflare.Env, room: string, number: number): RelayStub {
  const relays = env.RELAYS as unknown as DurableObjectNamespace<RelayObject>;
  return relays.getByName(relayName(room, number)) as unknown as RelayStub;
}

function isNamespace(value: unknown): value is DurableObjectNamespace<RoomObject> {
  return typeof value === "object" && value !== null && "getByName" in value;
}

/**
 * Whether a call failed because the object does not have the method: during a deploy an object may run the version before
 * the Worker's for some minutes. Source: https://developers.cloudflare.com/durable-objects/platform/known-issues/
 */
export function isOutdated(error: unknown): boolean {
  return error instanceof TypeError && error.message.includes("receiver does not implement");
}
