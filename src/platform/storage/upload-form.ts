/** The signed form of an upload: what may be sent where, until when. Made at the start, checked at the form's door. */
import { equalInConstantTime } from "../crypto/digest.ts";
import { refuse } from "../http/errors.ts";
import { text } from "../http/text.ts";
import type { RequestContext } from "../runtime.ts";

/** Seconds that a form is good for. */
const FORM_LIFETIME = 3600;

export interface UploadTicket {
  readonly id: number;
  readonly key: string;
  readonly contentType: string;
  /** Bytes, exact; null when the client did not say. */
  readonly size: number | null;
}

export const uploadMessages = {
  signature: text("The signature of this upload form is not valid.", "Подпись этой формы недействительна."),
  expired: text(
    "This upload form has expired. Start again.",
    "Срок действия этой формы истёк. Начните заново.",
  ),
  used: text(
    "This upload form was used already. Start again.",
    "Эта форма уже использована. Начните заново.",
  ),
};

/** The form's fields, in the order in which they are to be sent. */
export async function signForm(ctx: RequestContext, ticket: UploadTicket): Promise<Record<string, string>> {
  const expires = Math.floor(ctx.now() / 1000) + FORM_LIFETIME;
  return {
    key: ticket.key,
    "Content-Type": ticket.contentType,
    "x-caravan-file": String(ticket.id),
    ...(ticket.size === null ? {} : { "x-caravan-size": String(ticket.size) }),
    "x-caravan-expires": String(expires),
    "x-caravan-signature": await signature(ctx, ticket, expires),
  };
}

/** The ticket of a form that came back, and whether its time is over. Refuses with 403 what was not signed here. */
export async function readForm(
  ctx: RequestContext,
  fields: ReadonlyMap<string, string>,
): Promise<{ ticket: UploadTicket; expired: boolean }> {
  const field = (name: string) => fields.get(name) ?? "";
  const size = fields.get("x-caravan-size");
  const ticket: UploadTicket = {
    id: Number(field("x-caravan-file")),
    key: field("key"),
    contentType: field("Content-Type"),
    size: size === undefined ? null : Number(size),
  };
  const expires = Number(field("x-caravan-expires"));
  const expected = await signature(ctx, ticket, expires);
  if (!equalInConstantTime(field("x-caravan-signature"), expected))
    throw refuse(403, uploadMessages.signature);
  return { ticket, expired: expires * 1000 <= ctx.now() };
}

function signature(ctx: RequestContext, ticket: UploadTicket, expires: number): Promise<string> {
  const { id, key, contentType, size } = ticket;
  return ctx.runtime.keys.hmac("upload", id, key, contentType, size ?? "", expires);
}
