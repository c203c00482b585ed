/** Makes, withdraws and decides requests to take part. An event never gets more members than it has places. */
import { and, eq, sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { displayName, findProfile } from "../../identity/index.ts";
import { noticeEffects, noticeRows } from "../../notifications/index.ts";
import { ageOn } from "../../social/index.ts";
import { acceptedMemberIds, recheckParticipants } from "../co-participants.ts";
import { findStored, loadRelations, type StoredEvent, storedFields } from "../commands/loading.ts";
import {
  freeSeats,
  isOver,
  type JoinFault,
  joinFault,
  mayChange,
  newcomerFault,
  seatsTaken,
} from "../rules.ts";
import { events, participationRequests } from "../tables.ts";
import { departureNotices, organizerIds, participationNotice } from "./notices.ts";
import type { ParticipationRequest } from "./queries.ts";
import { markFull, offerSeats, type SeatOffer, seatsOf, waitlistOf } from "./waitlist.ts";

/**
 * Asks to take part. When no seat is left the request goes on the waiting list. `repeated`: the user asked before or is a
 * member. `missing`: there is no such event, or the user and its creator have blocked one another.
 */
export async function askToJoin(
  ctx: RequestContext,
  { userId }: Caller,
  eventId: number,
): Promise<ParticipationRequest | JoinFault | "missing" | "repeated"> {
  const [event, applicant] = await Promise.all([findStored(ctx, { id: eventId }), findProfile(ctx, userId)]);
  if (!event || !applicant || event.creatorBlocks.has(userId)) return "missing";
  const now = ctx.now();
  const fault = joinFault(event, { userId, age: ageOn(now, applicant.birthday) }, now);
  if (fault) return fault;
  const words = `${displayName(applicant.user)} хочет участвовать в мероприятии «${event.name}».`;
  const notices = organizerIds(event).map((host) =>
    participationNotice(host, event, "PARTICIPATION_REQUEST", words),
  );
  const insert = ctx.db.run(sql`
    INSERT INTO participation_requests (event_id, user_id, is_waiting, created_at, updated_at)
    SELECT e.id, ${userId}, coalesce(
        ${seatsOf(sql`e.id`)} >= e.max_members, 0), ${now}, ${now}
    FROM events e WHERE e.id = ${eventId}
      AND NOT EXISTS (SELECT 1 FROM event_members WHERE event_id = e.id AND user_id = ${userId})
    ON CONFLICT DO NOTHING RETURNING id, is_waiting AS isWaiting`);
  const done = await commit(ctx, insert, noticeEffects(notices), [noticeRows(ctx, notices)]);
  const [made] = (done?.results ?? []) as { id: number; isWaiting: number }[];
  if (!made) return "repeated";
  return {
    id: made.id,
    eventId,
    userId,
    status: "Pending",
    isWaiting: made.isWaiting === 1,
    processedBy: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** A request with its event. */
async function findRequest(ctx: RequestContext, id: number) {
  const [row] = await ctx.db
    .select({ request: participationRequests, event: storedFields })
    .from(participationRequests)
    .innerJoin(events, eq(events.id, participationRequests.eventId))
    .where(eq(participationRequests.id, id));
  return row ?? null;
}

/** How often a change is tried when the waiting list moves between the read and the write. */
const TRIES = 5;

/** Withdraws the caller's request. An accepted applicant leaves the event; a declined request stays. */
export async function withdraw(
  ctx: RequestContext,
  { userId }: Caller,
  id: number,
): Promise<"done" | "missing" | "decided" | "moved"> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await findRequest(ctx, id);
    if (found?.request.userId !== userId) return "missing";
    const { request, event } = found;
    if (request.status === "Declined") return "decided";
    const [offer, told] = await Promise.all([
      offerAfterRequest(ctx, event, request),
      request.status === "Accepted" ? departureNotices(ctx, event, userId) : [],
    ]);
    const remove = ctx.db
      .delete(participationRequests)
      .where(and(eq(participationRequests.id, id), unchanged(request), offer.guard));
    const leave = ctx.db.run(
      sql`DELETE FROM event_members WHERE event_id = ${event.id} AND user_id = ${userId}`,
    );
    const gone = request.status === "Accepted" ? [leave, noticeRows(ctx, told)] : [];
    const ended =
      request.status === "Accepted"
        ? recheckParticipants(event, acceptedMemberIds(event.members), ctx.now())
        : [];
    const effects = [...noticeEffects(told), ...offer.effects, ...ended];
    if (await commit(ctx, remove, effects, [...gone, ...offer.rest])) return "done";
  }
  return "moved";
}

/** `missing`: no such request, or it is decided already. */
export type Decision = "done" | "missing" | "forbidden" | "full" | "moved" | "age" | "over";

/** Accepts a request if there is a seat, the event is not over, and age and blocks allow it. A block is `missing`. */
export async function accept(ctx: RequestContext, caller: Caller, id: number): Promise<Decision> {
  const found = await findDecidable(ctx, caller, id);
  if (typeof found === "string") return found;
  const { request, event } = found;
  const { people, blocks } = await loadRelations(ctx, caller, [{ id: request.userId }]);
  const [applicant] = people;
  if (!applicant || blocks.has(request.userId) || event.creatorBlocks.has(request.userId)) return "missing";
  if (isOver(event, ctx.now())) return "over";
  if (newcomerFault(event, applicant.age)) return "age";
  const notices = [
    participationNotice(
      request.userId,
      event,
      "PARTICIPATION_REQUEST_ACCEPTED",
      `Ваша заявка на участие в мероприятии «${event.name}» принята.`,
    ),
  ];
  const now = ctx.now();
  // A present member takes no further seat; anybody else needs a free one within this statement.
  const change = ctx.db.run(sql`UPDATE participation_requests AS r
    SET status = 'Accepted', is_waiting = 0, processed_by = ${caller.userId}, updated_at = ${now}
    WHERE id = ${id} AND status = 'Pending' AND (
      EXISTS (SELECT 1 FROM event_members WHERE event_id = r.event_id AND user_id = r.user_id)
      OR coalesce(${seatsOf(sql`r.event_id`)}
        < (SELECT max_members FROM events WHERE id = r.event_id), 1))`);
  const join =
    ctx.db.run(sql`INSERT INTO event_members (event_id, user_id, is_organizer, joined_at, accepted_at)
    VALUES (${event.id}, ${request.userId}, 0, ${now}, ${now})
    ON CONFLICT DO UPDATE SET accepted_at = coalesce(accepted_at, excluded.accepted_at)`);
  const done = await commit(ctx, change, noticeEffects(notices), [
    join,
    markFull(ctx, event.id),
    noticeRows(ctx, notices),
  ]);
  if (!done) return (await findRequest(ctx, id))?.request.status === "Pending" ? "full" : "missing";
  return "done";
}

/** Declines a request. The applicant can't ask again. */
export async function decline(
  ctx: RequestContext,
  caller: Caller,
  id: number,
): Promise<Exclude<Decision, "full" | "age" | "over">> {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = await findDecidable(ctx, caller, id);
    if (typeof found === "string") return found;
    const { request, event } = found;
    const notice = participationNotice(
      request.userId,
      event,
      "PARTICIPATION_REQUEST_REJECTED",
      `Ваша заявка на участие в мероприятии «${event.name}» отклонена.`,
    );
    const offer = await offerAfterRequest(ctx, event, request);
    const change = ctx.db
      .update(participationRequests)
      .set({ status: "Declined", isWaiting: false, processedBy: caller.userId, updatedAt: ctx.now() })
      .where(and(eq(participationRequests.id, id), unchanged(request), offer.guard))
      .returning({ id: participationRequests.id });
    const effects = [...noticeEffects([notice]), ...offer.effects];
    if (await commit(ctx, change, effects, [noticeRows(ctx, [notice]), ...offer.rest])) return "done";
  }
  return "moved";
}

