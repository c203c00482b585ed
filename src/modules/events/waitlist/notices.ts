/** What applicants and hosts are told of each other. */
import type { RequestContext } from "../../../platform/runtime.ts";
import { calledName, findProfile } from "../../identity/index.ts";
import type { Notice } from "../../notifications/index.ts";
import type { Gathering } from "../listing.ts";

/** What the hosts hear when a member leaves. */
export async function farewells(ctx: RequestContext, event: Gathering, userId: number): Promise<Notice[]> {
  const member = await findProfile(ctx, userId);
  if (!member) return [];
  const words = `${calledName(member.user)} больше не участвует в мероприятии «${event.name}».`;
  return hostsOf(event).map((host) => noticeTo(host, event, "PARTICIPATION_LEFT", words));
}

/** Whom a request is brought to: the organizers, or who made the event when there are none. */
export function hostsOf({ creatorId, members }: Gathering): number[] {
  const organizers = members.filter(({ isOrganizer }) => isOrganizer).map(({ userId }) => userId);
  return organizers.length > 0 || creatorId === null ? organizers : [creatorId];
}

export function noticeTo(userId: number, event: Gathering, type: string, message: string): Notice {
  return {
    userId,
    type,
    title: "Заявка на участие",
    message,
    about: `event:${event.id}`,
    ref: `participation:${crypto.randomUUID()}`,
  };
}
