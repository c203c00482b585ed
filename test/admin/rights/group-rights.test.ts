/** Every right of every declared resource at every door of the console: a group gives exactly what it names. */
import { expect, test } from "vitest";
import { routes } from "../../../src/app.ts";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { may, mayRun, rightsTo } from "../../../src/modules/admin/rights.ts";
import type { Caller } from "../../../src/platform/http/caller.ts";
import type { Right } from "../../../src/platform/resources/resource.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { call, get, post, rows } from "../../harness/api.ts";
import { dial } from "../../harness/socket.ts";
import { anOrder } from "../orders/towing.ts";
import { limitTo, memberWith } from "./groups.ts";

const open = catalogue.filter(({ administrators }) => !administrators);
const all = open.flatMap(rightsTo);
const VERBS: readonly Right[] = ["read", "create", "edit", "delete"];

/** What a verb asks for, at a row that does not exist: 403 without the right, and something else with it. */
function attempts(name: string, who: Person): Record<string, () => Promise<number>> {
  const token = { token: who.token };
  const send = async (method: string, path: string, body?: unknown) =>
    (await call(method, `/api/admin/${name}/${path}`, { ...(body ? { body } : {}), ...token })).status;
  const bulk = (action: string, values?: object) =>
    send("POST", "bulk/", { action, ids: ["0"], dry_run: true, ...(values ? { values } : {}) });
  return {
    "read: the list": () => send("GET", "?per_page=1"),
    "read: the record": () => send("GET", "nobody/"),
    "read: the file": () => send("GET", "export.csv?ids=0"),
    "read: the counts": () => send("GET", "summary/"),
    "read: the export": () => send("POST", "export/", { filter: { ids: ["0"] } }),
    "create: a record": () => send("POST", "", { no: 1 }),
    "edit: the record": () => send("PATCH", "nobody/", {}),
    "edit: many": () => bulk("change", {}),
    "delete: the record": () => send("DELETE", "nobody/"),
    "delete: many": () => bulk("delete"),
  };
}

async function opens(path: string, who: Person): Promise<boolean> {
  const dialled = await dial(path, { protocols: ["caravan.v1", `auth.${who.token}`] });
  if ("socket" in dialled) dialled.socket.close();
  return "socket" in dialled;
}

/** A caller with exactly these rights. */
const caller = (...rights: string[]): Caller => ({
  userId: 1,
  sessionId: "",
  userType: "OPERATOR",
  isStaff: false,
  expiresAt: 0,
  rights,
});

test.each(open.map((resource) => [resource.name, resource] as const))(
  "Each right to %s allows what it names and nothing else.",
  (name, resource) => {
    const rights = rightsTo(resource);
    expect(rights.length, "a group can have no right to it").toBeGreaterThan(0);
    const actions = Object.entries(resource.actions ?? {});
    for (const right of rights) {
      const allowed = [
        ...VERBS.filter((verb) => may(caller(right), resource, verb)).map((verb) => `${name}:${verb}`),
        ...actions
          .filter(([action, declared]) => mayRun(caller(right), resource, action, declared))
          .map(([action]) => `${name}:${action}`),
      ];
      const isFurther = ["private", ...Object.keys(resource.furtherRights ?? {})].some(
        (each) => right === `${name}:${each}`,
      );
      expect(allowed).toEqual(isFurther ? [] : [right]);
    }
    const others = caller(...all.filter((right) => !rights.includes(right)));
    expect(VERBS.filter((verb) => may(others, resource, verb))).toEqual([]);
    expect(actions.filter(([action, declared]) => mayRun(others, resource, action, declared))).toEqual([]);
  },
);

test("What only administrators may do is open to no right, whatever a group's row says.", () => {
  for (const resource of catalogue.filter(({ administrators }) => administrators)) {
    const everything = VERBS.map((verb) => `${resource.name}:${verb}`);
    expect(rightsTo(resource)).toEqual([]);
    expect(VERBS.filter((verb) => may(caller(...everything), resource, verb))).toEqual([]);
  }
});

test.each(["interests", "orders", "outbox", "staff-groups"])(
  "Each door to %s opens with its right and stays closed with every other.",
  async (name) => {
    const member = await memberWith([]);
    const rights = catalogue.filter((each) => each.name === name).flatMap(rightsTo);
    const faults: string[] = [];
    for (const [attempt, run] of Object.entries(attempts(name, member))) {
      const right = `${name}:${attempt.split(":", 1)[0]}`;
      await limitTo(
        member,
        all.filter((each) => each !== right),
      );
      if ((await run()) !== 403) faults.push(`${attempt} is open without ${right}`);
      await limitTo(member, [right, `${name}:read`]);
      if (((await run()) === 403) === rights.includes(right)) faults.push(`${attempt} with ${right}`);
    }
    expect(faults).toEqual([]);
  },
);

