/** Which resource of API keys each documented route belongs to, by its path and method. */
import { type KeyResource, scopeFor } from "./platform/http/key-scopes.ts";
import type { Route } from "./platform/http/route.ts";

type Method = Route["method"];
type Place = readonly [prefix: string, resource: KeyResource | null, methods?: readonly Method[]];

/**
 * The first place that a route's path begins with decides; null: closed to keys. What changes an account, its password,
 * second factors, keys or sessions is closed, whoever the key's owner is.
 */
export const KEY_PLACES: readonly Place[] = [
  ["/api/v1/auth/profile", "account", ["get"]],
  ["/api/v1/auth", null],
  ["/api/auth/user", "account", ["get"]],
  ["/api/auth", null],
  ["/api/token", null],
  ["/api/register", null],
  ["/api/login", null],
  ["/api/logout", null],
  ["/api/user-delete", null],
  ["/api/user-update", null],
  ["/api/user/:id", "people", ["get"]],
  ["/api/user", "account", ["get"]],
  ["/api/settings", "account", ["get"]],
  ["/api/v1/settings", "account", ["get"]],
  ["/api/v1/notifications/settings", "account", ["get"]],
  ["/api/v1/notification/notification_settings", "account", ["get"]],
  ["/api/v1/realtime", null],
  ["/api/v1/push", null],

  ["/api/v1/users/me/geolocation", "tracking"],
  ["/api/v1/users/me/export", null],
  ["/api/v1/users/me", "account", ["get"]],
  ["/api/v1/users/set_password", null],
  ["/api/v1/users/reset_password", null],
  ["/api/v1/users/my_events", "events"],
  ["/api/v1/users/:id/block", "people"],
  ["/api/v1/users", "people", ["get"]],
  ["/api/v1/friends", "people"],
  ["/api/v1/cities", "people"],
  ["/api/v1/interests", "people"],

  // The feed's address works without the key, and after it.
  ["/api/v1/events/calendar", null],
  ["/api/v1/events", "events"],
  ["/api/v1/participation", "events"],
  ["/api/events", "events"],
  ["/api/event", "events"],
  ["/api/search_event", "events"],
  ["/api/batch_events", "events"],

  ["/api/v1/chats", "chats"],
  ["/api/v1/notifications", "notifications"],
  ["/api/v1/notification", "notifications"],
  ["/api/v1/support", "support"],

  ["/api/v1/orders", "orders"],
  ["/api/v1/offers", "orders"],
  ["/api/v1/pricing", "orders"],
  ["/api/v1/track", "orders"],
  ["/api/v1/weather", "orders"],
  ["/api/v1/dashboard", "orders"],
  ["/api/v1/tow-trucks", "fleet"],
  ["/api/v1/vehicle-types", "fleet"],
  ["/api/v1/vehicles", "fleet"],
  ["/api/v1/driver", "fleet"],
  ["/api/v1/location/update", "fleet"],

  ["/api/v1/location-reports", "tracking"],
  ["/api/location-reports", "tracking"],
  ["/api/v1/tasks", "tasks"],
  ["/api/tasks", "tasks"],

  ["/api/v1/carposts", "posts"],
  ["/api/carposts", "posts"],
  ["/api/add-carpost", "posts"],
  ["/api/get-carposts", "posts"],
  ["/api/get-carpost", "posts"],
  ["/api/get-user-carposts", "posts"],
  ["/api/get-image-by-post-id", "posts"],
  ["/api/update-ridepost", "posts"],
  ["/api/delete-ridepost", "posts"],
  ["/api/upload", "posts"],
  ["/api/v1/calculator", "earnings"],
  ["/api/calculator", "earnings"],
  ["/api/add-calculator-entry", "earnings"],
  ["/api/get-calculator-entries", "earnings"],
  ["/api/get-recent-calculator-entries", "earnings"],
  ["/api/update-calculator-entry", "earnings"],
  ["/api/delete-calculator-entry", "earnings"],
  ["/api/v1/documents", "documents"],
  ["/api/documents", "documents"],

  ["/api/v1/webhooks", "webhooks"],
  ["/api/admin", "console", ["get"]],
];

/** The root, where clients check their credentials. Not a prefix. */
const ROOT: Place = ["/api/v1", "account", ["get"]];

/** The place of a route; undefined for one that no place names: it is closed to keys, and a test fails. */
export function keyPlaceOf({ path }: Pick<Route, "path">): Place | undefined {
  if (path === ROOT[0]) return ROOT;
  const segments = `${path.replace(/\{[^}]*\}/g, "")}/`;
  return KEY_PLACES.find(([prefix]) => segments[prefix.length] === "/" && segments.startsWith(prefix));
}

/** The route with the scope that a key needs for it, which is looked up when a key comes. */
export function withKeyScope(route: Route): Route {
  return {
    ...route,
    get keyScope() {
      const [, resource = null, methods] = keyPlaceOf(route) ?? [];
      const isOpen = methods === undefined || methods.includes(route.method);
      return isOpen ? scopeFor(resource, route.method) : null;
    },
  };
}
