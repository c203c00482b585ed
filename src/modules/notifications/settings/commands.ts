/** Stores what notifications a person wants. */
import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { runBatch } from "../../../platform/db/client.ts";
import { notFound } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { changeAccount } from "../../identity/index.ts";
import { notificationSettings } from "../tables.ts";
import type { Channel, NotificationKind } from "./kinds.ts";
import type { QuietHours } from "./rules.ts";

export type Choices = Partial<Record<NotificationKind, Partial<Record<Channel, boolean | undefined>>>>;

/** Only what is given changes. */
export interface SettingsChange {
  readonly receives?: boolean | undefined;
  readonly choices?: Choices | undefined;
  /** Null turns them off. */
  readonly quietHours?: QuietHours | null | undefined;
}

/** One transaction. Throws 404 when there is no such account. */
export async function changeSettings(
  ctx: RequestContext,
  userId: number,
  change: SettingsChange,
): Promise<void> {
  const { choices = {} } = change;
  const statements = [...storeSettings(ctx, userId, change), ...storeChoices(ctx, userId, choices)];
  const mailReminders = choices.reminders?.email;
  if (mailReminders === undefined) {
    if (statements.length > 0) await runBatch(ctx.db, statements);
    return;
  }
  const changed = await changeAccount(ctx, userId, { mailReminders }, { also: statements });
  if (!changed.ok) throw notFound();
}

function storeSettings(
  ctx: RequestContext,
  userId: number,
  { receives, quietHours }: SettingsChange,
): BatchItem<"sqlite">[] {
  const set = {
    ...(receives !== undefined && { receives }),
    ...(quietHours !== undefined && { quietFrom: quietHours?.from ?? null, quietTo: quietHours?.to ?? null }),
  };
  if (Object.keys(set).length === 0) return [];
  const target = notificationSettings.userId;
  return [
    ctx.db
      .insert(notificationSettings)
      .values({ userId, ...set })
      .onConflictDoUpdate({ target, set }),
  ];
}

function storeChoices(ctx: RequestContext, userId: number, choices: Choices): BatchItem<"sqlite">[] {
  // Letters before events and expiries are a column of the account.
  const rows = Object.entries(choices)
    .map(([kind, { push, email }]) => ({ kind, push, email: kind === "reminders" ? undefined : email }))
    .filter(({ push, email }) => push !== undefined || email !== undefined);
  if (rows.length === 0) return [];
  return [
    ctx.db.run(sql`INSERT INTO notification_choices (user_id, kind, push, email)
      SELECT ${userId}, value ->> 'kind', value ->> 'push', value ->> 'email' FROM json_each(${JSON.stringify(rows)})
      WHERE true
      ON CONFLICT (user_id, kind) DO UPDATE
        SET push = coalesce(excluded.push, push), email = coalesce(excluded.email, email)`),
  ];
}

/** Turns one kind off or on for one channel, as a link in a letter does. Safe to repeat. */
export async function setWanted(
  ctx: RequestContext,
  userId: number,
  kind: NotificationKind,
  channel: Channel,
  wanted: boolean,
): Promise<void> {
  await changeSettings(ctx, userId, { choices: { [kind]: { [channel]: wanted } } });
}
