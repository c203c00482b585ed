/** Who is told of new and changed events, by letter or in the app, and who is told of a free seat. */
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { EventDetails } from "../details/queries.ts";
import { invitationTo } from "../mail/invitations.ts";
import { letterFacts, type Mailing, mailingOf, type WantedLetter } from "../mail/letters.ts";
import { seatOfferNotice } from "../participation/waitlist.ts";
import { changesBetween } from "./changes.ts";
import type { Relations, StoredEvent } from "./loading.ts";
import type { EventPlan, EventPolicy } from "./plans.ts";

/** Tells each member of a new event once. A creator who organizes it is not told. */
export async function announceCreations(
  ctx: RequestContext,
  caller: Caller,
  relations: Relations,
  made: readonly (EventPlan<null> & { readonly uuid: string })[],
  policy: Pick<EventPolicy, "creatorOrganizes">,
): Promise<Mailing> {
  const at = ctx.now();
  const wanted = made.flatMap(({ uuid, facts, members }): WantedLetter[] => {
    const event = { ...facts, uuid, creatorId: caller.userId, sequence: 0, createdAt: at, updatedAt: at };
    const letter = { ...letterFacts(ctx, facts, members), invitation: invitationTo(ctx, event, members) };
    const people = members.filter(({ userId }) => !policy.creatorOrganizes || userId !== caller.userId);
    return people.map((person) => ({ action: "created", uuid, person, facts: letter }));
  });
  return mailingOf(ctx, caller, relations, wanted);
}

/**
 * Tells members what changed, if anything did, except members who have blocked the caller or whom the caller has blocked.
 * Tells removed members that they were removed, and people on the waiting list of seats that became free.
 */
export async function announceChanges(
  ctx: RequestContext,
  caller: Caller,
  relations: Relations,
  plans: readonly EventPlan<StoredEvent>[],
  after: readonly EventDetails[],
): Promise<Mailing> {
  const pairs = plans.flatMap((plan, index) => {
    const event = after[index];
    return event ? [{ plan, event }] : [];
  });
  const wanted = pairs.flatMap(({ plan: { before }, event }): WantedLetter[] => {
    const changes = changesBetween(before, event);
    if (!changes) return [];
    const { uuid, members } = event;
    const facts = {
      ...letterFacts(ctx, event, members),
      invitation: invitationTo(ctx, event, members),
    };
    const stays = new Set(members.map(({ userId }) => userId));
    const removed = before.members.filter(({ userId }) => !stays.has(userId));
    const concerned = members.filter(({ userId }) => !relations.blocks.has(userId));
    return [
      ...removed.map((person) => ({ action: "left" as const, uuid, person, facts })),
      ...concerned.map((person) => ({
        action: "updated" as const,
        uuid,
        person,
        facts: { ...facts, changes },
      })),
    ];
  });
  const { notices, ...mailing } = await mailingOf(ctx, caller, relations, wanted);
  const offered = pairs.flatMap(({ plan, event }) =>
    plan.requests.filter((request) => request.offered).map(({ userId }) => seatOfferNotice(event, userId)),
  );
  return { ...mailing, notices: [...notices, ...offered] };
}
