/** Ends letters to an address when its mail server or its reader says so. */
import { sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import { fill } from "../../../platform/http/messages.ts";
import { type Locale, text } from "../../../platform/http/text.ts";
import { type Suppression, suppressAddress } from "../../../platform/mail/suppressions.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Notice, noticeEffects, noticeRows } from "../notices.ts";

const TITLE = text("Letters to you come back", "Письма к вам возвращаются");
const MESSAGE = text(
  "A letter to {address} could not be delivered, so no more are sent there. Please check the address in your profile.",
  "Письмо на {address} не удалось доставить, поэтому больше на этот адрес они не отправляются. Проверьте адрес в профиле.",
);

export interface MailReport {
  readonly reason: Suppression;
  /** In their stored form. */
  readonly addresses: readonly string[];
  /** What the mail server said. */
  readonly detail: string;
}

/**
 * Puts the addresses on the list, and tells people in the app whose letters came back. An address that is no account's is
 * passed over, and a repeat changes nothing.
 */
export async function endLetters(ctx: RequestContext, report: MailReport): Promise<void> {
  const people = await ctx.db.all<{ userId: number; email: string; locale: Locale }>(sql`
    SELECT id AS userId, email, locale FROM users
    WHERE email IN (SELECT value FROM json_each(${JSON.stringify(report.addresses)}))`);
  for (const person of people) {
    const notices = report.reason === "bounce" ? [returnedNotice(ctx, person)] : [];
    const suppress = suppressAddress(ctx, person.email, report.reason, report.detail);
    await commit(ctx, suppress, noticeEffects(notices), notices.length > 0 ? [noticeRows(ctx, notices)] : []);
  }
}

const returnedNotice = (
  ctx: RequestContext,
  { userId, email, locale }: { userId: number; email: string; locale: Locale },
): Notice => ({
  userId,
  type: "MAIL_RETURNED",
  title: TITLE[locale],
  message: fill(MESSAGE, { address: email })[locale],
  about: null,
  ref: `mail-returned:${ctx.now()}`,
  words: "mail_returned",
});
