/** Signed links in event letters: leave an event, or accept being named in it, without signing in. */
import { isSigned, signedUrls } from "../../../platform/http/pages/signed-links.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

const PURPOSE = "event-membership";

export type MemberAct = "accept" | "leave";

export interface MemberLinks {
  readonly leave: string;
  /** Only for a member who has not accepted yet. */
  readonly accept?: string;
}

/** One signature covers both acts of one person in one event. It ends with the event. */
export async function memberLinks(
  ctx: RequestContext,
  uuid: string,
  userId: number,
  accepted: boolean,
): Promise<{ links: MemberLinks }> {
  const toUrl = await signedUrls(ctx, PURPOSE, { person: userId }, [uuid, userId]);
  const url = (act: MemberAct) => toUrl(`/events/${uuid}/${act}`);
  const leave = url("leave");
  return { links: accepted ? { leave } : { leave, accept: url("accept") } };
}

/** True when the signature is good for this person in this event. */
export function opensMembership(
  ctx: RequestContext,
  uuid: string,
  userId: number,
  signature: string,
): Promise<boolean> {
  return isSigned(ctx, PURPOSE, [uuid, userId], signature);
}
