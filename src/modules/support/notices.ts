/** Telling a ticket's room what was written. Repeatable: the room knows each message by its id. */
import { eq } from "drizzle-orm";
import { defineEffect } from "../../platform/db/effects.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { tellOpsOfTicket } from "../dispatch/index.ts";
import { supportMessages, supportTickets } from "./tables.ts";

type Message = typeof supportMessages.$inferSelect;

/** Names the message and does not hold it: nobody's words outlive them in the outbox. A message that is gone has nothing to tell. */
export const messageNotice = defineEffect<Pick<Message, "id" | "ticketId">>("ticket_message", {
  address: ({ ticketId }) => `ticket:${ticketId}`,
  async run(ctx, { id }) {
    const [message] = await ctx.db.select().from(supportMessages).where(eq(supportMessages.id, id));
    if (message) await announce(ctx, message);
  },
});

/** For a commit: tells the ticket's room of a message. */
export const messageEffect = ({ id, ticketId }: Message) => messageNotice.row({ id, ticketId });

/** After the commit, beside the answer, with the message that is at hand. */
export function announceSoon(ctx: RequestContext, message: Message): void {
  messageNotice.soon(ctx, message, () => announce(ctx, message));
}

/** A note is of its own kind, so that the room can keep it from the author. */
async function announce(ctx: RequestContext, message: Message): Promise<void> {
  const name = `ticket:${message.ticketId}`;
  const { id, authorId, body, isInternal, createdAt } = message;
  await ctx.runtime.room(name)?.publish(name, {
    kind: isInternal ? "note" : "message",
    ref: id,
    body: { id, author: authorId, body, created_at: isoTime(createdAt) },
  });
  await tellOpsOfTicket(ctx, message.ticketId, id);
}

/** A change of a ticket; `ref` is the act, so that nobody is told twice. */
export interface TicketChanged {
  readonly id: string;
  readonly ref: string;
}

/** Only the operators hear of it, and read it anew. */
export const ticketChange = defineEffect<TicketChanged>("ticket_change", {
  address: ({ id }) => `ticket:${id}`,
  run: (ctx, { id, ref }) => tellOpsOfTicket(ctx, id, ref),
});

/**
 * A deleted account takes its words out of a ticket's room; with the ticket's author the whole room goes. Which rooms
 * those are a trigger wrote down before the rows were gone.
 */
export const ticketErased = defineEffect<{ readonly author: number }>("ticket_erase", {
  address: () => "",
  run: eraseTicketWords,
});

async function eraseTicketWords(
  ctx: RequestContext,
  { author }: { readonly author: number },
  room: string,
): Promise<void> {
  const kept = await ctx.db.$count(supportTickets, eq(supportTickets.id, room.slice("ticket:".length)));
  if (kept > 0) await ctx.runtime.room(room)?.erase(author);
  else await ctx.runtime.room(room)?.retire(room, { kind: "gone", ref: "gone", body: {} });
}
