/** The ticket's socket in the AsyncAPI document. No part of the Worker. */
import type { Channel } from "../../platform/realtime/documents/channel.ts";
import { ERASED, GONE, HIDDEN } from "../../platform/realtime/documents/common-entries.ts";
import { TicketEntryBody } from "./entries.ts";
import { MAX_BODY, TicketMessage } from "./ticket.room.ts";

const stored = {
  id: "c0a1f8f4-2f1d-4a57-8d0e-5b2f1c7f9a10",
  author: 7,
  body: "The driver has not come.",
  created_at: "2026-05-04T09:30:00.000Z",
};

export const ticketChannels: readonly Channel[] = [
  {
    name: "ticket",
    title: "Support ticket",
    address: "/ws/support/tickets/{id}/",
    id: "The ticket's uuid.",
    room: "ticket:<uuid>",
    description: "The conversation of a support ticket, with presence, typing and read marks.",
    access: "the ticket's author, operators and staff.",
    credential: "required",
    isSocial: true,
    says: {
      message: {
        schema: TicketMessage,
        summary: "Adds a message. The server gives it its `id` and its time.",
        example: { body: "The driver has not come." },
        fields: { body: `1 to ${MAX_BODY} characters.` },
      },
    },
    entries: {
      message: {
        schema: TicketEntryBody,
        summary: "A message, also one that came by REST.",
        example: stored,
        byPerson: true,
      },
      note: {
        schema: TicketEntryBody,
        summary: "A note between operators. The ticket's author gets `hidden` in its place.",
        example: { ...stored, author: 3, body: "Called the driver: ten minutes." },
      },
      hidden: HIDDEN,
      erased: ERASED,
      gone: GONE,
    },
    documented: null,
  },
];
