/** Groups of staff by the API: who may change them, what they may hold, and how rights that end, end. */
import { expect, test } from "vitest";
import { newPerson, type Person } from "../../authorization/world.ts";
import { asOnlyAdministrators } from "../../harness/administrators.ts";
import { call, get, post, rows, unique } from "../../harness/api.ts";
import { connectNative } from "../../harness/socket.ts";
import { within } from "../../security/watchers.ts";
import { asAnyVersion, logOf } from "../requests.ts";
import { signedIn } from "./groups.ts";

const GROUPS = "/api/admin/staff-groups/";
const MEMBERS = "/api/admin/staff-group-members/";

async function groupOf(admin: Person, rights: readonly string[]): Promise<number> {
  const made = await post(GROUPS, { name: unique("Support"), rights }, admin);
  expect(made.status).toBe(201);
  return made.body.id;
}

const join = (admin: Person, group: number, { id }: Person) => post(MEMBERS, { group, user: id }, admin);
const change = (admin: Person, group: number, body: object) =>
  call("PATCH", `${GROUPS}${group}/`, { body, ...asAnyVersion(admin) });

test("A group takes the place of a staff account's role, and leaving it gives the role back.", async () => {
  const [admin, clerk] = [await newPerson("staff"), await newPerson("staff")];
  const group = await groupOf(admin, ["orders:read"]);
  expect((await get("/api/admin/interests/", clerk)).status).toBe(200);
  expect((await join(admin, group, clerk)).status).toBe(201);
  expect((await get("/api/admin/orders/", clerk)).status).toBe(401);
  const member = await signedIn(clerk);
  expect((await get("/api/admin/orders/", member)).status).toBe(200);
  expect((await get("/api/admin/interests/", member)).status).toBe(403);
  const declared = (await get("/api/admin/resources/", member)).body;
  expect(declared.map(({ name }: { name: string }) => name)).toEqual(["orders"]);
  const left = await call("DELETE", `${MEMBERS}${group}:${clerk.id}/`, admin);
  expect(left.status).toBe(204);
  expect((await get("/api/admin/interests/", await signedIn(clerk))).status).toBe(200);
});

test("A right that a group loses ends for open sockets and requests within a second, one that it gains is there at once.", async () => {
  const [admin, clerk] = [await newPerson("staff"), await newPerson("staff")];
  const live = ["orders:read", "support-tickets:read", "tow-trucks:read"];
  const group = await groupOf(admin, live);
  await join(admin, group, clerk);
  const member = await signedIn(clerk);
  const socket = await connectNative("/ws/ops/", member.token);
  expect((await get("/api/admin/orders/", member)).status).toBe(200);
  expect((await change(admin, group, { rights: [...live, "users:read"] })).status).toBe(200);
  expect((await get("/api/admin/users/", member)).status).toBe(200);
  expect((await change(admin, group, { rights: ["orders:read"] })).status).toBe(200);
  expect(await within(socket.closed)).toMatchObject({ code: 4001 });
  expect((await get("/api/admin/tow-trucks/", member)).status).toBe(401);
});

test("Nobody can put themselves into a group, and nobody but staff and operators can be put into one.", async () => {
  const admin = await newPerson("staff");
  const group = await groupOf(admin, ["orders:read"]);
  expect((await join(admin, group, admin)).status).toBe(400);
  expect((await join(admin, group, await newPerson("owner"))).status).toBe(400);
  expect((await join(admin, group, await newPerson("operator"))).status).toBe(201);
  const [row] = await rows<{ rights: string | null }>(
    "SELECT group_rights AS rights FROM users WHERE id = ?",
    admin.id,
  );
  expect(row?.rights).toBe(null);
});

test("A group with members can't be deleted, because its members would have all rights again.", async () => {
  const [admin, clerk] = [await newPerson("staff"), await newPerson("staff")];
  const group = await groupOf(admin, []);
  await join(admin, group, clerk);
  expect((await call("DELETE", `${GROUPS}${group}/`, admin)).status).toBe(409);
  await call("DELETE", `${MEMBERS}${group}:${clerk.id}/`, admin);
  expect((await call("DELETE", `${GROUPS}${group}/`, admin)).status).toBe(204);
  expect((await call("DELETE", `${GROUPS}${group}/`, admin)).status).toBe(404);
});

test("A group holds only rights that exist, each once.", async () => {
  const admin = await newPerson("staff");
  const unknown = await post(GROUPS, { name: unique("G"), rights: ["orders:fly"] }, admin);
  expect(unknown.status).toBe(400);
  const groups = await post(GROUPS, { name: unique("G"), rights: ["staff-groups:edit"] }, admin);
  expect(groups.status).toBe(400);
  const group = await groupOf(admin, ["users:read", "orders:read", "users:read"]);
  expect((await get(`${GROUPS}${group}/`, admin)).body.rights.sort()).toEqual(["orders:read", "users:read"]);
});

test("Changes of groups and of their members are in the audit log, and can be reverted.", async () => {
  const [admin, clerk] = [await newPerson("staff"), await newPerson("staff")];
  const group = await groupOf(admin, ["orders:read"]);
  await join(admin, group, clerk);
  await change(admin, group, { rights: ["users:read"] });
  const entries = await logOf(`staff_group:${group}`);
  expect(entries.map(({ action }) => action)).toEqual(["staff_group.create", "staff_group.change"]);
  expect(JSON.parse(entries[1]?.before ?? "")).toEqual({ rights: ["orders:read"] });
  const [joined] = await logOf(`staff_group_member:${group}:${clerk.id}`);
  expect(joined).toMatchObject({ action: "staff_group_member.create", actor_id: admin.id });
  const reverted = await post(`/api/admin/audit-log/${entries[1]?.id}/actions/revert/`, {}, admin);
  expect(reverted.status).toBe(200);
  expect((await get(`${GROUPS}${group}/`, admin)).body.rights).toEqual(["orders:read"]);
});

test("Two administrators who put each other into a group at once are not both limited.", async () => {
  const [one, other] = [await newPerson("staff"), await newPerson("staff")];
  const group = await groupOf(one, ["orders:read"]);
  await asOnlyAdministrators([one, other], async () => {
    const statuses = await Promise.all([join(one, group, other), join(other, group, one)]);
    const made = statuses.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    const left = (await get("/api/admin/users/?is_staff=true", one)).status;
    const right = (await get("/api/admin/users/?is_staff=true", other)).status;
    expect([left, right].filter((status) => status === 200)).toHaveLength(1);
  });
});

test("A repeated membership is refused by its field, and one in an unknown group too.", async () => {
  const [admin, clerk] = [await newPerson("staff"), await newPerson("staff")];
  const group = await groupOf(admin, []);
  expect((await join(admin, group, clerk)).status).toBe(201);
  expect((await join(admin, group, clerk)).status).toBe(400);
  expect((await join(admin, 999_999, clerk)).status).toBe(400);
});
