/**
 * Which name of a person others see. A username that registration made from a phone or an e-mail tells that phone or
 * e-mail: its owner and staff see it, everybody else sees `user-<id>`, and may use that wherever a username is asked for.
 */
import { type SQL, sql } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import { foldUsername, madeFrom } from "../rules.ts";

/** Who looks; null for the public, for letters, and wherever many people read the same words. */
export type Viewer = Pick<Caller, "userId" | "isStaff"> | null;

export interface Named {
  readonly id: number;
  readonly username: string;
  /** Made from a phone or an e-mail. */
  readonly usernameIsGenerated: boolean;
}

/** The name that takes the place of a generated one. Nobody can choose a name of this form. */
export const aliasOf = (userId: number) => `user-${userId}`;

/** The id in a name of the form `user-<id>`; null for any other. */
export function aliasedId(name: string): number | null {
  const digits = /^user-([1-9]\d{0,14})$/.exec(foldUsername(name.trim()))?.[1];
  return digits === undefined ? null : Number(digits);
}

/** A person's username as this viewer may see it. */
export function visibleName(viewer: Viewer, { id, username, usernameIsGenerated }: Named): string {
  const seesAll = viewer !== null && (viewer.isStaff || viewer.userId === id);
  return usernameIsGenerated && !seesAll ? aliasOf(id) : username;
}

/**
 * SQL for the same: the username of a row of `users`, as this viewer may see it.
 *
 * @param user what the statement calls the table
 */
export function visibleNameSql(viewer: Viewer, user = "users"): SQL<string> {
  const u = sql.raw(user);
  if (viewer?.isStaff) return sql<string>`${u}.username`;
  const own = viewer ? sql` AND ${u}.id <> ${viewer.userId}` : sql``;
  return sql<string>`iif(${u}.username_is_generated${own}, 'user-' || ${u}.id, ${u}.username)`;
}

/** SQL: what a person is called in sentences that others read: first and last name, else the username they may see. */
export function displayNameSql(user = "users"): SQL<string> {
  const u = sql.raw(user);
  return sql<string>`coalesce(nullif(trim(${u}.first_name || ' ' || ${u}.last_name), ''), ${visibleNameSql(null, user)})`;
}

/** First and last name, else the username as others see it. */
export function displayName(
  person: Named & { readonly firstName: string; readonly lastName: string },
): string {
  return `${person.firstName} ${person.lastName}`.trim() || visibleName(null, person);
}

/**
 * SQL condition on `users`: the viewer may mean this person by one of these names. A generated username names nobody
 * but to its owner and to staff, or anybody could try phones and learn whose they are.
 */
export function isNamedBy(viewer: Viewer, names: readonly string[]): SQL {
  const keys = JSON.stringify([...new Set(names.map(foldUsername))]);
  const ids = JSON.stringify(names.map(aliasedId).filter((id) => id !== null));
  const open = viewer?.isStaff
    ? sql``
    : sql` AND (NOT users.username_is_generated${viewer ? sql` OR users.id = ${viewer.userId}` : sql``})`;
  return sql`((users.username_key IN (SELECT value FROM json_each(${keys}))${open})
    OR users.id IN (SELECT value FROM json_each(${ids})))`;
}

/**
 * The columns of a username that is given to an account: a name that stays the same stays what it was, another one is
 * judged by the account's phone and e-mail. For an UPDATE of `users`.
 */
export function usernameChange(username: string, own: { phone: string | null; email: string | null }) {
  const usernameKey = foldUsername(username);
  const generated = madeFrom(username, own);
  return {
    username,
    usernameKey,
    usernameIsGenerated: sql<boolean>`iif(username_key = ${usernameKey}, username_is_generated, ${generated ? 1 : 0})`,
  };
}
