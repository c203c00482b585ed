/** Reminders 30, 7 and 1 days before a document expires, each once. */
import { sql } from "drizzle-orm";
import { isUniqueViolation } from "../../platform/db/client.ts";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import type { Locale } from "../../platform/http/text.ts";
import { mailEffect } from "../../platform/mail/mail.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { unsubscribeUrl, wantsLetters } from "../notifications/index.ts";
import { documentExpires } from "./mails.ts";

interface Due {
  readonly id: number;
  readonly user_id: number;
  readonly name: string;
  readonly kind: string;
  readonly expires_on: string;
  readonly days_left: number;
  /** The reminder that is due: 30, 7 or 1. */
  readonly days: number;
  readonly email: string;
  readonly locale: Locale;
}

/**
 * Reminds owners of documents that expire within 30 days (dates in UTC). A document that is added late gets only the
 * nearest reminder. Marks and mails are one transaction and marks are unique, so a second run fails as a whole.
 */
export async function sendExpiryReminders(ctx: RequestContext, batch = 300): Promise<number> {
  let sent = 0;
  for (let round = 0; round < 100; round++) {
    const due = await dueReminders(ctx, batch);
    if (due.length === 0) return sent;
    const mark = ctx.db.run(sql`INSERT INTO document_reminders (document_id, expires_on, days, sent_at)
      SELECT value ->> 'id', value ->> 'expires_on', value ->> 'days', ${ctx.now()} FROM json_each(${JSON.stringify(due)})`);
    const effects = await Promise.all(due.map((each) => letterAbout(ctx, each)));
    try {
      await commit(ctx, mark, effects, [], due.length);
      sent += due.length;
    } catch (error) {
      if (!isUniqueViolation(error, "document_reminders")) throw error;
    }
  }
  return sent;
}

async function letterAbout(ctx: RequestContext, due: Due): Promise<Effect> {
  const { name, kind, expires_on: expiresOn, days_left: daysLeft, email, locale } = due;
  const unsubscribe = await unsubscribeUrl(ctx, due.user_id, "reminders");
  const data = { name, kind, expiresOn, daysLeft };
  return mailEffect("document.expires", documentExpires, email, locale, data, { unsubscribe });
}

async function dueReminders(ctx: RequestContext, limit: number): Promise<Due[]> {
  const day = (ahead: number) => new Date(ctx.now() + ahead * 24 * 3600_000).toISOString().slice(0, 10);
  const today = day(0);
  return ctx.db.all<Due>(sql`
    SELECT due.* FROM (
      SELECT d.id, d.user_id, d.name, d.kind, d.expires_on, u.email, u.locale,
        CAST(julianday(d.expires_on) - julianday(${today}) AS INTEGER) AS days_left,
        CASE WHEN d.expires_on <= ${day(1)} THEN 1 WHEN d.expires_on <= ${day(7)} THEN 7 ELSE 30 END AS days
      FROM documents d JOIN users u ON u.id = d.user_id
      WHERE d.expires_on BETWEEN ${today} AND ${day(30)} AND u.email IS NOT NULL AND u.is_active
        AND ${wantsLetters("reminders", sql`u.id`)}
    ) AS due
    LEFT JOIN document_reminders r ON r.document_id = due.id AND r.expires_on = due.expires_on AND r.days = due.days
    WHERE r.document_id IS NULL
    ORDER BY due.expires_on LIMIT ${limit}`);
}
