/** What an account's row says its caller may do. The one place where groups take the place of a role. */
import { type SQL, sql } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import { users } from "../tables.ts";

/** The columns that decide it. */
export const powerColumns = {
  userType: users.userType,
  isStaff: users.isStaff,
  groupRights: users.groupRights,
};

export type PowerFacts = Pick<typeof users.$inferSelect, keyof typeof powerColumns>;

/**
 * Staff and operators in groups have the rights of their groups and nothing else; without a group they have all that
 * their role gives. A membership gives nothing to other accounts.
 */
export function powersOf({
  userType,
  isStaff,
  groupRights,
}: PowerFacts): Pick<Caller, "userType" | "isStaff" | "rights"> {
  const isLimited = groupRights !== null && (isStaff || userType === "OPERATOR");
  return isLimited ? { userType, isStaff: false, rights: groupRights } : { userType, isStaff };
}

/** SQL: staff whom no group limits. `user`: the alias of `users` in the statement. */
export function isFullStaff(user = "users"): SQL {
  const u = sql.raw(user);
  return sql`(${u}.is_staff = 1 AND ${u}.group_rights IS NULL)`;
}

/** `mayOperate` in SQL: a condition on a row of `users`, for those who are told of something. `user`: its alias. */
export function mayOperateSql(right: string, user = "users"): SQL {
  const u = sql.raw(user);
  return sql`((${u}.is_staff OR ${u}.user_type = 'OPERATOR') AND (${u}.group_rights IS NULL
    OR EXISTS (SELECT 1 FROM json_each(${u}.group_rights) WHERE value = ${right})))`;
}

const isAdministrator = (user: string): SQL => sql`(${isFullStaff(user)} AND ${sql.raw(user)}.is_active = 1)`;

/**
 * SQL condition on the row of `users` that a statement ends or limits: it is not the last administrator who can sign in.
 * The statement itself has to ask, because two administrators may do it to each other, or to themselves, at once.
 */
export const isNotLastAdministrator = (): SQL =>
  sql`(NOT ${isAdministrator("users")} OR EXISTS (SELECT 1 FROM users other WHERE other.id <> users.id AND ${isAdministrator("other")}))`;
