/** Finds a room's object by its name: `event:12` is in the binding `EVENT_ROOMS`. A new kind of room needs one more binding. */
import { type RelayObject, type RelayStub, relayName } from "./relay/rpc.ts";
import type { RoomObject, RoomStub } from "./rpc.ts";

/** The object of a room; null when no such kind of room is bound. */
export function roomIn(env: Cloudflare.Env, name: string): RoomStub | null {
  const [kind = ""] = name.split(":");
  const namespace = (env as unknown as Record<string, unknown>)[`${kind.toUpperCase()}_ROOMS`];
  return isNamespace(namespace) ? (namespace.getByName(name) as unknown as RoomStub) : null;
}

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
