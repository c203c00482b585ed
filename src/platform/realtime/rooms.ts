/** From a room's name to its object. `event:12` lives in the binding `EVENT_ROOMS`: a new kind of room is one more binding. */
import type { RoomObject } from "./tenant.ts";

/** The object of a room; null when no such kind of room is bound. */
export function roomIn(env: Cloudflare.Env, name: string): DurableObjectStub<RoomObject> | null {
  const [kind = ""] = name.split(":");
  const namespace = (env as unknown as Record<string, unknown>)[`${kind.toUpperCase()}_ROOMS`];
  return isNamespace(namespace) ? namespace.getByName(name) : null;
}

function isNamespace(value: unknown): value is DurableObjectNamespace<RoomObject> {
  return typeof value === "object" && value !== null && "getByName" in value;
}
