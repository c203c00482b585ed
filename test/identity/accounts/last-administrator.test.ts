/** The last administrator can't be deleted, by any route that deletes accounts. */
import { expect, test } from "vitest";
import { catalogue } from "../../../src/modules/admin/catalogue.ts";
import { removeAccount } from "../../../src/modules/identity/accounts/staff.ts";
import { users } from "../../../src/modules/identity/index.ts";
import type { Document } from "../../../src/platform/http/documents/operations.ts";
import { memberWith } from "../../admin/rights/groups.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { asOnlyAdministrators } from "../../harness/administrators.ts";
import { call, get, rows } from "../../harness/api.ts";

const REFUSAL = "The last administrator can't be deleted. Make somebody else an administrator first.";

const at = (path: string) => (subject: Person) => path.replace("{id}", String(subject.id));

/** Each route that can delete an account → the path for a subject. */
const OWN: Readonly<Record<string, (subject: Person) => string>> = {
  "DELETE /api/user/{id}/": at("/api/user/{id}/"),
  "DELETE /api/user/": at("/api/user/"),
  "DELETE /api/user-delete/": at("/api/user-delete/"),
  "DELETE /api/v1/auth/profile/": at("/api/v1/auth/profile/"),
  "DELETE /api/v1/users/me/": at("/api/v1/users/me/"),
  "DELETE /api/v1/users/{id}/": at("/api/v1/users/{id}/"),
};

const remove = (caller: Person, path: string) =>
  call("DELETE", path, { token: caller.token, headers: { "accept-language": "en", "if-match": "*" } });
const exists = async ({ id }: Person) => (await rows("SELECT id FROM users WHERE id = ?", id)).length === 1;

test("The tests below know every route whose code can end in the deletion of an account.", async () => {
  const { paths } = (await get("/swagger.json")).body as Document;
  const found = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => JSON.stringify(operations[method]).includes(REFUSAL))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(found.sort()).toEqual(Object.keys(OWN).sort());
});

test("The console deletes users by the same command, and by nothing else.", () => {
  const ofUsers = catalogue.filter(({ table }) => table === users);
  expect(ofUsers.map(({ name, remove }) => [name, remove])).toEqual([["users", removeAccount]]);
});

test.each(Object.entries(OWN))(
  "The route %s refuses the last administrator with a 409, and the account stays.",
  async (name, path) => {
    const admin = await newPerson("staff");
    const answer = await asOnlyAdministrators([admin], () => remove(admin, path(admin)));
    expect(answer).toMatchObject({ status: 409, body: { detail: REFUSAL } });
    if (name === "DELETE /api/user/{id}/") expect(answer.body.message).toBe(REFUSAL);
    expect(await exists(admin)).toBe(true);
    expect((await remove(admin, path(admin))).status).toBeLessThan(300);
    expect(await exists(admin)).toBe(false);
  },
);

test.each(Object.entries(OWN))(
  "The route %s lets one of two administrators go who delete themselves at once.",
  async (_, path) => {
    const both = [await newPerson("staff"), await newPerson("staff")] as const;
    const answers = await asOnlyAdministrators(both, () =>
      Promise.all(both.map((admin) => remove(admin, path(admin)))),
    );
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(1);
    expect(await Promise.all(both.map(exists))).toContain(true);
  },
);

test("The console lets one of two administrators go who delete each other at once.", async () => {
  const [one, other] = [await newPerson("staff"), await newPerson("staff")];
  const answers = await asOnlyAdministrators([one, other], () =>
    Promise.all([remove(one, `/api/admin/users/${other.id}/`), remove(other, `/api/admin/users/${one.id}/`)]),
  );
  expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
  expect([await exists(one), await exists(other)].filter(Boolean)).toHaveLength(1);
});

test("The last administrator keeps neither others from going nor staff whose rights a group limits.", async () => {
  const [admin, client] = [await newPerson("staff"), await newPerson("owner")];
  const member = await memberWith(["orders:read"]);
  await asOnlyAdministrators([admin, member], async () => {
    for (const person of [client, member])
      expect((await remove(person, "/api/v1/auth/profile/")).status).toBe(204);
  });
});
