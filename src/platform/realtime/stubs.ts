/** From a room's name to its object. `event:12` lives in the binding `EVENT_ROOMS`: a new kind of room is one more binding. */
import type { RoomObject } from "./handler.ts";

/** Calls of a room's object. The platform's own type of a stub gives up on entries, whose bodies are any JSON. */
export type RoomStub = Omit<RoomObject, keyof Rpc.DurableObjectBranded>;

/** The object of a room; null when no such kind of room is bound. */
export function roomIn(env: Cloudflare.Env, name: string): RoomStub | null {
  const [kind = ""] = name.split(":");
  const namespace = (env as unknown as Record<string, unknown>)[`${kind.toUpperCase()}_ROOMS`];
  return isNamespace(namespace) ? (namespace.getByName(name) as unknown as RoomStub) : null;
}

function isNamespace(value: unknown): value is DurableObjectNamespace<RoomObject> {
  return typeof value === "object" && value !== null && "getByName" in value;
}
