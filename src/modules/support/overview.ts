/** Ticket figures for the dashboard. */
import { sql } from "drizzle-orm";
import type { RequestContext } from "../../platform/runtime.ts";

export interface TicketsOverview {
  readonly open: number;
  readonly inProgress: number;
  /** Open tickets without an assignee. */
  readonly unassigned: number;
  /** Tickets whose last message is the author's. */
  readonly waiting: number;
  /** Longest waiting time in seconds; null when no ticket waits. */
  readonly longestWait: number | null;
}

/** One statement over tickets that are not resolved or closed. */
export async function ticketsOverview(ctx: RequestContext): Promise<TicketsOverview> {
  const [figures] = await ctx.db.all<TicketsOverview>(sql`
    WITH live AS (SELECT status, assigned_to, last_message_at, author_id = coalesce((SELECT m.author_id
        FROM support_messages m WHERE m.ticket_id = t.id AND m.is_internal = 0 ORDER BY m.created_at DESC, m.id LIMIT 1),
        author_id) AS waits
      FROM support_tickets t WHERE status IN ('OPEN', 'IN_PROGRESS'))
    SELECT count(*) FILTER (WHERE status = 'OPEN') AS open, count(*) FILTER (WHERE status = 'IN_PROGRESS') AS inProgress,
      count(*) FILTER (WHERE assigned_to IS NULL) AS unassigned, count(*) FILTER (WHERE waits) AS waiting,
      CAST((${ctx.now()} - min(last_message_at) FILTER (WHERE waits)) / 1000 AS INTEGER) AS longestWait FROM live`);
  if (!figures) throw new Error("an aggregate has no row");
  return figures;
}
