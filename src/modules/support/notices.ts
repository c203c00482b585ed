/** Tells a ticket's room about messages and changes. Safe to repeat: the room knows each message by its id. */
import { eq } from "drizzle-orm";
import { defineEffect } from "../../platform/db/effects.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { tellOpsOfTicket } from "../dispatch/index.ts";
import { attachedTo } from "./attachments.ts";
import type { TicketEntryBody } from "./entries.ts";
import { supportMessages, supportTickets } from "./tables.ts";

type Message = typeof supportMessages.$inferSelect;

/** Holds the message's id and not its text, so that no text outlives its account in the outbox. A deleted message is skipped. */
export const messageNotice = defineEffect<Pick<Message, "id" | "ticketId">>("ticket_message", {
  address: ({ ticketId }) => `ticket:${ticketId}`,
  async run(ctx, { id }) {
    const [message] = await ctx.db.select().from(supportMessages).where(eq(supportMessages.id, id));
    if (message) await announce(ctx, message, true);
  },
});

/** The effect that tells the ticket's room about a message, without delaying the response. */
export const messageEffect = (message: Message, hasFiles = false) =>
  messageNotice.soon({ id: message.id, ticketId: message.ticketId }, (ctx) =>
    announce(ctx, message, hasFiles),
  );

/** A note has its own kind, so that the room can hide it from the author. */
async function announce(ctx: RequestContext, message: Message, hasFiles: boolean): Promise<void> {
  const name = `ticket:${message.ticketId}`;
  const { id, authorId, body, isInternal, createdAt } = message;
  const files = hasFiles ? await attachedTo(ctx, id) : [];
  const attachments = files.map((file) => ({
    id: file.id,
    name: file.name,
    content_type: file.contentType,
    size: file.size ?? 0,
  }));
  await ctx.runtime.room(name)?.publish(name, {
    kind: isInternal ? "note" : "message",
    ref: id,
    body: {
      id,
      author: authorId,
      body,
      created_at: isoTime(createdAt),
      ...(attachments.length > 0 ? { attachments } : {}),
    } satisfies TicketEntryBody,
  });
  await tellOpsOfTicket(ctx, message.ticketId, id);
}

/** A change of a ticket. `ref` names the act, so that a repeat is dropped. */
export interface TicketChanged {
  readonly id: string;
  readonly ref: string;
}

/** Tells operators only; they read the ticket again. */
export const ticketChange = defineEffect<TicketChanged>("ticket_change", {
  address: ({ id }) => `ticket:${id}`,
  run: (ctx, { id, ref }) => tellOpsOfTicket(ctx, id, ref),
});

/**
 * Erases a deleted account's messages from tickets' rooms; the room of a ticket whose author was deleted is retired. A
 * trigger noted which rooms those are before the rows were deleted.
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
