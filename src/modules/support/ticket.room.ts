/** Room handler for a ticket: its author and the operators. Notes between operators are hidden from the author. */
import * as v from "valibot";
import { notFound } from "../../platform/http/errors.ts";
import { uuidIn } from "../../platform/ids.ts";
import type { RoomHandler } from "../../platform/realtime/handler.ts";
import { type RoomAuthorizer, requireCaller } from "../../platform/realtime/handshake/authorizer.ts";
import { fault } from "../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { socketTokenRefresh } from "../identity/index.ts";
import { archiveMessages } from "./archive.ts";
import type { TicketEntryBody } from "./entries.ts";
import { ticketAccess } from "./queries.ts";
import { answersTickets } from "./rules.ts";

export const MAX_BODY = 4000;

/** A message from a client. The room adds `id`, `author` and `created_at`, as in a message sent by REST. */
export const TicketMessage = v.object({
  body: v.pipe(v.string(), v.trim(), v.minLength(1, "A message is not empty."), v.maxCodePoints(MAX_BODY)),
});

export const ticketAuthorizer: RoomAuthorizer = {
  kind: "ticket",
  path: "/ws/support/tickets/:id",
  async authorize(ctx, who, id) {
    const caller = requireCaller(who);
    const ticket = uuidIn(id);
    if (!ticket || (await ticketAccess(ctx, caller, ticket)) === "none") throw notFound();
    return { room: `ticket:${ticket}` };
  },
};

export function ticketRoomHandler(openRequestContext: () => RequestContext): RoomHandler {
  return {
    says: { message: TicketMessage },
    social: true,
    mayWrite: (caller) => (caller ? null : fault("unauthenticated", "Sign in to write here.")),
    fromDocumented: () => fault("bad_frame", "This socket speaks caravan.v1."),
    toDocumented: () => null,
    complete: (draft, _journal, now) => ({
      ...draft,
      body: {
        id: crypto.randomUUID(),
        author: draft.author,
        body: String(draft.body.body),
        created_at: isoTime(now),
      } satisfies TicketEntryBody,
    }),
    audience: (caller) => (caller && answersTickets(caller) ? "operators" : "author"),
    showTo: (entry, audience) =>
      entry.kind === "note" && audience !== "operators"
        ? { ...entry, kind: "hidden", author: 0, ref: null, body: {} }
        : entry,
    archive: (room, epoch, entries, present) =>
      archiveMessages(openRequestContext(), room, epoch, entries, present),
    authenticate: socketTokenRefresh(openRequestContext),
  };
}
