/**
 * The name under which other people see a person. A username generated from a phone or an e-mail would reveal it: only
 * its owner and staff see it. Everybody else sees `user-<id>`, which works wherever a username is expected.
 */
import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import { foldUsername, madeFrom } from "../rules.ts";

/** The person who looks; null for the public, for mails, and for text that many people read. */
export type Viewer = Pick<Caller, "userId" | "isStaff"> | null;

export interface Named {
  readonly id: number;
  readonly username: string;
  /** True if the username was generated from a phone or an e-mail. */
  readonly usernameIsGenerated: boolean;
}

/** The alias shown instead of a generated username. Nobody can choose a name of this form. */
export const aliasOf = (userId: number) => `user-${userId}`;

/** The id in an alias `user-<id>`; null for any other name. */
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
 * The same in SQL: the username of a row of `users` as this viewer may see it.
 *
 * @param user the table's alias in the statement
 */
export function visibleNameSql(viewer: Viewer, user = "users"): SQL<string> {
  const u = sql.raw(user);
  if (viewer?.isStaff) return sql<string>`${u}.username`;
  const own = viewer ? sql` AND ${u}.id <> ${viewer.userId}` : sql``;
  return sql<string>`iif(${u}.username_is_generated${own}, 'user-' || ${u}.id, ${u}.username)`;
}

/** SQL: a person's display name: first and last name, else the username that others may see. */
export function displayNameSql(user = "users"): SQL<string> {
  const u = sql.raw(user);
  return sql<string>`coalesce(nullif(trim(${u}.first_name || ' ' || ${u}.last_name), ''), ${visibleNameSql(null, user)})`;
}

/** SQL: a phone as people read it: `+7 999 123-45-67` for a Russian number, others as they are. */
const phoneText = (phone: SQL) =>
  sql<string>`iif(substr(${phone}, 1, 2) = '+7' AND length(${phone}) = 12, '+7 ' || substr(${phone}, 3, 3) || ' ' || substr(${phone}, 6, 3)
    || '-' || substr(${phone}, 9, 2) || '-' || substr(${phone}, 11, 2), ${phone})`;

/**
 * SQL: a person as staff know them, by name and phone. Without both: by e-mail, else by username. A username counts as a
 * name if its owner chose it.
 */
export function staffTitleSql(user = "users"): SQL<string> {
  const u = sql.raw(user);
  const name = sql`coalesce(nullif(trim(${u}.first_name || ' ' || ${u}.last_name), ''), iif(${u}.username_is_generated, NULL, ${u}.username))`;
  const phone = phoneText(sql`${u}.phone`);
  return sql<string>`coalesce(${name} || ' · ' || ${phone}, ${name}, ${phone}, ${u}.email, ${u}.username)`;
}

const wordsOfPeople = new WeakSet<SQLWrapper>();

/** Marks a text of a console list's search as words about people. */
export function aboutPeople(words: SQL<string>): SQL<string> {
  wordsOfPeople.add(words);
  return words;
}

/** Whether a text tells about people: searches of those who may not see people leave it out, or they would find out its words. */
export const isAboutPeople = (words: SQLWrapper): boolean => wordsOfPeople.has(words);

/** SQL: the words by which staff search the person with this id: names, e-mail and phone. Null without a person. */
export const personWords = (id: SQLWrapper): SQL<string> =>
  aboutPeople(sql<string>`(SELECT username || ' ' || first_name || ' ' || last_name
    || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '') FROM users WHERE id = ${id})`);

/** A person's display name: first and last name, else the username that others may see. */
export function displayName(
  person: Named & { readonly firstName: string; readonly lastName: string },
): string {
  return `${person.firstName} ${person.lastName}`.trim() || visibleName(null, person);
}

/** Names to look for, as the parameters of `isNamedBy`: JSON arrays. */
export type NameLists = { readonly keys: string; readonly aliases: string };

export function nameLists(names: readonly string[]): NameLists {
  return {
    keys: JSON.stringify([...new Set(names.map(foldUsername))]),
    aliases: JSON.stringify(names.map(aliasedId).filter((id) => id !== null)),
  };
}

/**
 * SQL condition on `users`: one of the names in these lists identifies the person for this viewer, a user's id or staff. A
 * generated username works only for its owner and staff; otherwise anybody could try phones and learn whose they are.
 */
export function isNamedBy(
  viewer: SQLWrapper | "staff",
  { keys, aliases }: Readonly<Record<keyof NameLists, SQLWrapper>>,
): SQL {
  const open =
    viewer === "staff" ? sql`` : sql` AND (NOT users.username_is_generated OR users.id = ${viewer})`;
  return sql`((users.username_key IN (SELECT value FROM json_each(${keys}))${open})
    OR users.id IN (SELECT value FROM json_each(${aliases})))`;
}

/**
 * The columns for an UPDATE of `users` that sets a username. An unchanged username keeps its flag; a new one counts as
 * generated if it reveals the account's phone or e-mail.
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
