/**
 * Nobody takes over more rights than they have: the accounts of staff and operators, and what opens them, are changed by
 * those only whom no group limits.
 */
import { sql } from "drizzle-orm";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import { refuse } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { Resource, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

const ABOVE = text(
  "Only administrators change the accounts of staff and operators.",
  "Учётные записи персонала и операторов меняют только администраторы.",
);
const GIVES = text(
  "You can't give rights that you don't have.",
  "Нельзя выдать права, которых нет у вас самих.",
);

/** Refuses when the row belongs to an account with a role in the console, or would give one. `id`: null for a new row. */
export async function requireAccountBelow(
  ctx: RequestContext,
  caller: Caller,
  { accountOf }: Resource,
  { id, row }: { readonly id: string | null; readonly row: Values },
): Promise<void> {
  // A group's member whom the console has admitted has an operator's powers, and is limited by the group still.
  if (!accountOf || (isOperator(caller) && !caller.rights)) return;
  if (accountOf === "id" && givesRole(row)) throw refuse(403, id === null ? GIVES : ABOVE);
  const userId = accountOf === "id" ? id : row[accountOf];
  if (userId === null || userId === undefined) return;
  const [holder] = await ctx.db.all(
    sql`SELECT 1 FROM users WHERE id = ${Number(userId)} AND (is_staff = 1 OR user_type = 'OPERATOR')`,
  );
  if (holder) throw refuse(403, ABOVE);
}

/** The values of an account: whether it has a role in the console. */
function givesRole({ is_staff, user_type }: Values): boolean {
  return is_staff === true || user_type === "OPERATOR";
}