test.each(open.filter(({ actions }) => actions).map((resource) => [resource.name, resource] as const))(
  "The actions of %s are neither declared nor done for many without their own right.",
  async (name, resource) => {
    const actions = Object.entries(resource.actions ?? {});
    const own = actions.map(([action]) => `${name}:${action}`);
    const member = await memberWith(all.filter((right) => !own.includes(right)));
    const declared = async () =>
      (await get("/api/admin/resources/", member)).body.find((each: { name: string }) => each.name === name)
        .actions;
    const many = async (action: string) =>
      (await post(`/api/admin/${name}/bulk/`, { action, ids: ["0"], dry_run: true }, member)).status;
    expect(await declared()).toEqual([]);
    const inBulk = actions.filter(([, { bulk }]) => bulk).map(([action]) => action);
    for (const action of inBulk) expect(await many(action), action).toBe(403);
    await limitTo(member, [...own, `${name}:read`]);
    expect(await declared()).toHaveLength(actions.length);
    for (const action of inBulk) expect(await many(action), action).toBe(200);
  },
);

test("No right of a resource has two meanings.", () => {
  expect(all.filter((right, index) => all.indexOf(right) < index)).toEqual([]);
});

test("Every route of the console says which right opens it to groups, and every such right exists.", () => {
  const rights = routes
    .filter(({ access }) => access === "operator")
    .map(({ path, right }) => ({ path, right }));
  const unsaid = rights.filter(({ path, right }) => path.startsWith("/api/admin/") && right === undefined);
  const unknown = rights.filter(({ right }) => right && right !== "any" && !all.includes(right));
  expect({ unsaid, unknown }).toEqual({ unsaid: [], unknown: [] });
});

test("Staff in a group have no powers at doors outside the console, whatever rights the group has.", async () => {
  const member = await memberWith(all);
  const { token } = member;
  const statuses = {
    webhooks: (await get("/api/v1/webhooks/endpoints/", { token })).status,
    tariff: (await post("/api/v1/vehicle-types/", {}, { token })).status,
    groups: (await get("/api/admin/staff-groups/", { token })).status,
    members: (await get("/api/admin/staff-group-members/", { token })).status,
  };
  expect(statuses).toEqual({ webhooks: 403, tariff: 403, groups: 403, members: 403 });
  const other = await newPerson("owner");
  expect(await opens(`/ws/users/${other.id}/location/`, member)).toBe(false);
});

test("An operator in a group has the group's rights instead of an operator's.", async () => {
  const member = await memberWith(["orders:read"], "operator");
  expect((await get("/api/admin/orders/?per_page=1", member)).status).toBe(200);
  expect((await get("/api/admin/tow-trucks/?per_page=1", member)).status).toBe(403);
  expect((await get("/api/admin/dashboard/", member)).status).toBe(403);
});

test("A membership opens nothing to an account that is neither staff nor operator.", async () => {
  const member = await memberWith(all, "owner");
  expect((await get("/api/admin/resources/", member)).status).toBe(403);
});

test("Two groups give their rights together.", async () => {
  const member = await memberWith(["orders:read"]);
  await rows(
    `INSERT INTO staff_group_members (group_id, user_id, created_at) SELECT group_id, ?, 1 FROM staff_group_members
     WHERE user_id = ?`,
    member.id,
    (await memberWith(["tariffs:none", "tow-trucks:read"])).id,
  );
  expect((await get("/api/admin/orders/?per_page=1", member)).status).toBe(200);
  expect((await get("/api/admin/tow-trucks/?per_page=1", member)).status).toBe(200);
  expect((await get("/api/admin/map/", member)).status).toBe(200);
  expect((await get("/api/admin/users/?per_page=1", member)).status).toBe(403);
});

test("Fields that only staff see need the right to private things, in lists, files, filters and records.", async () => {
  const member = await memberWith(["users:read"]);
  const path = `/api/admin/users/${member.id}/`;
  expect((await get(path, member)).body).not.toHaveProperty("second_factor");
  expect((await get("/api/admin/users/export.csv?ids=0", member)).body).not.toContain("second_factor");
  await limitTo(member, ["users:read", "users:private"]);
  expect((await get(path, member)).body).toHaveProperty("second_factor");
});

test("The audit log tells a group of nothing but resources that it may read.", async () => {
  const staff = await newPerson("staff");
  await post("/api/admin/interests/", { name: `Chess ${staff.id}` }, staff);
  const member = await memberWith(["audit-log:read", "audit-log:revert", "orders:read"]);
  const seen = (await get(`/api/admin/audit-log/?actor=${staff.id}`, member)).body;
  expect(seen.count).toBe(0);
  await limitTo(member, ["audit-log:read", "audit-log:revert", "interests:read"]);
  const [entry] = (await get(`/api/admin/audit-log/?actor=${staff.id}`, member)).body.results;
  expect(entry.action).toBe("interest.create");
  const revert = `/api/admin/audit-log/${entry.id}/actions/revert/`;
  expect((await post(revert, {}, member)).status).toBe(409);
});

