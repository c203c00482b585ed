/** The places that people share, and the distances between them. */
import { and, between, eq, isNotNull, ne, or, type SQL, sql } from "drizzle-orm";
import { bandAround, kilometresBetween, type Place } from "../../../platform/geo.ts";
import { notFound } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../../identity/index.ts";
import { about } from "../messages.ts";
import { socialProfiles } from "../tables.ts";

const LOCATED = {
  id: users.id,
  firstName: users.firstName,
  lastName: users.lastName,
  allowed: socialProfiles.isGeoipAllowed,
  latitude: socialProfiles.latitude,
  longitude: socialProfiles.longitude,
};

interface Located {
  readonly id: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly allowed: boolean | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

function located(ctx: RequestContext) {
  return ctx.db
    .select(LOCATED)
    .from(users)
    .leftJoin(socialProfiles, eq(socialProfiles.userId, users.id))
    .$dynamic();
}

/** SQL condition: the viewer and the `users` row have not blocked each other. */
const notBlocked = (viewer: number) => sql`NOT EXISTS (SELECT 1 FROM blocks
  WHERE (user_id = users.id AND blocked_id = ${viewer}) OR (user_id = ${viewer} AND blocked_id = users.id))`;

/** Reads both people in one statement; 404 when the other is unknown or blocked. */
async function both(
  ctx: RequestContext,
  viewer: number,
  userId: number,
): Promise<{ viewer: Located; target: Located }> {
  const people = await located(ctx).where(
    or(eq(users.id, viewer), and(eq(users.id, userId), notBlocked(viewer))),
  );
  const find = (id: number) => people.find((person) => person.id === id);
  const [one, other] = [find(viewer), find(userId)];
  if (!one || !other) throw notFound();
  return { viewer: one, target: other };
}

/** The person's place; 404 when none is known. */
function placeOf({ latitude, longitude }: Located): Place {
  if (latitude === null || longitude === null) throw notFound();
  return { latitude, longitude };
}

/** A person's place, if they share it. */
export async function findPlace(ctx: RequestContext, viewer: number, userId: number): Promise<Place> {
  const { target } = await both(ctx, viewer, userId);
  if (!target.allowed) throw notFound(about("noPlace", target));
  return placeOf(target);
}

/** Distance in kilometres, to three decimals. Both must share their place. */
export async function distanceTo(ctx: RequestContext, viewer: number, userId: number): Promise<number> {
  const { viewer: self, target } = await both(ctx, viewer, userId);
  if (!self.allowed || !target.allowed) throw notFound(about("noDistance", target));
  return kilometresBetween(placeOf(self), placeOf(target));
}

export interface Distance {
  readonly id: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly kilometres: number;
}

/** People within `radius` km who share their place, by id. Empty when the viewer does not share theirs. */
export async function peopleNearby(ctx: RequestContext, viewer: number, radius: number): Promise<Distance[]> {
  const [self] = await located(ctx).where(eq(users.id, viewer));
  if (!self?.allowed) return [];
  const from = placeOf(self);
  const people = await located(ctx)
    .where(and(ne(users.id, viewer), seen(), near(from, radius), notBlocked(viewer)))
    .orderBy(users.id);
  return people
    .map((person) => ({
      id: person.id,
      firstName: person.firstName,
      lastName: person.lastName,
      kilometres: kilometresBetween(from, placeOf(person)),
    }))
    .filter((person) => person.kilometres <= radius);
}

/** Literal `= 1`, because the partial index does not match a bound value. */
const seen = () =>
  and(
    sql`${socialProfiles.isGeoipAllowed} = 1`,
    isNotNull(socialProfiles.latitude),
    isNotNull(socialProfiles.longitude),
  );

/** Preselects the band of latitudes around a place. `radius` in km. */
function near(place: Place, radius: number): SQL {
  const { south, north } = bandAround(place, radius * 1000);
  return between(socialProfiles.latitude, south, north);
}
