/** Room handler for a ticket: its author and the operators. Notes between operators are hidden from the author. */
import * as v from "valibot";
import { isOperator } from "../../platform/http/caller.ts";
import { notFound } from "../../platform/http/errors.ts";
import { uuidIn } from "../../platform/ids.ts";
import type { SocketDocument } from "../../platform/realtime/asyncapi.ts";
import type { RoomHandler } from "../../platform/realtime/handler.ts";
import { type RoomAuthorizer, requireCaller } from "../../platform/realtime/handshake/authorizer.ts";
import { fault } from "../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { socketTokenRefresh } from "../identity/index.ts";
import { archiveMessages } from "./archive.ts";
import { ticketAccess } from "./queries.ts";

const MAX_BODY = 4000;

/** A message from a client. The room adds `id`, `author` and `created_at`, as in a message sent by REST. */
const TicketMessage = v.object({
  body: v.pipe(v.string(), v.trim(), v.minLength(1, "A message is not empty."), v.maxCodePoints(MAX_BODY)),
});
const Stored = v.object({ id: v.string(), author: v.number(), body: v.string(), created_at: v.string() });

const ticketSocket: SocketDocument = {
  name: "ticket",
  address: "/ws/support/tickets/{id}/",
  id: "The ticket's uuid.",
  description:
    "The conversation of a support ticket. Its author gets notes between operators as `hidden` and empty.",
  says: { message: TicketMessage },
  entries: { message: Stored, note: Stored, hidden: v.object({}), gone: v.object({}) },
  documented: { fromClient: {}, fromServer: {} },
};

export const ticketAuthorizer: RoomAuthorizer = {
  kind: "ticket",
  path: "/ws/support/tickets/:id",
  document: ticketSocket,
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
        body: draft.body.body,
        created_at: isoTime(now),
      },
    }),
    audience: (caller) => (caller && isOperator(caller) ? "operators" : "author"),
    showTo: (entry, audience) =>
      entry.kind === "note" && audience !== "operators"
        ? { ...entry, kind: "hidden", author: 0, ref: null, body: {} }
        : entry,
    archive: (room, epoch, entries, present) =>
      archiveMessages(openRequestContext(), room, epoch, entries, present),
    authenticate: socketTokenRefresh(openRequestContext),
  };
}
