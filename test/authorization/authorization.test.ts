/** Who may call what: every documented route and socket for every role, in one table that must be complete. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { appFor, authorizers, routes } from "../../src/app.ts";
import { runtimeOf } from "../../src/env.ts";
import { call, post, rows } from "../harness/api.ts";
import { dial } from "../harness/socket.ts";
import { rowsOf } from "../harness/traces.ts";
import { sockets } from "./sockets.ts";
import { table as documented } from "./table.ts";
import { pages } from "./tables/pages.ts";
import {
  markPrivate,
  newPerson,
  type Person,
  type Private,
  ROLES,
  type Role,
  type Row,
  type Table,
} from "./world.ts";

const table: Table = { ...documented, ...pages };
const nameOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;

/** What the router really has, whatever list it came by. */
const mounted = appFor(runtimeOf(env))
  .routes.filter(({ method, path }) => method !== "ALL" && !path.startsWith("/ws/"))
  .map(nameOf);

test("The table lists exactly the mounted routes.", () => {
  expect({
    missing: mounted.filter((name) => !(name in table)),
    gone: Object.keys(table).filter((name) => !mounted.includes(name)),
    twice: mounted.filter((name, index) => mounted.indexOf(name) < index),
    unmounted: routes.map(nameOf).filter((name) => !mounted.includes(name)),
  }).toEqual({ missing: [], gone: [], twice: [], unmounted: [] });
});

test("The table lists exactly the existing sockets.", () => {
  const opened = authorizers.map(({ path }) => path).sort();
  const declared = Object.keys(sockets).map((name) => name.split(" ")[0] ?? "");
  expect([...new Set(declared)].sort()).toEqual(opened);
});

/** Who may see everything of everybody: the rest may not learn what is private of an owner that is not they. */
const TRUSTED: readonly Role[] = ["owner", "operator", "staff"];

function expectMasked(
  words: string,
  role: Role,
  row: Row,
  marks: Record<Private, RegExp>,
  refused: boolean,
): void {
  if (!refused && TRUSTED.includes(role)) return;
  for (const [name, mark] of Object.entries(marks)) {
    if (!refused && row.shows?.includes(name as Private)) continue;
    expect(words, `${role} was shown the ${name}`).not.toMatch(mark);
  }
}

/** Sends the request of a row as a role, about resources of a new owner. */
async function ask(name: string, role: Role, token: string | null) {
  const [method = "", routePath = ""] = name.split(" ");
  const owner = await newPerson("owner");
  const marks = await markPrivate(owner);
  const row = table[name] as Row;
  const { path = `${routePath}/`, body } = (await row.ask?.(owner)) ?? {};
  const caller = token ?? (await tokenFor(role, owner));
  const before = await traces(owner);
  const { status, body: answer } = await call(method, path, {
    ...(body === undefined ? {} : { body }),
    ...(caller ? { token: caller } : {}),
  });
  if (status >= 400) expect(await traces(owner), `${role} was refused and changed something`).toEqual(before);
  const words = typeof answer === "string" ? answer : JSON.stringify(answer);
  expectMasked(words, role, row, marks, status >= 400);
  return status;
}

async function tokenFor(role: Role, owner: Person): Promise<string | null> {
  if (role === "anonymous") return null;
  return role === "owner" ? owner.token : (await newPerson(role)).token;
}

const traces = async ({ id }: Person) => [
  await rows("SELECT * FROM users WHERE id = ?", id),
  await rowsOf(id),
];

/** A token of staff's whose session has ended: as good as none. */
async function signedOut(): Promise<string> {
  const { token } = await newPerson("staff");
  await post("/api/v1/auth/logout/", undefined, { token });
  return token;
}

test.each(Object.entries(table))("The route %s answers every role as the table says.", async (name, row) => {
  const statuses: Record<string, number> = { "signed out": await ask(name, "staff", await signedOut()) };
  for (const role of ROLES) statuses[role] = await ask(name, role, null);
  const expected = ROLES.map((role, index) => [role, row.responses[index]]);
  expect(statuses).toEqual({
    ...Object.fromEntries(expected),
    "signed out": row.signedOut ?? row.responses[0],
  });
});

describe("sockets", () => {
  /** 101 with its first frames, or how it was refused. */
  async function openStatus(row: Row, role: Role, token: string | null): Promise<number> {
    const owner = await newPerson("owner");
    const marks = await markPrivate(owner);
    const { path = "" } = (await row.ask?.(owner)) ?? {};
    const caller = token ?? (await tokenFor(role, owner));
    const result = await dial(path, { protocols: ["caravan.v1", ...(caller ? [`auth.${caller}`] : [])] });
    if ("refusal" in result) {
      expectMasked(await result.refusal.text(), role, row, marks, true);
      return result.refusal.status;
    }
    const { socket } = result;
    const welcome = socket.next(({ t }) => t === "welcome").then(() => 101);
    const outcome = await Promise.race([welcome.catch(() => 0), socket.closed.then(({ code }) => code)]);
    expectMasked(JSON.stringify(socket.frames), role, row, marks, outcome !== 101);
    socket.close();
    return outcome;
  }

  test.each(Object.entries(sockets))(
    "The socket %s opens to every role as the table says.",
    async (_, row) => {
      const statuses: Record<string, number> = {
        "signed out": await openStatus(row, "staff", await signedOut()),
      };
      for (const role of ROLES) statuses[role] = await openStatus(row, role, null);
      expect(statuses).toEqual({
        ...Object.fromEntries(ROLES.map((role, index) => [role, row.responses[index]])),
        // A token that a socket offers on purpose has to be good, wherever the socket leads.
        "signed out": row.signedOut ?? 401,
      });
    },
    60_000,
  );
});
