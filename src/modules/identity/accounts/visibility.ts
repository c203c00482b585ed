/** How much of a person somebody else gets to see. */
import type { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Account, toAccountWire } from "../schemas.ts";
import { profiles, users } from "../tables.ts";
import { visibleName } from "./names.ts";
import type { Person } from "./queries.ts";

/** `contact` is a name and a phone, `name` is what a list of strangers shows. */
export type Visibility = "all" | "contact" | "name";

/** Everything of oneself, and of everybody for operators and staff; of others what the occasion gives. */
export function visibilityOf(caller: Caller, personId: number, otherwise: Visibility = "name"): Visibility {
  return caller.userId === personId || isOperator(caller) ? "all" : otherwise;
}

/** An account as it stands inside other things: all keys, blank where the caller may not look. */
export function toUserWire(ctx: RequestContext, person: Person, sight: Visibility): z.input<typeof Account> {
  const wire = toAccountWire(ctx, person, person.avatarKey);
  if (sight === "all") return wire;
  const others = { ...wire, email: "", username: visibleName(null, person) };
  return sight === "contact" ? others : { ...others, phone: "" };
}

/** People by their ids; one statement for any number. */
export async function findPeople(
  ctx: RequestContext,
  ids: readonly (number | null)[],
): Promise<ReadonlyMap<number, Person>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const found = await ctx.db
    .select({
      id: users.id,
      username: users.username,
      usernameIsGenerated: users.usernameIsGenerated,
      email: users.email,
      phone: users.phone,
      firstName: users.firstName,
      lastName: users.lastName,
      userType: users.userType,
      isVerified: users.isVerified,
      createdAt: users.createdAt,
      avatarKey: profiles.avatarKey,
    })
    .from(users)
    .leftJoin(profiles, sql`${profiles.userId} = ${users.id}`)
    .where(sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(wanted)}))`);
  return new Map(found.map((person) => [person.id, person]));
}
