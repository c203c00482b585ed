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

/** SQL condition: somebody else is an administrator, who can sign in. */
export const anotherAdministrator = (userId: number): SQL =>
  sql`EXISTS (SELECT 1 FROM users other WHERE ${isFullStaff("other")} AND other.is_active = 1 AND other.id <> ${userId})`;
