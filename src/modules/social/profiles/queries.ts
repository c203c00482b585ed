/** People as a viewer may see them: one statement for one person or for a page. */
import { and, count, desc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { countedRows } from "../../../platform/db/counted-rows.ts";
import { contains } from "../../../platform/db/folding.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { Listed, Window } from "../../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { foldEmail, profiles, users } from "../../identity/index.ts";
import { birthdaysOfAge } from "../rules.ts";
import { cities, socialProfiles } from "../tables.ts";

interface Named {
  readonly id: number;
  readonly name: string;
}

interface Friend {
  readonly id: number;
  readonly firstName: string;
  readonly lastName: string;
  /** `YYYY-MM-DD`. */
  readonly birthday: string | null;
}

const read = <T>(json: string) => JSON.parse(json) as T;

const interestsJson = sql<string>`(SELECT json_group_array(json_object('id', i.id, 'name', i.name) ORDER BY i.name)
  FROM user_interests ui JOIN interests i ON i.id = ui.interest_id WHERE ui.user_id = users.id)`;

const friendsJson = sql<string>`(SELECT json_group_array(json_object('id', f.id, 'firstName', f.first_name,
    'lastName', f.last_name, 'birthday', p.birthday) ORDER BY f.id)
  FROM friendships s JOIN users f ON f.id = iif(s.low_id = users.id, s.high_id, s.low_id)
    LEFT JOIN profiles p ON p.user_id = f.id
  WHERE s.low_id = users.id OR s.high_id = users.id)`;

const isFriendOf = (viewer: number) => sql`EXISTS (SELECT 1 FROM friendships
  WHERE low_id = min(users.id, ${viewer}) AND high_id = max(users.id, ${viewer}))`;
const isBlockedBy = (viewer: number) => sql`EXISTS (SELECT 1 FROM blocks
  WHERE user_id = ${viewer} AND blocked_id = users.id)`;
const hasBlocked = (viewer: number) => sql`EXISTS (SELECT 1 FROM blocks
  WHERE user_id = users.id AND blocked_id = ${viewer})`;

/** The person who reads profiles. */
export type Viewer = Pick<Caller, "userId" | "isStaff">;

/** The person, friends and staff see birthday and e-mail; strangers see the age and a masked e-mail. */
const seesContact = ({ userId, isStaff }: Viewer) =>
  isStaff ? sql`true` : sql`(users.id = ${userId} OR ${isFriendOf(userId)})`;

/** People who made or edited their profile in this app, without staff. */
const isListed = sql`(${socialProfiles.listedAt} IS NOT NULL AND NOT ${users.isStaff})`;

/** The columns of a person for a viewer. */
function fieldsFor(person: Viewer) {
  const viewer = person.userId;
  const flag = (condition: SQL) => sql<boolean>`${condition}`.mapWith(Boolean);
  return {
    id: users.id,
    email: users.email,
    firstName: users.firstName,
    lastName: users.lastName,
    birthday: profiles.birthday,
    avatarKey: profiles.avatarKey,
    sex: socialProfiles.sex,
    city: cities.name,
    profession: socialProfiles.profession,
    purpose: socialProfiles.purpose,
    /** For friends and the person only. */
    networkNick: sql<string | null>`iif(users.id = ${viewer} OR ${isFriendOf(viewer)},
      coalesce(${socialProfiles.networkNick}, ''), NULL)`,
    additionally: socialProfiles.additionally,
    isGeoipAllowed: socialProfiles.isGeoipAllowed,
    interests: interestsJson.mapWith(read<Named[]>),
    friends: friendsJson.mapWith(read<Friend[]>),
    isBlocked: flag(isBlockedBy(viewer)),
    hasBlocked: flag(hasBlocked(viewer)),
    /** Whether the viewer may see birthday and e-mail. */
    showsContact: flag(seesContact(person)),
  };
}

function select(ctx: RequestContext, viewer: Viewer) {
  return ctx.db
    .select(fieldsFor(viewer))
    .from(users)
    .leftJoin(profiles, eq(profiles.userId, users.id))
    .leftJoin(socialProfiles, eq(socialProfiles.userId, users.id))
    .leftJoin(cities, eq(cities.id, socialProfiles.cityId))
    .$dynamic();
}

export type Person = Awaited<ReturnType<typeof select>>[number];

export async function findPerson(
  ctx: RequestContext,
  viewer: Viewer,
  userId: number,
): Promise<Person | null> {
  const [person] = await select(ctx, viewer).where(eq(users.id, userId));
  return person ?? null;
}

/** The viewer's friends, the newest account first. */
export async function friendsOf(ctx: RequestContext, viewer: Viewer): Promise<Person[]> {
  const { userId } = viewer;
  const friends = sql`${users.id} IN (SELECT iif(low_id = ${userId}, high_id, low_id) FROM friendships
    WHERE low_id = ${userId} OR high_id = ${userId})`;
  return select(ctx, viewer).where(friends).orderBy(desc(users.id));
}

export interface PeopleFilter {
  readonly search?: string | undefined;
  readonly email?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly profession?: string | undefined;
  readonly purpose?: string | undefined;
  readonly sex?: string | undefined;
  readonly age?: number | undefined;
  readonly cityId?: number | undefined;
  readonly cityName?: string | undefined;
  /** Matches people who have at least one of them. */
  readonly interests?: readonly string[] | undefined;
  /** Only people whom the viewer has blocked. */
  readonly blacklist?: boolean | undefined;
}

export interface FoundPeople extends Listed<Person> {
  /** Whether the filter's city exists. */
  readonly knowsCity: boolean;
  /** An interest in the filter that nobody has. */
  readonly unknownInterest: string | null;
}

/** A page of people, the newest account first, without those who have blocked the viewer. Two statements. */
export async function listPeople(
  ctx: RequestContext,
  viewer: Viewer,
  filter: PeopleFilter,
  window: Window,
): Promise<FoundPeople> {
  const where = conditions(ctx, viewer, filter);
  const chosen = JSON.stringify(filter.interests ?? []);
  const asked = {
    knowsCity: sql<boolean>`EXISTS (SELECT 1 FROM cities WHERE id = ${filter.cityId ?? null})`.mapWith(
      Boolean,
    ),
    unknownInterest: sql<string | null>`(SELECT value FROM json_each(${chosen}) WHERE NOT EXISTS (SELECT 1
      FROM interests i JOIN user_interests u ON u.interest_id = i.id WHERE i.name = value) LIMIT 1)`,
  };
  const counting = filter.blacklist
    ? ctx.db
        .select({ count: count(), ...asked })
        .from(users)
        .where(where)
    : isUnfiltered(filter)
      ? ctx.db.select({ count: listedFor(viewer), ...asked }).from(sql`(SELECT 1)`)
      : ctx.db
          .select({ count: count(), ...asked })
          .from(socialProfiles)
          .crossJoin(users)
          .leftJoin(profiles, eq(profiles.userId, users.id))
          .leftJoin(cities, eq(cities.id, socialProfiles.cityId))
          .where(and(isProfileOf, where));
  const { limit, offset } = window;
  const [[facts], rows] = await Promise.all([
    counting,
    filter.blacklist
      ? select(ctx, viewer).where(where).orderBy(desc(users.id)).limit(limit).offset(offset)
      : selectListed(ctx, viewer, where, window),
  ]);
  return {
    count: facts?.count ?? 0,
    knowsCity: facts?.knowsCity ?? false,
    unknownInterest: facts?.unknownInterest ?? null,
    rows,
  };
}

const isProfileOf = sql`${users.id} = ${socialProfiles.userId}`;

/** A page of the listed people. The cross join makes SQLite read their profiles first, in order, and no further than the page. */
const selectListed = (ctx: RequestContext, viewer: Viewer, where: SQL | undefined, window: Window) =>
  ctx.db
    .select(fieldsFor(viewer))
    .from(socialProfiles)
    .crossJoin(users)
    .leftJoin(profiles, eq(profiles.userId, users.id))
    .leftJoin(cities, eq(cities.id, socialProfiles.cityId))
    .where(and(isProfileOf, where))
    .orderBy(desc(socialProfiles.userId))
    .limit(window.limit)
    .offset(window.offset);

const isUnfiltered = (filter: PeopleFilter) => Object.values(filter).every((value) => value === undefined);

/** SQL: how many people the viewer's list has without a filter. Reads only the few who are left out: staff, and who blocked the viewer. */
function listedFor({ userId, isStaff }: Viewer): SQL<number> {
  const staff = sql`(SELECT count(*) FROM users u JOIN social_profiles s ON s.user_id = u.id
    WHERE u.is_staff = 1 AND s.listed_at IS NOT NULL)`;
  const blockers = sql`(SELECT count(*) FROM blocks b JOIN social_profiles s ON s.user_id = b.user_id
    JOIN users u ON u.id = b.user_id WHERE b.blocked_id = ${userId} AND s.listed_at IS NOT NULL AND u.is_staff = 0)`;
  const listed = sql<number>`${countedRows("social_profiles.listed")} - ${staff}`;
  return isStaff ? listed : sql<number>`${listed} - ${blockers}`;
}

function conditions(ctx: RequestContext, viewer: Viewer, filter: PeopleFilter): SQL | undefined {
  const { userId, isStaff } = viewer;
  if (filter.blacklist) return sql`${users.id} IN (SELECT blocked_id FROM blocks WHERE user_id = ${userId})`;
  const { interests } = filter;
  const shownBirthday = sql`iif(${seesContact(viewer)}, ${profiles.birthday}, '')`;
  const born = filter.age === undefined ? null : birthdaysOfAge(ctx.now(), filter.age);
  const exactly = (column: SQL | Parameters<typeof eq>[0], value: unknown) =>
    value === undefined ? undefined : eq(column, value);
  return and(
    isListed,
    isStaff ? undefined : sql`NOT ${hasBlocked(userId)}`,
    contains([users.firstName, users.lastName, shownBirthday, cities.name], filter.search, [users.email]),
    exactly(users.email, filter.email && foldEmail(filter.email)),
    exactly(users.firstName, filter.firstName),
    exactly(users.lastName, filter.lastName),
    exactly(socialProfiles.profession, filter.profession),
    exactly(socialProfiles.purpose, filter.purpose),
    exactly(socialProfiles.sex, filter.sex),
    exactly(socialProfiles.cityId, filter.cityId),
    exactly(cities.name, filter.cityName),
    born ? and(gte(profiles.birthday, born.from), lte(profiles.birthday, born.to)) : undefined,
    interests &&
      sql`EXISTS (SELECT 1 FROM user_interests ui JOIN interests i ON i.id = ui.interest_id
        WHERE ui.user_id = users.id AND i.name IN (SELECT value FROM json_each(${JSON.stringify(interests)})))`,
  );
}
