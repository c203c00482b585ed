/** Notices to applicants and organizers about requests to take part. */
import type { RequestContext } from "../../../platform/runtime.ts";
import { displayName, findProfile } from "../../identity/index.ts";
import type { Notice, PushWords } from "../../notifications/index.ts";
import type { EventDetails } from "../details/queries.ts";

/** Tells the organizers that a member left. */
export async function departureNotices(
  ctx: RequestContext,
  event: EventDetails,
  userId: number,
): Promise<Notice[]> {
  const member = await findProfile(ctx, userId);
  if (!member) return [];
  const words = `${displayName(member.user)} больше не участвует в мероприятии «${event.name}».`;
  return organizerIds(event).map((host) => participationNotice(host, event, "PARTICIPATION_LEFT", words));
}

/** Who decides on requests: the organizers, or the creator when there are none. */
export function organizerIds({ creatorId, members }: EventDetails): number[] {
  const organizers = members.filter(({ isOrganizer }) => isOrganizer).map(({ userId }) => userId);
  return organizers.length > 0 || creatorId === null ? organizers : [creatorId];
}

const PUSHED = {
  PARTICIPATION_REQUEST: "participation_requested",
  PARTICIPATION_REQUEST_ACCEPTED: "participation_accepted",
  PARTICIPATION_REQUEST_REJECTED: "participation_declined",
  PARTICIPATION_LEFT: "participation_left",
} as const satisfies Record<string, PushWords>;

export function participationNotice(
  userId: number,
  event: EventDetails,
  type: keyof typeof PUSHED,
  message: string,
): Notice {
  return {
    userId,
    type,
    title: "Заявка на участие",
    message,
    about: `event:${event.id}`,
    ref: `participation:${crypto.randomUUID()}`,
    words: PUSHED[type],
    subject: event.name,
  };
}
