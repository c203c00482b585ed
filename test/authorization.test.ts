/** Who may call what: every documented route for every role, in one table that no route may be missing from. */
import { expect, test } from "vitest";
import { routes } from "../src/app.ts";
import { table } from "./authorization/table.ts";
import { mint, type Person, ROLES, type Role } from "./authorization/world.ts";
import { call, post, rows } from "./support/api.ts";
import { rowsOf } from "./support/traces.ts";

const nameOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;

test("the table has every route, and none that is gone", () => {
  const mounted = routes.map(nameOf);
  expect({
    missing: mounted.filter((name) => !(name in table)),
    gone: Object.keys(table).filter((name) => !mounted.includes(name)),
    twice: mounted.filter((name, index) => mounted.indexOf(name) < index),
  }).toEqual({ missing: [], gone: [], twice: [] });
});

/** Sends the request of a row as somebody, to the things of an owner of its own. */
async function ask(name: string, role: Role, token: string | null) {
  const [method = "", routePath = ""] = name.split(" ");
  const owner = await mint("owner");
  const { path = `${routePath}/`, body } = (await table[name]?.ask?.(owner)) ?? {};
  const caller = token ?? (await tokenFor(role, owner));
  const before = await traces(owner);
  const { status } = await call(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(caller ? { token: caller } : {}),
  });
  if (status >= 400) expect(await traces(owner), `${role} was refused and changed something`).toEqual(before);
  return status;
}

async function tokenFor(role: Role, owner: Person): Promise<string | null> {
  if (role === "anonymous") return null;
  return role === "owner" ? owner.token : (await mint(role)).token;
}

const traces = async ({ id }: Person) => [
  await rows("SELECT * FROM users WHERE id = ?", id),
  await rowsOf(id),
];

/** A token of staff's whose session has ended: as good as none. */
async function signedOut(): Promise<string> {
  const { token } = await mint("staff");
  await post("/api/v1/auth/logout/", undefined, { token });
  return token;
}

test.each(Object.entries(table))("%s answers every role as the table says", async (name, row) => {
  const statuses: Record<string, number> = { "signed out": await ask(name, "staff", await signedOut()) };
  for (const role of ROLES) statuses[role] = await ask(name, role, null);
  const expected = ROLES.map((role, index) => [role, row.answers[index]]);
  expect(statuses).toEqual({
    ...Object.fromEntries(expected),
    "signed out": row.signedOut ?? row.answers[0],
  });
});
