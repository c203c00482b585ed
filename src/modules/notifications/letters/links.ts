/** The signed links that end letters of one kind to one person, without a sign-in. */
import { isSigned, signedUrl } from "../../../platform/http/pages/signed-links.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { hasChannel, type NotificationKind } from "../settings/kinds.ts";

const PURPOSE = "unsubscribe";

/** What a page does. Both take the same parameters, and one signature. */
export type LetterAct = "unsubscribe" | "subscribe";

/** For `mailEffect`: letters of this kind carry it as link and as header. It never expires: an old letter ends the next ones too. */
export function unsubscribeUrl(ctx: RequestContext, userId: number, kind: NotificationKind): Promise<string> {
  const act: LetterAct = "unsubscribe";
  return signedUrl(ctx, PURPOSE, `/letters/${act}`, { person: userId, kind }, [userId, kind]);
}

/** The kind that a link names, if its signature is good and letters of it can be turned off; otherwise null. */
export async function kindOfLink(
  ctx: RequestContext,
  { person, kind, signature }: { readonly person: number; readonly kind: string; readonly signature: string },
): Promise<NotificationKind | null> {
  if (!hasChannel(kind, "email")) return null;
  return (await isSigned(ctx, PURPOSE, [person, kind], signature)) ? kind : null;
}
