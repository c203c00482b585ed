/** Staff in groups, made in the database; the rules of membership are tested by the API in `groups.test.ts`. */
import { findUser } from "../../../src/modules/identity/index.ts";
import {
  clientProfiles,
  credentialsFor,
  prepareSession,
} from "../../../src/modules/identity/sessions/sessions.ts";
import { newPerson, type Person, type Role } from "../../authorization/world.ts";
import { rows, unique } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";

let administrator: Promise<Person> | undefined;

/** A new session of a person, with their present rights. */
export async function signedIn(person: Person): Promise<Person> {
  const { ctx } = jobContext();
  const user = await findUser(ctx, person.id);
  if (!user) throw new Error("no such person");
  const session = await prepareSession(ctx, clientProfiles.alphabet, person.id);
  await (session.statement as unknown as Promise<unknown>);
  const { access } = await credentialsFor(ctx, session, clientProfiles.alphabet, user);
  return { ...person, sessionId: session.id, token: access };
}

/** A person with a role, in a new group with these rights. */
export async function memberWith(
  rights: readonly string[],
  role: Role = "staff",
): Promise<Person & { group: number }> {
  // The last administrator can't be put into a group.
  administrator ??= newPerson("staff");
  await administrator;
  const person = await newPerson(role);
  const [group] = await rows<{ id: number }>(
    "INSERT INTO staff_groups (name, rights, created_at, updated_at) VALUES (?, ?, 1, 1) RETURNING id",
    unique("Group"),
    JSON.stringify(rights),
  );
  await rows(
    "INSERT INTO staff_group_members (group_id, user_id, created_at) VALUES (?, ?, 1)",
    group?.id ?? 0,
    person.id,
  );
  return { ...(await signedIn(person)), group: group?.id ?? 0 };
}

/** Replaces the rights of a member's group. */
export async function limitTo(
  { group }: { readonly group: number },
  rights: readonly string[],
): Promise<void> {
  await rows("UPDATE staff_groups SET rights = ? WHERE id = ?", JSON.stringify(rights), group);
}
