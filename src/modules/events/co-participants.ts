/** Members who take part by their own act in the same event while it is on: they may see each other's locations. */
import { type Column, type SQL, sql } from "drizzle-orm";
import type { Effect } from "../../platform/db/outbox.ts";
import { recheckEffect } from "../../platform/realtime/rights/recheck.ts";
import { trackRoom } from "../identity/index.ts";

type UserId = number | SQL | Column;

/**
 * SQL value: `{"since","until"}` in epoch ms over the events that are on at `now` and in which both take part by their
 * own act. `since`: the first of these events has started and both take part in it; `until`: the last of them ends. Both
 * are null without such an event. An event without an end is never on. After its times were moved, an event counts as
 * started no earlier than the move (`on_since`), so moved times reveal nothing of the past.
 */
export function sharedEventWindow(one: UserId, other: UserId, now: number): SQL {
  return sql`(SELECT json_object('since', min(max(e.starts_at, coalesce(e.on_since, 0), m.accepted_at, t.accepted_at)),
      'until', max(e.ends_at))
    FROM event_members m JOIN event_members t ON t.event_id = m.event_id AND t.user_id = ${other}
      JOIN events e ON e.id = m.event_id
    WHERE m.user_id = ${one} AND m.accepted_at IS NOT NULL AND t.accepted_at IS NOT NULL
      AND e.starts_at <= ${now} AND e.ends_at > ${now})`;
}

interface Timed {
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number | null;
}

/** Rooms in one effect. */
const ROOMS_PER_EFFECT = 100;

/**
 * Effects that recheck who may watch the track rooms of these members. They go into the commit that changes an event,
 * ends it or removes members; `userIds` are all who took part before it. None for an event that was not on.
 */
export function recheckParticipants(event: Timed, userIds: readonly number[], now: number): Effect[] {
  if (event.startsAt > now || event.endsAt === null || event.endsAt <= now) return [];
  const rooms = userIds.map(trackRoom);
  const effects: Effect[] = [];
  for (let from = 0; from < rooms.length; from += ROOMS_PER_EFFECT)
    effects.push(recheckEffect(rooms.slice(from, from + ROOMS_PER_EFFECT)));
  return effects;
}

/** The same for a change. Only moved times and removed members end a right; members who were only named had none. */
export function recheckAfterChange(
  before: Timed & { readonly members: readonly Member[] },
  after: Timed & { readonly members: readonly Member[] },
  now: number,
): Effect[] {
  const stays = new Set(after.members.map(({ userId }) => userId));
  const ends =
    before.startsAt !== after.startsAt ||
    before.endsAt !== after.endsAt ||
    before.members.some(({ userId }) => !stays.has(userId));
  return ends ? recheckParticipants(before, acceptedMemberIds(before.members), now) : [];
}

interface Member {
  readonly userId: number;
  readonly acceptedAt: number | null;
}

/** Members who take part by their own act. */
export function acceptedMemberIds(members: readonly Member[]): number[] {
  return members.filter(({ acceptedAt }) => acceptedAt !== null).map(({ userId }) => userId);
}
