/** What members do themselves: accept being named in an event, and leave it. */
import { and, eq, sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { noticeEffects, noticeRows } from "../../notifications/index.ts";
import { acceptedMemberIds, recheckParticipants } from "../co-participants.ts";
import { type EventRef, findStored } from "../commands/loading.ts";
import { offerAfterRemoval } from "../participation/commands.ts";
import { departureNotices } from "../participation/notices.ts";
import { eventMembers } from "../tables.ts";

/** Accepts being named in an event. Repeatable. False for a user who is not a member. */
export async function acceptMembership(ctx: RequestContext, userId: number, ref: EventRef): Promise<boolean> {
  const event = "id" in ref ? sql`${ref.id}` : sql`(SELECT id FROM events WHERE uuid = ${ref.uuid})`;
  const accepted = await ctx.db
    .update(eventMembers)
    .set({ acceptedAt: sql`coalesce(${eventMembers.acceptedAt}, ${ctx.now()})` })
    .where(and(sql`${eventMembers.eventId} = ${event}`, eq(eventMembers.userId, userId)))
    .returning({ userId: eventMembers.userId });
  return accepted.length > 0;
}

/** How often leaving is tried when the waiting list moves between the read and the write. */
const TRIES = 5;

/** Removes a member at their own request. The seat is offered to the waiting list, and the organizers are told. */
export async function leaveEvent(
  ctx: RequestContext,
  userId: number,
  ref: EventRef,
): Promise<"done" | "missing" | "moved"> {
  for (let tries = 0; tries < TRIES; tries++) {
    const event = await findStored(ctx, ref);
    if (!event?.members.some((member) => member.userId === userId)) return "missing";
    const [offer, notices] = await Promise.all([
      offerAfterRemoval(ctx, event, userId),
      departureNotices(ctx, event, userId),
    ]);
    const remove = ctx.db.run(sql`DELETE FROM event_members
      WHERE event_id = ${event.id} AND user_id = ${userId} AND ${offer.guard}`);
    const forget = ctx.db.run(sql`DELETE FROM participation_requests
      WHERE event_id = ${event.id} AND user_id = ${userId} AND status = 'Accepted'`);
    const ended = recheckParticipants(event, acceptedMemberIds(event.members), ctx.now());
    const effects = [...noticeEffects(notices), ...offer.effects, ...ended];
    if (await commit(ctx, remove, effects, [forget, noticeRows(ctx, notices), ...offer.rest])) return "done";
  }
  return "moved";
}
