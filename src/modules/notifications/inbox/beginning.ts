/**
 * An inbox begins when it is first entered. Until then notices are rows only: nobody is there to be told, and no object is
 * made. The first to enter starts the journal with the rows that are there (`log/beginning.ts`).
 */
import { desc, eq, sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import type { ToldBefore } from "../../../platform/realtime/log/beginning.ts";
import type { Entry } from "../../../platform/realtime/log/entry.ts";
import { WINDOW } from "../../../platform/realtime/log/journal/window.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { bodyOf, type Notification } from "../notices.ts";
import { roomOf } from "../reading.ts";
import { inboxes, notifications } from "../tables.ts";

/**
 * The newest notices of a person, as entries; from now on the inbox is told of each. One transaction: a notice is either
 * among them, or written after it and pushed. Null when the account no longer exists.
 */
export async function toldBefore(ctx: RequestContext, userId: number): Promise<ToldBefore | null> {
  const [, found, newest] = (await runBatch(ctx.db, [
    ctx.db.run(sql`INSERT OR IGNORE INTO inboxes (user_id) SELECT id FROM users WHERE id = ${userId}`),
    ctx.db.select().from(inboxes).where(eq(inboxes.userId, userId)),
    ctx.db
      .select()
      .from(notifications)
      .where(eq(notifications.userId, userId))
      .orderBy(desc(notifications.id))
      .limit(WINDOW.page + 1),
  ])) as [unknown, (typeof inboxes.$inferSelect)[], Notification[]];
  const [inbox] = found;
  if (!inbox) return null;
  return { epoch: null, entries: entriesOf(newest), neverWaited: inbox.neverWaited };
}

/**
 * As the journal would have them. When there are more than are kept they begin at position 2: a client that
 * asks for all of them, from position 0, is told to reload.
 */
function entriesOf(newest: readonly Notification[]): Entry[] {
  const kept = newest.slice(0, WINDOW.page).reverse();
  const before = newest.length > kept.length ? 1 : 0;
  let at = 0;
  return kept
    .flatMap((row): Pick<Entry, "at" | "ref" | "kind" | "body">[] => {
      at = Math.max(at, row.createdAt);
      const notice = { at, ref: row.ref, kind: "notification", body: bodyOf(row) };
      if (!row.isRead) return [notice];
      return [
        notice,
        { at, ref: null, kind: "notification_read", body: { id: row.id, room: roomOf(row.about) } },
      ];
    })
    .map((entry, index) => ({ seq: before + index + 1, author: 0, ...entry }));
}
