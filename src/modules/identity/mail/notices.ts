/** Security letters: what an account's owner is told of it at once. They always go, and nobody can unsubscribe. */
import type { Effect } from "../../../platform/db/outbox.ts";
import { mailEffect, smsEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { User } from "../accounts/queries.ts";
import { type SecurityEvent, securityNotice, securitySms, undoContact, undoSms } from "./templates.ts";

type Owner = Pick<User, "id" | "username" | "email" | "phone" | "locale">;

/**
 * A letter to the account's address, and to those that it had within the last 7 days, since a change of address may be
 * an intruder's first step. An account without an address is told by phone.
 */
export function securityNotices(
  ctx: RequestContext,
  owner: Owner,
  event: SecurityEvent,
  formerEmails: readonly string[] = [],
): Effect[] {
  const { username, locale } = owner;
  const { address, userAgent } = ctx.client;
  const data = { event, username, at: new Date(ctx.now()).toISOString(), address, userAgent };
  const emails = new Set([...(owner.email ? [owner.email] : []), ...formerEmails]);
  if (emails.size > 0)
    return [...emails].map((to) => mailEffect("identity.security", securityNotice, to, locale, data, true));
  return owner.phone ? [smsEffect(owner.phone, securitySms(event, locale))] : [];
}

/** A new address or phone, told to where the account is known already beside it. */
export function contactChanged(
  ctx: RequestContext,
  before: Owner,
  kind: "email" | "phone",
  formerEmails: readonly string[],
): Effect[] {
  return securityNotices(ctx, { ...before, [kind]: null }, `${kind}_changed`, formerEmails);
}

/** Told to the former address or phone, with the link that takes the change back. */
export function undoOffer(
  { username, locale, ...before }: Owner,
  kind: "email" | "phone",
  value: string | null,
  url: string,
): Effect {
  const to = before[kind] ?? "";
  if (kind === "phone") return smsEffect(to, undoSms(url, locale), undefined, url);
  const data = { url, username, now: value === null ? null : masked(value) };
  return mailEffect("identity.undo_email", undoContact, to, locale, data, true);
}

/** `a•••@example.com`: enough to know one's own. */
function masked(email: string): string {
  const at = email.indexOf("@");
  return `${email.slice(0, 1)}•••${email.slice(at)}`;
}
