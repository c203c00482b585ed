/** Telling a ticket's room what was written. Repeatable: the room knows each message by its id. */
import { eq } from "drizzle-orm";
import type { Effect } from "../../platform/db/outbox.ts";
import type { Scope } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { tellOpsOfTicket } from "../dispatch/index.ts";
import { supportMessages, supportTickets } from "./tables.ts";

type Message = typeof supportMessages.$inferSelect;

/** Names the message and does not hold it: nobody's words outlive them in the outbox. */
export function messageEffect({ id, ticketId }: Message): Effect {
  return { kind: "ticket_message", address: `ticket:${ticketId}`, payload: { id } };
}

/** What the outbox does with it. A message that is gone has nothing to tell. */
export async function announceMessage(scope: Scope, { id }: { readonly id: string }): Promise<void> {
  const [message] = await scope.db.select().from(supportMessages).where(eq(supportMessages.id, id));
  if (message) await announce(scope, message);
}

/** After the commit, beside the answer; the outbox repeats what fails here. */
export function announceSoon(scope: Scope, message: Message): void {
  scope.defer("ticket.announce", announce(scope, message), { ticket: message.ticketId });
}

/** A note is of its own kind, so that the room can keep it from the author. */
async function announce(scope: Scope, message: Message): Promise<void> {
  const name = `ticket:${message.ticketId}`;
  const { id, authorId, body, isInternal, createdAt } = message;
  await scope.runtime.room(name)?.publish(name, {
    kind: isInternal ? "note" : "message",
    ref: id,
    body: { id, author: authorId, body, created_at: isoTime(createdAt) },
  });
  await tellOpsOfTicket(scope, message.ticketId, id);
}

/** A change of a ticket; `ref` is the act, so that nobody is told twice. */
export interface TicketChanged {
  readonly id: string;
  readonly ref: string;
}

export function changeEffect(told: TicketChanged): Effect {
  return { kind: "ticket_change", address: `ticket:${told.id}`, payload: told };
}

/** Only the operators hear of it, and read it anew. */
export async function announceChange(scope: Scope, { id, ref }: TicketChanged): Promise<void> {
  await tellOpsOfTicket(scope, id, ref);
}

export function announceChangeSoon(scope: Scope, told: TicketChanged): void {
  scope.defer("ticket.change", announceChange(scope, told), { ticket: told.id });
}

/**
 * A deleted account takes its words out of a ticket's room; with the ticket's author the whole room goes. Which rooms
 * those are a trigger wrote down before the rows were gone.
 */
export async function eraseTicketWords(scope: Scope, room: string, author: number): Promise<void> {
  const kept = await scope.db.$count(supportTickets, eq(supportTickets.id, room.slice("ticket:".length)));
  if (kept > 0) await scope.runtime.room(room)?.erase(author);
  else await scope.runtime.room(room)?.retire(room, { kind: "gone", ref: "gone", body: {} });
}
