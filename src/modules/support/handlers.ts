/** What carries support's effects out, by their kind. */
import type { Handlers } from "../../platform/db/delivery.ts";
import { announceChange, announceMessage, eraseTicketWords, type TicketChanged } from "./notices.ts";

export const supportHandlers: Handlers = {
  ticket_message: (scope, row) => announceMessage(scope, row.payload as { id: string }),
  ticket_change: (scope, row) => announceChange(scope, row.payload as TicketChanged),
  ticket_erase: (scope, row) =>
    eraseTicketWords(scope, row.address, (row.payload as { author: number }).author),
};
