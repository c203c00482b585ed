/** Sends reminders before an event, half an hour unless it has leads of its own: one for each person, event, start and lead. */
import { sql } from "drizzle-orm";
import { isUniqueViolation } from "../../../platform/db/client.ts";
import { commit } from "../../../platform/db/outbox.ts";
import type { Locale } from "../../../platform/http/text.ts";
import { mailEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { unsubscribeUrl, wantsLetters } from "../../notifications/index.ts";
import { eventFields } from "../queries.ts";
import { DEFAULT_LEAD } from "../rules.ts";
import { events } from "../tables.ts";
import { letterFacts } from "./letters.ts";
import { memberLinks } from "./links.ts";
import { eventReminder } from "./templates.ts";

/**
 * Reminds the members of every event whose reminder is due. A moved start is announced again. The letters and
 * the rows that mark them as sent are one transaction, and a mark is unique: of two concurrent runs one fails as a whole
 * and reads again. Returns how many reminders were sent.
 */
export async function sendReminders(ctx: RequestContext, batch = 300): Promise<number> {
  let sent = 0;
  for (let round = 0; round < 100; round++) {
    const due = await dueReminders(ctx, batch);
    if (due.length === 0) return sent;
    const marks = due.map(({ eventId, userId, letter: { startsAt, lead } }) => ({
      ...{ eventId, userId, startsAt, lead },
    }));
    const mark = ctx.db.run(sql`INSERT INTO event_reminders (event_id, user_id, starts_at, lead, sent_at)
      SELECT value ->> 'eventId', value ->> 'userId', value ->> 'startsAt', value ->> 'lead', ${ctx.now()} FROM json_each(${JSON.stringify(marks)})`);
    const effects = await Promise.all(
      due.map(async ({ uuid, userId, accepted, email, locale, letter }) => {
        const links = await memberLinks(ctx, uuid, userId, accepted);
        const unsubscribe = await unsubscribeUrl(ctx, userId, "reminders");
        return mailEffect(
          "event.reminder",
          eventReminder,
          email,
          locale,
          { ...letter, ...links },
          { unsubscribe },
        );
      }),
    );
    try {
      await commit(ctx, mark, effects);
      sent += due.length;
    } catch (error) {
      if (!isUniqueViolation(error, "event_reminders")) throw error;
    }
  }
  return sent;
}

const DEFAULT = DEFAULT_LEAD * 60_000;

/**
 * Ms for which a reminder stays due: for people who join and runs that were missed. The default lead is as long, so that
 * it is due until the start.
 */
const DUE = DEFAULT;

/**
 * SQL query: events with a reminder that is due, and its lead in ms. Of several that are due only the one nearest to the
 * start is sent: an event that is made late sends one letter.
 */
const dueEvents = (now: number) => sql`
  SELECT id AS event_id, starts_at, ${DEFAULT} AS lead FROM events
    WHERE reminder_leads IS NULL AND starts_at > ${now} AND starts_at <= ${now + DEFAULT}
  UNION ALL
  SELECT t.event_id, e.starts_at, min(t.lead) FROM event_reminder_times t JOIN events e ON e.id = t.event_id
    WHERE t.at > ${now - DUE} AND t.at <= ${now} AND e.starts_at > ${now} GROUP BY t.event_id`;

/** Members to remind now, with the facts of their letters. Two statements. */
async function dueReminders(ctx: RequestContext, limit: number) {
  const now = ctx.now();
  const rows = await ctx.db.all<{
    event_id: number;
    user_id: number;
    lead: number;
    accepted: number;
    email: string;
    locale: Locale;
    time_zone: string | null;
  }>(sql`
    SELECT m.event_id, m.user_id, e.lead, m.accepted_at IS NOT NULL AS accepted, u.email, u.locale, u.time_zone
    FROM (${dueEvents(now)}) AS e JOIN event_members m ON m.event_id = e.event_id JOIN users u ON u.id = m.user_id
    LEFT JOIN event_reminders r ON r.event_id = m.event_id AND r.user_id = m.user_id
      AND r.starts_at = e.starts_at AND r.lead = e.lead
    WHERE r.event_id IS NULL AND u.email IS NOT NULL AND u.is_active AND ${wantsLetters("reminders", sql`u.id`)}
    ORDER BY e.starts_at LIMIT ${limit}`);
  if (rows.length === 0) return [];
  const ids = JSON.stringify([...new Set(rows.map((row) => row.event_id))]);
  const about = await ctx.db
    .select(eventFields)
    .from(events)
    .where(sql`${events.id} IN (SELECT value FROM json_each(${ids}))`);
  const byId = new Map(about.map((event) => [event.id, event]));
  return rows.flatMap(({ event_id: eventId, user_id: userId, lead, accepted, email, locale, time_zone }) => {
    const event = byId.get(eventId);
    if (!event) return [];
    const letter = { ...letterFacts(ctx, event, event.members), readerZone: time_zone, lead };
    return [{ eventId, uuid: event.uuid, userId, accepted: accepted === 1, email, locale, letter }];
  });
}
