/** Changes of accounts by staff, and their audit rows. */
import { expect, test } from "vitest";
import { get, patch, person, put, rows, staffMember } from "../../harness/api.ts";

const headers = { "accept-language": "en", "if-match": "*" };

interface Row {
  readonly actor_id: number;
  readonly action: string;
  readonly before: string;
  readonly after: string;
  readonly request_id: string;
  readonly at: number;
}

const logOf = (userId: number) =>
  rows<Row>("SELECT * FROM audit_log WHERE subject = ? ORDER BY id", `user:${userId}`);

const standing = { is_active: true, is_staff: false, is_verified: false, user_type: "CLIENT" };

test.each<[Partial<typeof standing>]>([
  [{ is_active: false }],
  [{ is_staff: true }],
  [{ is_verified: true }],
  [{ user_type: "DRIVER" }],
  [{ is_verified: true, user_type: "OPERATOR" }],
])("A change to %j leaves one audit row with actor, action, before, after and request.", async (change) => {
  const staff = await staffMember();
  const who = await person();
  const answer = await patch(`/api/admin/users/${who.id}/`, change, { token: staff.token, headers });
  expect(answer).toMatchObject({
    status: 200,
    body: { id: who.id, username: who.username, ...standing, ...change },
  });
  const log = await logOf(who.id);
  expect(log).toHaveLength(1);
  expect(log[0]).toMatchObject({
    actor_id: staff.id,
    action: "user.change",
    request_id: answer.headers.get("x-request-id"),
  });
  const changed = Object.keys(change) as (keyof typeof standing)[];
  expect(JSON.parse(log[0]?.before ?? "")).toEqual(
    Object.fromEntries(changed.map((name) => [name, standing[name]])),
  );
  expect(JSON.parse(log[0]?.after ?? "")).toEqual(change);
  expect(Math.abs((log[0]?.at ?? 0) - Date.now())).toBeLessThan(10_000);
  const [row] = await rows<Record<string, unknown>>(
    "SELECT is_active, is_staff, is_verified, user_type FROM users WHERE id = ?",
    who.id,
  );
  expect(row).toEqual(
    Object.fromEntries(
      Object.entries({ ...standing, ...change }).map(([name, value]) => [
        name,
        typeof value === "boolean" ? Number(value) : value,
      ]),
    ),
  );
});

test("The audit log never contains a hash.", async () => {
  const staff = await staffMember();
  const who = await person();
  await patch(`/api/admin/users/${who.id}/`, { is_verified: true }, { token: staff.token, headers });
  await put(`/api/user/${who.id}/`, { username: `${who.username}b` }, { token: staff.token });
  expect(JSON.stringify(await logOf(who.id))).not.toContain("scrypt");
});

test("A name changed by staff leaves an audit row, a name changed by its owner does not.", async () => {
  const staff = await staffMember();
  const who = await person();
  await put(`/api/user/${who.id}/`, { username: `${who.username}a` }, { token: who.token });
  expect(await logOf(who.id)).toEqual([]);
  await put(`/api/user/${who.id}/`, { username: `${who.username}b` }, { token: staff.token });
  const [row, ...more] = await logOf(who.id);
  expect(more).toEqual([]);
  expect(row).toMatchObject({ actor_id: staff.id, action: "user.change" });
  expect(JSON.parse(row?.before ?? "")).toEqual({ username: `${who.username}a`, email: who.email });
  expect(JSON.parse(row?.after ?? "")).toEqual({ username: `${who.username}b` });
});

test.each<[string, object, object]>([
  ["a role that is none", { user_type: "PILOT" }, { user_type: ['"PILOT" is not a valid choice.'] }],
  ["a truth value that is none", { is_active: "perhaps" }, { is_active: ["Must be a valid boolean."] }],
])("A change with %s is refused and not logged.", async (_, change, errors) => {
  const staff = await staffMember();
  const who = await person();
  const answer = await patch(`/api/admin/users/${who.id}/`, change, { token: staff.token, headers });
  expect(answer).toMatchObject({ status: 400, body: errors });
  expect(await logOf(who.id)).toEqual([]);
});

test.each<[object]>([[{ is_active: false }], [{ is_staff: false }]])(
  "Staff cannot set %j on their own account.",
  async (change) => {
    const staff = await staffMember();
    const answer = await patch(`/api/admin/users/${staff.id}/`, change, { token: staff.token, headers });
    expect(answer).toMatchObject({
      status: 400,
      body: { non_field_errors: ["You can't remove your own rights."] },
    });
    expect((await get(`/api/admin/users/${staff.id}/`, { token: staff.token })).body).toMatchObject({
      is_active: true,
      is_staff: true,
    });
    expect(await logOf(staff.id)).toEqual([]);
  },
);

test("A change of an account that does not exist is a 404 and not logged.", async () => {
  const staff = await staffMember();
  const options = { token: staff.token, headers };
  for (const id of ["999999999", "0", "x", "1e3"]) {
    expect(await get(`/api/admin/users/${id}/`, options)).toMatchObject({
      status: 404,
      body: { detail: "Not found." },
    });
    expect((await patch(`/api/admin/users/${id}/`, { is_active: false }, options)).status).toBe(404);
  }
  expect(await rows("SELECT id FROM audit_log WHERE actor_id = ?", staff.id)).toEqual([]);
});

test.each<["CLIENT" | "DRIVER" | "OPERATOR", number]>([
  ["CLIENT", 403],
  ["DRIVER", 403],
  ["OPERATOR", 200],
])(
  "A %s gets %i when reading an account in the console, and cannot change even their own.",
  async (type, status) => {
    const who = await staffMember({ staff: false, type });
    const path = `/api/admin/users/${who.id}/`;
    expect((await get(path, { token: who.token })).status).toBe(status);
    expect((await patch(path, { is_staff: true }, { token: who.token, headers })).status).toBe(403);
    expect(await rows("SELECT is_staff FROM users WHERE id = ?", who.id)).toEqual([{ is_staff: 0 }]);
    expect(await logOf(who.id)).toEqual([]);
  },
);
