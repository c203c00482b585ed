/** The chat's socket in the AsyncAPI document. No part of the Worker. */
import * as v from "valibot";
import type { Channel } from "../../platform/realtime/documents/channel.ts";
import { ERASED } from "../../platform/realtime/documents/common-entries.ts";
import { MessageBody } from "./room.ts";
import { MAX_TEXT } from "./rules.ts";

/** One frame per message in the documented dialect. */
const DocumentedMessage = v.object({
  id: v.number(),
  sender: v.nullable(v.number()),
  text: v.string(),
  timestamp: v.pipe(v.string(), v.isoTimestamp()),
});

const fields = { text: `1 to ${MAX_TEXT} characters.` };
const example = { text: "On my way." };

export const chatChannels: readonly Channel[] = [
  {
    name: "chat",
    title: "Chat",
    address: "/ws/chat/{id}/",
    id: "The chat's number.",
    room: "chat:3",
    description: "A chat of two friends: messages, presence, typing and read marks.",
    access:
      "its two members, while they are friends and neither blocks the other. Staff may listen. Every refusal is a 403.",
    credential: "required",
    isSocial: true,
    says: { message: { schema: MessageBody, summary: "Sends a message to the other one.", example, fields } },
    entries: {
      message: { schema: MessageBody, summary: "A message.", example, fields, byPerson: true },
      erased: ERASED,
    },
    documented: {
      description:
        "every text frame is a message, whatever it holds. The server first sends the latest messages, the newest first.",
      fromClient: {
        message: {
          schema: v.string(),
          summary: "The message's text, with no JSON around it.",
          example: "On my way.",
        },
      },
      fromServer: {
        message: {
          schema: DocumentedMessage,
          summary: "A message.",
          example: { id: 42, sender: 7, text: "On my way.", timestamp: "2026-05-04T09:30:00.000Z" },
          fields: {
            id: "The message's position in the chat.",
            sender: "The author's user id; null after their account was deleted.",
            text: "The text.",
            timestamp: "When it was stored, in UTC.",
          },
        },
      },
    },
  },
];
