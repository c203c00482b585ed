/** What a key opens: every documented route with every scope, and never more than its owner's rights. */
import { expect, test } from "vitest";
import { routes } from "../../../src/app.ts";
import { KEY_PLACES, keyPlaceOf, withKeyScope } from "../../../src/key-scopes.ts";
import { KEY_RESOURCES } from "../../../src/platform/http/key-scopes.ts";
import type { Route } from "../../../src/platform/http/route.ts";
import { table } from "../../authorization/table.ts";
import { newPerson, ROLES, type Role } from "../../authorization/world.ts";
import { call } from "../../harness/api.ts";
import { ALL_SCOPES, keyFor } from "./key-holders.ts";

const nameOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;
/** Public routes ignore credentials. */
const guarded = routes.filter(({ access }) => access !== "public");

/** What changes an account or what opens it. No scope of any key may lead there. */
const NEVER =
  /password|passkey|factors|api-keys|auth\/sessions|logout|phone\/confirm|realtime|export$|user-(?:delete|update)/;

test("Every documented route that asks who calls belongs to a resource of API keys, or is closed to them.", () => {
  const undecided = guarded.filter((route) => keyPlaceOf(route) === undefined).map(nameOf);
  expect(undecided, "name these routes in src/key-scopes.ts").toEqual([]);
});

test("A new route that no place names is closed to keys, and so is one of another method where a place names methods.", () => {
  const added = { ...(routes[0] as Route), keyScope: undefined };
  expect(withKeyScope({ ...added, method: "get", path: "/api/v1/novelties" }).keyScope).toBeNull();
  expect(withKeyScope({ ...added, method: "post", path: "/api/v1/novelties/:id" }).keyScope).toBeNull();
  expect(withKeyScope({ ...added, method: "put", path: "/api/admin/:resource" }).keyScope).toBeNull();
  expect(withKeyScope({ ...added, method: "post", path: "/api/v1/orders/:id{\\d+}/x" }).keyScope).toBe(
    "orders:write",
  );
});

test("Every place names routes that no earlier place names.", () => {
  const used = new Set(routes.map(keyPlaceOf));
  const future = ["/api/v1/push"];
  expect(KEY_PLACES.filter((place) => !used.has(place) && !future.includes(place[0]))).toEqual([]);
});

test("Every resource that a key can be given has routes, and every scope opens some.", () => {
  const used = new Set(routes.map(({ keyScope }) => keyScope));
  expect(ALL_SCOPES.filter((scope) => !used.has(scope))).toEqual([]);
  expect(ALL_SCOPES).toHaveLength(Object.values(KEY_RESOURCES).flat().length);
});

test("No scope opens a route that changes an account or gives a way into it.", () => {
  const open = guarded.filter(({ keyScope }) => keyScope !== null);
  expect(open.map(nameOf).filter((name) => NEVER.test(name))).toEqual([]);
  const accounts = /\/(?:auth|user|settings)(?:\/|$)|\/users\/(?::id\{\\d\+\}|me)$/;
  const changes = open.filter(({ method, path }) => method !== "get" && accounts.test(path));
  expect(changes.map(nameOf)).toEqual([]);
});

/** A key of one account that all refusals are asked with: they come before anything is read. */
const scopeless = onceOnly(async () => (await newPerson("owner")).id);

function onceOnly<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const closed = guarded.filter(({ keyScope }) => keyScope === null);
const open = guarded.filter(({ keyScope }) => keyScope !== null);
const byName = (some: readonly Route[]) => some.map((route) => [nameOf(route), route] as const);

async function expectRefused({ method, path, formatError }: Route, scopes: readonly string[], code: string) {
  const userId = await scopeless();
  const { key } = await keyFor(userId, scopes);
  const place = path.replace(/:\w+(\{[^}]*\})?/g, "1");
  const { status, body } = await call(method.toUpperCase(), `${place}/`, { token: key });
  expect(status).toBe(403);
  // An app's own error format may leave the code out.
  if (!formatError || "code" in body) expect(body.code).toBe(code);
}

test.each(byName(closed))("No key opens %s, whatever its scopes.", (_, route) =>
  expectRefused(route, ALL_SCOPES, "key_not_allowed"),
);

test.each(byName(open))("A key with all scopes but that of %s does not open it.", (_, route) =>
  expectRefused(
    route,
    ALL_SCOPES.filter((scope) => scope !== route.keyScope),
    "key_scope",
  ),
);

/** The roles whose rights are compared: the owner of the resource, and who has least. */
function rolesAt({ access }: Route): readonly Role[] {
  return access === "staff" || access === "operator" ? ["stranger", "staff"] : ["owner"];
}

/** One route for each scope: what a key may do where it has the scope is decided by its owner's rights alone. */
const samples = ALL_SCOPES.flatMap((scope) => open.find(({ keyScope }) => keyScope === scope) ?? []);

test.each(samples.flatMap((route) => rolesAt(route).map((role) => [nameOf(route), role, route] as const)))(
  "A key with the scope of %s alone may do there what its owner, %s, may.",
  async (name, role, { keyScope }) => {
    const owner = await newPerson("owner");
    const caller = role === "owner" ? owner : await newPerson(role);
    const [method = "", routePath = ""] = name.split(" ");
    const { path = `${routePath}/`, body } = (await table[name]?.ask?.(owner)) ?? {};
    const { key } = await keyFor(caller.id, [keyScope as string]);
    const { status } = await call(method, path, { token: key, ...(body === undefined ? {} : { body }) });
    expect(status).toBe(table[name]?.responses[ROLES.indexOf(role)]);
  },
);

test.each([
  "GET /api/v1/orders/:uuid",
  "PUT /api/event/:id",
  "DELETE /api/v1/documents/:id",
  "GET /api/v1/chats/:id",
])("A key does at %s no more with another person's things than its owner may.", async (name) => {
  const [owner, stranger] = [await newPerson("owner"), await newPerson("stranger")];
  const [method = "", routePath = ""] = name.split(" ");
  const { path = `${routePath}/`, body } = (await table[name]?.ask?.(owner)) ?? {};
  const { key } = await keyFor(stranger.id, ALL_SCOPES);
  const { status } = await call(method, path, { token: key, ...(body === undefined ? {} : { body }) });
  expect(status).toBe(table[name]?.responses[ROLES.indexOf("stranger")]);
  expect(status).toBeGreaterThanOrEqual(403);
});
