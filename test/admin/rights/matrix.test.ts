/** Access to every declared resource and right of the console, for every role. */
import { beforeAll, describe, expect, test } from "vitest";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { visibleFields } from "../../../src/modules/admin/rights.ts";
import type { ConsoleRole, Right } from "../../../src/platform/resources/resource.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { call, get } from "../../harness/api.ts";

const ROLES = ["operator", "staff"] as const satisfies readonly ConsoleRole[];
const people = {} as Record<"anonymous" | "client" | "driver" | ConsoleRole, Person | null>;

beforeAll(async () => {
  people.anonymous = null;
  people.client = await newPerson("owner");
  for (const role of ["driver", "operator", "staff"] as const) people[role] = await newPerson(role);
});

const as = (role: keyof typeof people) => (people[role] ? { token: people[role].token } : {});

/** One request for each right, for a row that does not exist, so that only the right decides. */
const ATTEMPTS: Record<Right, (resource: string, role: keyof typeof people) => Promise<number>> = {
  read: async (name, role) => (await get(`/api/admin/${name}/`, as(role))).status,
  create: async (name, role) =>
    (await call("POST", `/api/admin/${name}/`, { body: { no: 1 }, ...as(role) })).status,
  edit: async (name, role) =>
    (await call("PATCH", `/api/admin/${name}/nobody/`, { body: {}, ...as(role) })).status,
  delete: async (name, role) => (await call("DELETE", `/api/admin/${name}/nobody/`, as(role))).status,
};

const ALLOWED: Record<Right, number> = { read: 200, create: 400, edit: 404, delete: 404 };
const cases = catalogue.flatMap((resource) =>
  (Object.keys(ALLOWED) as Right[]).map((right) => ({ name: resource.name, right, resource })),
);

describe.each(cases)("$right of $name", ({ name, right, resource }) => {
  test("This right is refused to everybody but the declared roles.", async () => {
    const statuses = {
      anonymous: await ATTEMPTS[right](name, "anonymous"),
      client: await ATTEMPTS[right](name, "client"),
      driver: await ATTEMPTS[right](name, "driver"),
      operator: await ATTEMPTS[right](name, "operator"),
      staff: await ATTEMPTS[right](name, "staff"),
    };
    const declared = (role: ConsoleRole) => (resource.rights[role].includes(right) ? ALLOWED[right] : 403);
    expect(statuses).toEqual({
      anonymous: 401,
      client: 403,
      driver: 403,
      operator: declared("operator"),
      staff: declared("staff"),
    });
  });
});

describe.each(catalogue.map((resource) => ({ name: resource.name, resource })))(
  "$name",
  ({ name, resource }) => {
    const readers = ROLES.filter((role) => resource.rights[role].includes("read"));

    test.each(readers)("The declaration for %s matches the rows returned.", async (role) => {
      const declared = (await get("/api/admin/resources/", as(role))).body.find(
        (each: { name: string }) => each.name === name,
      );
      const names = visibleFields(resource, role === "staff").map(([field]) => field);
      expect(declared.fields.map((field: { name: string }) => field.name)).toEqual(names);
      const list = await get(`/api/admin/${name}/?per_page=1`, as(role));
      const more = resource.actions ? ["actions"] : [];
      for (const row of list.body.results) expect(Object.keys(row)).toEqual(["id", ...names, ...more]);
      const csv = await get(`/api/admin/${name}/export.csv?ids=0`, as(role));
      expect(csv.body.split("\r\n")[0]).toBe(["id", ...names].join(","));
    });

    test.each(readers)("Every filter and order declared to %s works.", async (role) => {
      const declared = (await get("/api/admin/resources/", as(role))).body.find(
        (each: { name: string }) => each.name === name,
      );
      for (const filter of declared.filters) {
        const value = VALUES[filter.type as string] ?? filter.options?.[0] ?? "1";
        const answer = await get(`/api/admin/${name}/?${filter.name}=${encodeURIComponent(value)}`, as(role));
        expect(answer.status, `${filter.name}=${value}: ${JSON.stringify(answer.body)}`).toBe(200);
      }
      const sorts = declared.fields.filter((field: { sortable: boolean }) => field.sortable);
      for (const field of [{ name: "id" }, ...sorts])
        for (const order of ["asc", "desc"])
          expect((await get(`/api/admin/${name}/?sort=${field.name}&order=${order}`, as(role))).status).toBe(
            200,
          );
      if (declared.search)
        expect((await get(`/api/admin/${name}/?search=Ёлка%25`, as(role))).status).toBe(200);
    });
  },
);

const VALUES: Record<string, string> = {
  boolean: "true",
  instant: "2026-01-01T00:00:00Z",
  day: "2026-01-01",
  money: "10.50",
  percent: "10.50",
  number: "1.5",
  integer: "1",
  reference: "1",
  text: "Ёлка",
};
