/** Archives messages sent on a ticket's socket in D1. Messages sent by REST are there already. */
import { sql } from "drizzle-orm";
import { archiveTogether } from "../../platform/realtime/log/archive/archivist.ts";
import type { Entry } from "../../platform/realtime/log/entry.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { tellOpsOfTicket } from "../dispatch/index.ts";
import { mayOperateSql } from "../identity/index.ts";
import { noticeRows, pushNotices } from "../notifications/index.ts";
import { noticesOf } from "./conversation.ts";
import { findTicket } from "./queries.ts";
import { ANSWER_TICKETS } from "./rules.ts";

/** One transaction; repeats and a deleted ticket change nothing. Absent people are notified of each message. */
export async function archiveMessages(
  ctx: RequestContext,
  room: string,
  epoch: string,
  entries: readonly Entry[],
  present: ReadonlySet<number>,
): Promise<void> {
  const ticketId = room.slice("ticket:".length);
  const said = entries.filter(({ kind, author }) => kind === "message" && author > 0);
  const last = said.at(-1);
  const ticket = last && (await findTicket(ctx, ticketId));
  if (!ticket) return;
  const told = said
    .flatMap(({ author, body }) =>
      noticesOf(ticket, { id: String(body.id), authorId: author, isInternal: false }),
    )
    .filter(({ userId }) => !present.has(userId));
  const insert = ctx.db.run(sql`
    INSERT OR IGNORE INTO support_messages (id, ticket_id, author_id, body, is_internal, created_at, epoch, seq)
    SELECT e.value ->> '$.body.id', t.id, u.id, e.value ->> '$.body.body', 0, e.value ->> 'at', ${epoch}, e.value ->> 'seq'
    FROM json_each(${JSON.stringify(said)}) AS e JOIN support_tickets t ON t.id = ${ticketId}
    JOIN users u ON u.id = e.value ->> 'author'`);
  const authors = sql`SELECT value ->> 'author' FROM json_each(${JSON.stringify(said)})`;
  const helper = sql`(SELECT u.id FROM users u WHERE u.id IN (${authors}) AND ${mayOperateSql(ANSWER_TICKETS, "u")}
    AND u.id <> support_tickets.author_id ORDER BY u.id LIMIT 1)`;
  const advance = ctx.db.run(sql`
    UPDATE support_tickets SET last_message_at = max(last_message_at, ${last.at}), updated_at = max(updated_at, ${last.at}),
      status = iif(status = 'OPEN' AND EXISTS (SELECT 1 FROM json_each(${JSON.stringify(said)}) AS a WHERE a.value ->> 'author' <> author_id), 'IN_PROGRESS', status),
      assigned_to = coalesce(assigned_to, ${helper})
    WHERE id = ${ticketId} AND changes() > 0`);
  // Directly after the insert, because `changes()` counts its rows; a repeat has none.
  await archiveTogether(ctx, room, [insert, advance, noticeRows(ctx, told)]);
  pushNotices(ctx, told);
  await tellOpsOfTicket(ctx, ticketId, `${epoch}:${last.seq}`);
}