async function findDecidable(ctx: RequestContext, caller: Caller, id: number) {
  const found = await findRequest(ctx, id);
  if (!found) return "missing";
  if (!mayChange(found.event, caller)) return "forbidden";
  return found.request.status === "Pending" ? found : "missing";
}

/** SQL condition: the request is still as it was read. */
const unchanged = ({ status, isWaiting }: ParticipationRequest) =>
  and(eq(participationRequests.status, status), eq(participationRequests.isWaiting, isWaiting));

/** Offers the seat that this request's applicant holds or was offered, for when the request goes. */
function offerAfterRequest(
  ctx: RequestContext,
  event: StoredEvent,
  request: ParticipationRequest,
): Promise<SeatOffer> {
  return request.status === "Accepted"
    ? offerAfterRemoval(ctx, event, request.userId)
    : computeOffer(ctx, event, event, request.userId);
}

/** Offers the seat of a member who is about to be removed. */
export function offerAfterRemoval(
  ctx: RequestContext,
  event: StoredEvent,
  userId: number,
): Promise<SeatOffer> {
  const members = event.members.filter((member) => member.userId !== userId);
  return computeOffer(ctx, event, { ...event, members }, userId);
}

async function computeOffer(
  ctx: RequestContext,
  event: StoredEvent,
  after: StoredEvent,
  without: number,
): Promise<SeatOffer> {
  const waitlist = await waitlistOf(ctx, event.id, [without]);
  return offerSeats(ctx, event, waitlist, freeSeats(event.maxMembers, seatsTaken(after)));
}
