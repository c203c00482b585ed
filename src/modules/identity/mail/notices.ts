/** Security notices to an account's owner. They are always sent; there is no way to unsubscribe. */
import type { Effect } from "../../../platform/db/outbox.ts";
import { mailEffect, smsEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { User } from "../accounts/queries.ts";
import { type SecurityEvent, securityNotice, securitySms, undoContact, undoSms } from "./templates.ts";

type Owner = Pick<User, "id" | "username" | "email" | "phone" | "locale" | "timeZone">;

/**
 * Mails a notice to the account's address and to its addresses of the last 7 days, because an intruder may have changed
 * the address first. An account without an address gets a text message.
 */
export function securityNotices(
  ctx: RequestContext,
  owner: Owner,
  event: SecurityEvent,
  formerEmails: readonly string[] = [],
): Effect[] {
  const { username, locale } = owner;
  const { address, userAgent } = ctx.client;
  const timeZone = owner.timeZone ?? ctx.runtime.settings.timeZone;
  const data = { event, username, at: new Date(ctx.now()).toISOString(), timeZone, address, userAgent };
  const emails = new Set([...(owner.email ? [owner.email] : []), ...formerEmails]);
  if (emails.size > 0)
    return [...emails].map((to) =>
      mailEffect("identity.security", securityNotice, to, locale, data, { secret: true }),
    );
  return owner.phone ? [smsEffect(owner.phone, securitySms(event, locale))] : [];
}

/** Announces a new address or phone to the account's other contacts. */
export function contactChanged(
  ctx: RequestContext,
  before: Owner,
  kind: "email" | "phone",
  formerEmails: readonly string[],
): Effect[] {
  return securityNotices(ctx, { ...before, [kind]: null }, `${kind}_changed`, formerEmails);
}

/** Announces a change to the former address or phone, with a link that undoes it. */
export function undoOffer(
  { username, locale, ...before }: Owner,
  kind: "email" | "phone",
  value: string | null,
  url: string,
): Effect {
  const to = before[kind] ?? "";
  if (kind === "phone") return smsEffect(to, undoSms(url, locale), undefined, url);
  const data = { url, username, now: value === null ? null : masked(value) };
  return mailEffect("identity.undo_email", undoContact, to, locale, data, { secret: true });
}

/** `a•••@example.com`: enough for the owner to recognize the address. */
function masked(email: string): string {
  const at = email.indexOf("@");
  return `${email.slice(0, 1)}•••${email.slice(at)}`;
}
