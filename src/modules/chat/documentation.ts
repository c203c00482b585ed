/** Texts and examples of chats, for the API documents. */
import { type Documentation, sample, time } from "../../platform/http/documents/documentation.ts";

export const documentation: Documentation = {
  properties: {
    age: ["Years.", 28],
    chat: ["The chat's id.", 3],
    chat_messages: "Messages, the newest first.",
    initiator: "The person who started the chat.",
    last_message: "The newest message; null before the first.",
    receiver: "The other person.",
    sender: ["The author's id; null once the account is deleted.", 12],
    unread_count: sample(2),
    text: ["The message.", "See you at six!"],
  },
  schemas: {
    ChatListed: { start_time: time("When the chat was started.") },
    Chat: { start_time: time("When the chat was started.") },
  },
  parameters: {
    "/api/v1/chats/": {
      id: ["The chat's id.", 3],
      before: ["Only messages older than the one with this id.", 140],
      limit: ["Messages on a page.", 20],
    },
  },
  operations: {
    "POST /api/v1/chats/start/": {
      answers: { 302: { headers: { Location: "Path of the chat that there is." } } },
    },
  },
};
