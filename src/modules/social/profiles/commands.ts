/** Changes a profile: account, profile, interests and friends in one transaction. */
import { eq, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { auditEntry } from "../../../platform/db/audit.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, invalid, notFound } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { birthdayFault, changeAccount, findUser, storeAvatar, takenRefusal } from "../../identity/index.ts";
import { unfriend } from "../friends/commands.ts";
import { consentEffects } from "../friends/shared-access.ts";
import { noSuchName } from "../messages.ts";
import { type ProfileBody, toPersonWire } from "../schemas.ts";
import { cities, socialProfiles } from "../tables.ts";
import { findPerson } from "./queries.ts";

/** Refuses everybody but the person and staff. */
export async function requireSelfOrStaff(ctx: RequestContext, caller: Caller, userId: number): Promise<void> {
  if (caller.userId === userId || caller.isStaff) return;
  throw (await findUser(ctx, userId)) ? forbidden() : notFound();
}

/** Changes what the body names. All checks come first, then one transaction. */
export async function changeProfile(
  ctx: RequestContext,
  caller: Caller,
  userId: number,
  body: ProfileBody,
): Promise<void> {
  const facts = await factsFor(ctx, userId, body);
  const birthday = body.birthday ? birthdayFault(body.birthday, ctx.now()) : null;
  const unknown = body.interests?.find(({ name }) => !facts.interests.includes(name));
  const wrong = {
    ...(birthday ? { birthday } : {}),
    ...(body.city && facts.cityId === null ? { city: noSuchName(body.city) } : {}),
    ...(unknown ? { interests: noSuchName(unknown.name) } : {}),
  };
  if (Object.keys(wrong).length > 0) throw invalid(wrong);
  const kept = new Set(body.friends?.map(({ id }) => id));
  const lost = body.friends ? facts.friends.filter((id) => !kept.has(id)) : [];
  const unfriended = unfriend(ctx, userId, lost);
  const avatarKey =
    body.avatar instanceof File
      ? await storeAvatar(ctx, userId, body.avatar)
      : body.avatar === null
        ? null
        : undefined;
  const changed = await changeAccount(
    ctx,
    userId,
    {
      email: body.email,
      firstName: body.first_name,
      lastName: body.last_name,
      birthday: body.birthday,
      avatarKey,
    },
    {
      ...(caller.sessionId === "" ? {} : { session: caller.sessionId }),
      also: [
        ...profileStatements(ctx, caller, userId, body, facts.cityId),
        ...interestStatements(ctx, userId, body),
        ...unfriended.statements,
        ...(await audit(ctx, caller, userId, body)),
      ],
      effects: [...unfriended.effects, ...consentEffects(userId, body.is_geoip_allowed)],
    },
  );
  if (changed.ok) return;
  if (avatarKey) ctx.defer("social.avatar", ctx.runtime.bucket.delete(avatarKey));
  throw changed.taken === "missing" ? notFound() : takenRefusal(changed.taken);
}

interface Facts {
  readonly cityId: number | null;
  /** The named interests that exist. */
  readonly interests: readonly string[];
  readonly friends: readonly number[];
}

/** Reads what a change is compared with, in one statement. */
async function factsFor(ctx: RequestContext, userId: number, body: ProfileBody): Promise<Facts> {
  const names = JSON.stringify(body.interests?.map(({ name }) => name) ?? []);
  const [row] = await ctx.db.all<{ cityId: number | null; interests: string; friends: string }>(sql`SELECT
    (SELECT ${cities.id} FROM ${cities} WHERE ${eq(cities.name, body.city ?? "")}) AS cityId,
    (SELECT json_group_array(name) FROM interests WHERE name IN (SELECT value FROM json_each(${names}))) AS interests,
    (SELECT json_group_array(iif(low_id = ${userId}, high_id, low_id)) FROM friendships
      WHERE low_id = ${userId} OR high_id = ${userId}) AS friends`);
  return {
    cityId: row?.cityId ?? null,
    interests: JSON.parse(row?.interests ?? "[]") as string[],
    friends: JSON.parse(row?.friends ?? "[]") as number[],
  };
}

function profileStatements(
  ctx: RequestContext,
  caller: Caller,
  userId: number,
  body: ProfileBody,
  cityId: number | null,
): BatchItem<"sqlite">[] {
  const set = {
    sex: body.sex,
    cityId: body.city === undefined ? undefined : cityId,
    profession: body.profession,
    purpose: body.purpose,
    additionally: body.additionally,
    networkNick: caller.isStaff ? body.network_nick : undefined,
    isGeoipAllowed: body.is_geoip_allowed,
  };
  const listedAt = caller.userId === userId ? ctx.now() : undefined;
  if (Object.values({ ...set, listedAt }).every((value) => value === undefined)) return [];
  const since = listedAt && sql`coalesce(${socialProfiles.listedAt}, ${listedAt})`;
  return [
    ctx.db
      .insert(socialProfiles)
      .values({ userId, ...set, listedAt })
      .onConflictDoUpdate({ target: socialProfiles.userId, set: { ...set, listedAt: since } }),
  ];
}

function interestStatements(
  ctx: RequestContext,
  userId: number,
  { interests }: ProfileBody,
): BatchItem<"sqlite">[] {
  if (!interests) return [];
  const names = JSON.stringify(interests.map(({ name }) => name));
  const chosen = sql`SELECT id FROM interests WHERE name IN (SELECT value FROM json_each(${names}))`;
  return [
    ctx.db.run(sql`DELETE FROM user_interests WHERE user_id = ${userId} AND interest_id NOT IN (${chosen})`),
    ctx.db.run(sql`INSERT OR IGNORE INTO user_interests (user_id, interest_id)
      SELECT ${userId}, id FROM (${chosen})`),
  ];
}

/** The audit row when staff changes another person's profile. */
async function audit(ctx: RequestContext, caller: Caller, userId: number, { avatar, ...facts }: ProfileBody) {
  if (caller.userId === userId) return [];
  const person = await findPerson(ctx, caller, userId);
  const before = person && toPersonWire(ctx, person);
  const after = { ...facts, ...(avatar === undefined ? {} : { avatar: avatar && "new" }) };
  return [auditEntry(ctx, caller, { action: "user.profile", subject: `user:${userId}`, before, after })];
}