test("A group reverts a change only with the right to edit what was changed.", async () => {
  const staff = await newPerson("staff");
  const made = (await post("/api/admin/interests/", { name: `Go ${staff.id}` }, staff)).body;
  await call("PATCH", `/api/admin/interests/${made.id}/`, {
    body: { name: `Go and chess ${staff.id}` },
    token: staff.token,
    headers: { "if-match": "*" },
  });
  const member = await memberWith(["audit-log:read", "audit-log:revert", "interests:read"]);
  const found = await get(`/api/admin/audit-log/?actor=${staff.id}&action=interest.change`, member);
  const [entry] = found.body.results;
  const revert = () => post(`/api/admin/audit-log/${entry.id}/actions/revert/`, {}, member);
  expect(entry.actions).toEqual([]);
  expect((await revert()).status).toBe(403);
  await limitTo(member, ["audit-log:read", "audit-log:revert", "interests:read", "interests:edit"]);
  expect((await revert()).status).toBe(200);
});

test("The rooms of operators open to a group with the right to read what they tell, and to no other.", async () => {
  const client = await newPerson("owner");
  const order = await anOrder({ client: client.id, tariff: await aTariff() });
  const member = await memberWith([]);
  const live = ["orders:read", "tow-trucks:read"];
  const tried = async () => ({
    ops: await opens("/ws/ops/", member),
    order: await opens(`/ws/orders/${order}/location/`, member),
  });
  expect(await tried()).toEqual({ ops: false, order: false });
  await limitTo(member, ["orders:read"]);
  expect(await tried()).toEqual({ ops: false, order: true });
  await limitTo(member, live);
  expect(await tried()).toEqual({ ops: true, order: true });
  await limitTo(
    member,
    all.filter((right) => right !== "tow-trucks:read"),
  );
  expect((await tried()).ops).toBe(false);
});

async function aTariff(): Promise<number> {
  const [made] = await rows<{ id: number }>(
    `INSERT INTO vehicle_types (name, max_weight, base_price, created_at, updated_at)
     VALUES (lower(hex(randomblob(8))), 1, 100, 1, 1) RETURNING id`,
  );
  return made?.id ?? 0;
}

test("A group's change of an order has the rules of an operator's.", async () => {
  const client = await newPerson("owner");
  const order = await anOrder({ client: client.id, tariff: await aTariff() });
  const member = await memberWith(["orders:read"]);
  const cancel = () =>
    post(`/api/admin/orders/${order}/actions/cancel/`, { reason: "The client called." }, member);
  expect((await cancel()).status).toBe(403);
  await limitTo(member, ["orders:read", "orders:cancel"]);
  const { actions } = (await get(`/api/admin/orders/${order}/`, member)).body;
  expect(actions).toEqual(["cancel"]);
  expect((await cancel()).status).toBeLessThan(300);
  const [row] = await rows<{ status: string }>("SELECT status FROM orders WHERE id = ?", order);
  expect(row?.status).toBe("CANCELLED");
});

test("A group with all rights to accounts can't reach the accounts of staff and operators, nor make one.", async () => {
  const member = await memberWith(all);
  const edit = (id: number, body: object) =>
    call("PATCH", `/api/admin/users/${id}/`, { body, token: member.token, headers: { "if-match": "*" } });
  const client = await newPerson("owner");
  for (const role of ["staff", "operator"] as const) {
    const other = await newPerson(role);
    const doors = {
      edit: (await edit(other.id, { first_name: "Ivan" })).status,
      delete: (await call("DELETE", `/api/admin/users/${other.id}/`, { token: member.token })).status,
      password: (await post(`/api/admin/users/${other.id}/actions/temporary_password/`, {}, member)).status,
      sessions: (await call("DELETE", `/api/admin/sessions/${other.sessionId}/`, { token: member.token }))
        .status,
    };
    expect(doors).toEqual({ edit: 403, delete: 403, password: 403, sessions: 403 });
    const many = { action: "end_sessions", ids: [String(other.id)] };
    expect((await post("/api/admin/users/bulk/", many, member)).body).toMatchObject({ done: 0 });
  }
  expect((await edit(client.id, { is_staff: true })).status).toBe(403);
  expect((await edit(client.id, { user_type: "OPERATOR" })).status).toBe(403);
  const made = { username: `made${client.id}`, is_staff: true };
  expect((await post("/api/admin/users/", made, member)).status).toBe(403);
  expect((await edit(client.id, { first_name: "Ivan" })).status).toBe(200);
});
