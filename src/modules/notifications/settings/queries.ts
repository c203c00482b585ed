/** Reads what notifications people want. */
import { type SQL, sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { Channel, NotificationKind } from "./kinds.ts";
import { isWanted, type NotificationSettings } from "./rules.ts";

/**
 * SQL value: a person's settings as JSON, for a statement that reads more of them. Parse it with `parseSettings`. `user`
 * selects the id. Whether they want reminders by mail is a column of the account, where the Rideshare app sets it.
 */
export function settingsJson(ctx: RequestContext, user: SQL | number): SQL<string> {
  return sql<string>`(SELECT json_object('receives', coalesce(s.receives, 1), 'from', s.quiet_from, 'to', s.quiet_to,
      'zone', coalesce(p.time_zone, ${ctx.runtime.settings.timeZone}), 'mail_reminders', p.mail_reminders,
      'chosen', (SELECT json_group_object(c.kind, json_object('push', c.push, 'email', c.email))
        FROM notification_choices c WHERE c.user_id = p.id))
    FROM users p LEFT JOIN notification_settings s ON s.user_id = p.id WHERE p.id = ${user})`;
}

interface StoredSettings {
  readonly receives: number;
  readonly from: number | null;
  readonly to: number | null;
  readonly zone: string;
  readonly mail_reminders: number;
  readonly chosen: Readonly<Record<string, Readonly<Record<Channel, number | null>>>>;
}

export function parseSettings(json: string): NotificationSettings {
  const { receives, from, to, zone, mail_reminders, chosen } = JSON.parse(json) as StoredSettings;
  const flags = ({ push, email }: Record<Channel, number | null>) => ({
    ...(push !== null && { push: push === 1 }),
    ...(email !== null && { email: email === 1 }),
  });
  const choices = Object.fromEntries(Object.entries(chosen).map(([kind, row]) => [kind, flags(row)]));
  return {
    receives: receives === 1,
    chosen: { ...choices, reminders: { ...choices.reminders, email: mail_reminders === 1 } },
    quietHours: from === null || to === null ? null : { from, to },
    timeZone: zone,
  };
}

/** Null when there is no such account. */
export async function findSettings(
  ctx: RequestContext,
  userId: number,
): Promise<NotificationSettings | null> {
  const [row] = await ctx.db.all<{ settings: string | null }>(
    sql`SELECT ${settingsJson(ctx, userId)} AS settings`,
  );
  return row?.settings ? parseSettings(row.settings) : null;
}

/** Whether this kind may reach the person by this channel at `at` (epoch ms); false when there is no such account. */
export async function wants(
  ctx: RequestContext,
  kind: NotificationKind,
  channel: Channel,
  userId: number,
  at: number = ctx.now(),
): Promise<boolean> {
  const settings = await findSettings(ctx, userId);
  return settings !== null && isWanted(kind, channel, settings, at);
}

/** SQL condition: the person wants letters of this kind, as `isWanted` says. `user` selects the id. */
export function wantsLetters(kind: NotificationKind, user: SQL | number): SQL {
  if (kind === "reminders") return sql`(SELECT p.mail_reminders FROM users p WHERE p.id = ${user})`;
  return sql`NOT EXISTS (SELECT 1 FROM notification_choices c
    WHERE c.user_id = ${user} AND c.kind = ${kind} AND c.email = 0)`;
}
