/** The event's socket in the AsyncAPI document. No part of the Worker. */
import type { Channel } from "../../platform/realtime/documents/channel.ts";
import { ERASED } from "../../platform/realtime/documents/common-entries.ts";
import { NoticeBody } from "./entries.ts";
import { DocumentedFrame, MessageBody } from "./room.ts";

const fields = { text: "For people, at most 1000 characters.", data: "For programs: any JSON." };
const example = { text: "I bring the boat." };
const message = {
  message: "Any JSON. A text is a `message` entry with `text`, anything else one with `data`.",
};

export const eventChannels: readonly Channel[] = [
  {
    name: "events",
    title: "Event",
    address: "/ws/events/{id}/",
    id: "The event's number or its uuid.",
    room: "event:7",
    description: "What happens to one event, and messages from signed-in people.",
    access:
      "by uuid anybody may listen, by number every signed-in person. Signed-in people may write, a limited number of messages at a time.",
    credential: "optional",
    says: {
      message: { schema: MessageBody, summary: "Sends a message to everybody in the room.", example, fields },
    },
    entries: {
      notice: {
        schema: NoticeBody,
        summary: "The event was created, updated or deleted. Read it again through REST.",
        example: {
          text: 'Event "Regatta" has been updated.',
          action: "updated",
          event: "6f9b1a52-8f0e-4a7e-9a3c-0d8f7f1f2b11",
        },
      },
      message: { schema: MessageBody, summary: "A message.", example, fields, byPerson: true },
      erased: ERASED,
    },
    documented: {
      description: "both sides send one kind of frame, as AlphaBet documents it. A notice comes as its text.",
      fromClient: {
        message: {
          schema: DocumentedFrame,
          summary: "Sends a message to everybody in the room.",
          example: { message: "I bring the boat." },
          fields: message,
        },
      },
      fromServer: {
        message: {
          schema: DocumentedFrame,
          summary: "A message, or the text of a notice.",
          example: { message: 'Event "Regatta" has been updated.' },
          fields: message,
        },
      },
    },
  },
];
