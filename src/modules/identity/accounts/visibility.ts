/** How much of a person another person may see. */

import { type SQL, sql } from "drizzle-orm";
import type { Db } from "../../../platform/db/client.ts";
import { packedBoolean, packedRow } from "../../../platform/db/packed-row.ts";
import { type Caller, isOperator } from "../../../platform/http/caller.ts";
import { notFound } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { z } from "../../../platform/zod.ts";
import { type Account, type OwnAccount, toAccountWire } from "../schemas.ts";
import { profiles, users } from "../tables.ts";
import { visibleName } from "./names.ts";
import { findProfile, type Person } from "./queries.ts";

/** `contact` shows name and phone; `name` shows the name only, as in lists of strangers. */
export type Visibility = "all" | "contact" | "name";

/** People see all of themselves, operators and staff all of everybody; others see what the caller passes as `otherwise`. */
export function visibilityOf(caller: Caller, personId: number, otherwise: Visibility = "name"): Visibility {
  return caller.userId === personId || isOperator(caller) ? "all" : otherwise;
}

/** An account nested in another object: all keys are present, blank where the caller may not see the value. */
export function toUserWire(
  ctx: RequestContext,
  person: Person,
  visibility: Visibility,
): z.input<typeof Account> {
  const wire = toAccountWire(ctx, person, person.avatarKey);
  if (visibility === "all") return wire;
  const others = { ...wire, email: "", username: visibleName(null, person) };
  return visibility === "contact" ? others : { ...others, phone: "" };
}

/** An account as its owner reads it. */
export async function ownAccountWire(
  ctx: RequestContext,
  userId: number,
): Promise<z.input<typeof OwnAccount>> {
  const found = await findProfile(ctx, userId);
  if (!found) throw notFound();
  const { user, avatarKey } = found;
  const duty = user.userType === "DRIVER" ? { on_duty: user.onDuty } : {};
  const zone = user.timeZone === null ? {} : { time_zone: user.timeZone };
  return { ...toAccountWire(ctx, user, avatarKey), ...zone, ...duty };
}

/** Finds people by their ids with one statement. */
export async function findPeople(
  ctx: RequestContext,
  ids: readonly (number | null)[],
): Promise<ReadonlyMap<number, Person>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  return peopleById(await selectPeople(ctx.db, sql`SELECT value FROM json_each(${JSON.stringify(wanted)})`));
}

function selectPeople(db: Db, ids: SQL) {
  return db
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
    .where(sql`${users.id} IN (${ids})`);
}

/** People within a statement that reads what names them as well. */
export const packedPeople = packedRow<Person>({
  id: "users.id",
  username: "users.username",
  usernameIsGenerated: packedBoolean("users.username_is_generated"),
  email: "users.email",
  phone: "users.phone",
  firstName: "users.first_name",
  lastName: "users.last_name",
  userType: "users.user_type",
  isVerified: packedBoolean("users.is_verified"),
  createdAt: "users.created_at",
  avatarKey: "profiles.avatar_key",
});

/** SQL: the tables of `packedPeople`, for those whose ids the SELECT `ids` returns. */
export const fromPeople = (ids: SQL): SQL =>
  sql`FROM users LEFT JOIN profiles ON profiles.user_id = users.id WHERE users.id IN (${ids})`;

/** People by their ids. */
export function peopleById(people: readonly Person[]): ReadonlyMap<number, Person> {
  return new Map(people.map((person) => [person.id, person]));
}
