/** Pages of a chat's messages as SQL: see `chatPages`. */
import { type SQL, sql } from "drizzle-orm";

/** The columns of a message in a page `p` of which `m` is an element. */
export const message = {
  seq: sql`m.value ->> 0`,
  at: sql`m.value ->> 1`,
  senderId: sql`m.value ->> 2`,
  kind: sql`m.value ->> 3`,
  text: sql`m.value ->> 4`,
} as const;

/** How many messages a member of `chats` has not read after a position, as SQL: those of the other, wherever the text is. */
export function unreadAfter(member: "low" | "high", position: SQL): SQL {
  const id = sql.raw(`chats.${member}_id`);
  const other = member === "low" ? "h" : "l";
  return sql`(SELECT coalesce(sum(iif(p.key IS NULL,
      (SELECT count(*) FROM json_each(p.messages) m
        WHERE ${message.seq} > ${position} AND ${message.kind} = 'message' AND ${message.senderId} IS NOT ${id}),
      (SELECT length(tail) - length(replace(tail, ${other}, ''))
        FROM (SELECT substr(p.said, max(1, ${position} - p.first_seq + 2)) AS tail)))), 0)
    FROM chat_pages p WHERE p.chat_id = chats.id AND p.last_seq > ${position})`;
}
