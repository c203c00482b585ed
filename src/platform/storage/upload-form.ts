/** The signed form of an upload: key, type, size and expiry. Made at the start, checked when the form arrives. */
import { equalInConstantTime } from "../crypto/digest.ts";
import { refuse } from "../http/errors.ts";
import { text } from "../http/text.ts";
import type { RequestContext } from "../runtime.ts";

/** Lifetime of a form in seconds. */
const FORM_LIFETIME = 3600;

export interface UploadTicket {
  readonly id: number;
  readonly key: string;
  readonly contentType: string;
  /** Exact size in bytes; null when the client did not announce it. */
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

/** The form's fields, in the order in which they must be sent. */
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

/** Reads the ticket of a submitted form, and whether it has expired. Refuses an invalid signature with 403. */
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
