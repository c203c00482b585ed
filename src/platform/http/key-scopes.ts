/** What an API key may do: the scopes of keys, and the one check of them. Pure. */
import type { CallerKey } from "./caller.ts";
import { type Refusal, refuse } from "./errors.ts";
import { messages } from "./messages.ts";
import type { Route } from "./route.ts";

/** The resources that keys can be given, and the actions on each. */
export const KEY_RESOURCES = {
  account: ["read"],
  people: ["read", "write"],
  chats: ["read", "write"],
  events: ["read", "write"],
  notifications: ["read", "write"],
  support: ["read", "write"],
  orders: ["read", "write"],
  fleet: ["read", "write"],
  tracking: ["read", "write"],
  tasks: ["read", "write"],
  posts: ["read", "write"],
  earnings: ["read", "write"],
  documents: ["read", "write"],
  webhooks: ["read", "write"],
  console: ["read"],
} as const satisfies Readonly<Record<string, readonly ("read" | "write")[]>>;

export type KeyResource = keyof typeof KEY_RESOURCES;

/** `orders:read`, `orders:write` … `write` does not include `read`. */
export type KeyScope = `${KeyResource}:${"read" | "write"}`;

export const KEY_SCOPES = Object.entries(KEY_RESOURCES).flatMap(([resource, actions]) =>
  actions.map((action) => `${resource}:${action}` as KeyScope),
);

/** The scope that a key needs for a method of a resource; null if no key may do it. */
export function scopeFor(resource: KeyResource | null, method: Route["method"]): KeyScope | null {
  const action = method === "get" ? "read" : "write";
  const scope = `${resource}:${action}` as KeyScope;
  return resource !== null && KEY_SCOPES.includes(scope) ? scope : null;
}

/** Why a key does not open a route; null if it does. A route without a scope is closed to keys. */
export function keyFault(key: CallerKey, { keyScope = null }: Pick<Route, "keyScope">): Refusal | null {
  if (keyScope === null) return refuse(403, messages.keyNotAllowed, { code: "key_not_allowed" });
  if (key.scopes.includes(keyScope)) return null;
  return refuse(403, messages.keyScope, { code: "key_scope", scope: keyScope });
}
