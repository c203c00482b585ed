/** People who take part in the same event while it is on, each by their own act: what others may conclude from that. */
import { type Column, type SQL, sql } from "drizzle-orm";
import type { Effect } from "../../platform/db/outbox.ts";
import { recheckEffect } from "../../platform/realtime/rights/recheck.ts";
import { userRoom } from "../identity/index.ts";

type UserId = number | SQL | Column;

/**
 * SQL value: `{"since","until"}` in epoch ms, of the events that are on at `now` and that both take part in by their
 * own act. Since both do and the event has begun, until the last of them ends; both null without such an event. An event
 * without an end is not on. Times that were moved open nothing of the past: an event has not begun before they were.
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

/** Rooms of one effect. */
const AT_ONCE = 100;

/**
 * Goes into the batch of what changes an event, ends it or takes people out of it: these people (all who took part
 * before) may see each other's places no longer. Nothing while the event, as it was, is not on.
 */
export function recheckParticipants(event: Timed, userIds: readonly number[], now: number): Effect[] {
  if (event.startsAt > now || event.endsAt === null || event.endsAt <= now) return [];
  const rooms = userIds.map(userRoom);
  const effects: Effect[] = [];
  for (let from = 0; from < rooms.length; from += AT_ONCE)
    effects.push(recheckEffect(rooms.slice(from, from + AT_ONCE)));
  return effects;
}

/** The same for a change: only moved times and people who go end a right. Nobody who was merely named had one. */
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
