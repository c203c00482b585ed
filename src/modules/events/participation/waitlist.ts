/** The waiting list of a full event: who is on it, and who is offered a free seat. */
import { type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { BatchStatement } from "../../../platform/db/client.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Notice, noticeEffects, noticeRows } from "../../notifications/index.ts";
import { seatsToOffer } from "../rules.ts";

/** SQL value: how many seats of an event are taken, by the rule of `seatsTaken` in `rules.ts`. `event` is its number. */
export function seatsOf(event: number | SQL): SQL<number> {
  return sql`((SELECT count(*) FROM event_members WHERE event_id = ${event}) + EXISTS (
    SELECT 1 FROM events AS own JOIN users AS maker ON maker.id = own.creator_id
    WHERE own.id = ${event} AND NOT maker.is_staff
      AND NOT EXISTS (SELECT 1 FROM event_members WHERE event_id = own.id AND user_id = own.creator_id)))`;
}

/** Tells a user on the waiting list that a seat is theirs if the organizer agrees. */
export function seatOfferNotice(
  event: { readonly id: number; readonly name: string },
  userId: number,
): Notice {
  return {
    userId,
    type: "PARTICIPATION_PLACE_FREE",
    title: "Освободилось место",
    message: `В мероприятии «${event.name}» освободилось место, ваша заявка ждёт решения организатора.`,
    about: `event:${event.id}`,
    ref: `participation:${crypto.randomUUID()}`,
    words: "place_free",
    subject: event.name,
  };
}

export interface Waitlist {
  /** Users left out of the list, such as those who are about to become or stop being members. */
  readonly without: readonly number[];
  /** How many pending requests hold an offered seat. */
  readonly invited: number;
  /** Requests on the waiting list, in the order of asking. */
  readonly waiting: readonly { readonly id: number; readonly userId: number }[];
}

/** SQL condition on `participation_requests`: pending requests for the event. */
const undecided = (
  eventId: number,
  without: readonly number[],
) => sql`event_id = ${eventId} AND status = 'Pending'
  AND user_id NOT IN (SELECT value FROM json_each(${JSON.stringify(without)}))`;

/** Reads an event's waiting list. One statement. */
export async function waitlistOf(
  ctx: RequestContext,
  eventId: number,
  without: readonly number[] = [],
): Promise<Waitlist> {
  const rows = await ctx.db.all<{ id: number; userId: number; isWaiting: number }>(sql`
    SELECT id, user_id AS userId, is_waiting AS isWaiting FROM participation_requests
    WHERE ${undecided(eventId, without)} ORDER BY created_at, id`);
  const waiting = rows.filter(({ isWaiting }) => isWaiting === 1);
  return { without, invited: rows.length - waiting.length, waiting };
}

/** What goes into the commit of a change that may free seats. */
export interface SeatOffer {
  /** SQL condition of the change itself: the waiting list is still as it was read. */
  readonly guard: ReturnType<typeof sql>;
  readonly effects: readonly Effect[];
  readonly rest: readonly BatchStatement[];
}

/** Offers the seats that are free after the change to those who wait longest. `free`: null for no limit. */
export function offerSeats(
  ctx: RequestContext,
  event: { readonly id: number; readonly name: string },
  waitlist: Waitlist,
  free: number | null,
): SeatOffer {
  const places = seatsToOffer(free, waitlist.invited);
  const chosen = places === null ? waitlist.waiting : waitlist.waiting.slice(0, places);
  const ids = JSON.stringify(chosen.map(({ id }) => id));
  const notices = chosen.map(({ userId }) => seatOfferNotice(event, userId));
  const offered = ctx.db.run(sql`UPDATE participation_requests SET is_waiting = 0, updated_at = ${ctx.now()}
    WHERE id IN (SELECT value FROM json_each(${ids}))`);
  return {
    guard: sql`(SELECT json_group_array(id) FROM (SELECT id FROM participation_requests
      WHERE ${undecided(event.id, waitlist.without)} AND is_waiting
      ORDER BY created_at, id LIMIT ${places ?? -1})) = ${ids}`,
    effects: noticeEffects(notices),
    rest: chosen.length > 0 ? [offered, noticeRows(ctx, notices)] : [],
  };
}

/** Puts pending requests on the waiting list if the event is full. It goes last into a batch that may fill the event. */
export function markFull(ctx: RequestContext, eventId: number): BatchItem<"sqlite"> {
  return ctx.db.run(sql`UPDATE participation_requests SET is_waiting = 1
    WHERE event_id = ${eventId} AND status = 'Pending' AND NOT is_waiting
      AND (SELECT max_members FROM events WHERE id = ${eventId})
        <= ${seatsOf(eventId)}`);
}

/** Nightly: offers seats that came free without a command of this module, for example by an account's deletion. */
export async function sweepWaitlists(ctx: RequestContext, limit = 200): Promise<void> {
  const due = await ctx.db.all<{ id: number; name: string; free: number | null }>(sql`
    SELECT e.id, e.name, e.max_members - ${seatsOf(sql`e.id`)} AS free
    FROM events e WHERE e.id IN (SELECT event_id FROM participation_requests WHERE is_waiting)
      AND e.starts_at > ${ctx.now()} AND coalesce(free > (SELECT count(*) FROM participation_requests
        WHERE event_id = e.id AND status = 'Pending' AND NOT is_waiting), TRUE)
    LIMIT ${limit}`);
  for (const { free, ...event } of due) {
    const offer = offerSeats(ctx, event, await waitlistOf(ctx, event.id), free);
    const touch = ctx.db.run(
      sql`UPDATE events SET updated_at = updated_at WHERE id = ${event.id} AND ${offer.guard}`,
    );
    await commit(ctx, touch, offer.effects, offer.rest);
  }
}
