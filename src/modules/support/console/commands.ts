/** What operators have read. */
import { sql } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

/** Moves the caller's mark forward to a message, never back. False when the ticket has no such message. */
export async function markRead(
  ctx: RequestContext,
  caller: Caller,
  ticketId: string,
  messageId: string,
): Promise<boolean> {
  const marked = await ctx.db.all(sql`
    INSERT INTO support_reads (user_id, ticket_id, read_at)
    SELECT ${caller.userId}, ticket_id, created_at FROM support_messages
    WHERE id = ${messageId} AND ticket_id = ${ticketId}
    ON CONFLICT (user_id, ticket_id) DO UPDATE SET read_at = max(read_at, excluded.read_at)
    RETURNING read_at`);
  return marked.length > 0;
}

/** Sets the caller's mark before the newest message of others. False when nobody else has written. */
export async function markUnread(ctx: RequestContext, caller: Caller, ticketId: string): Promise<boolean> {
  const marked = await ctx.db.all(sql`
    INSERT INTO support_reads (user_id, ticket_id, read_at)
    SELECT ${caller.userId}, ticket_id, created_at - 1 FROM (SELECT ticket_id, created_at FROM support_messages
      WHERE ticket_id = ${ticketId} AND author_id <> ${caller.userId} ORDER BY created_at DESC LIMIT 1)
    WHERE true ON CONFLICT (user_id, ticket_id) DO UPDATE SET read_at = excluded.read_at
    RETURNING read_at`);
  return marked.length > 0;
}

/** How long marks of finished conversations are kept. */
const KEPT_FOR = 90 * 24 * 3600_000;

/** Nightly: without a mark, a finished conversation counts as read up to its end. */
export async function purgeReads(ctx: RequestContext): Promise<void> {
  await ctx.db.run(sql`DELETE FROM support_reads WHERE read_at < ${ctx.now() - KEPT_FOR}
    AND ticket_id IN (SELECT id FROM support_tickets WHERE status IN ('RESOLVED', 'CLOSED'))`);
}
