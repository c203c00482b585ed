/** Wire shapes of chats, after the Find Friend app's ChatUser and Message. */
import { z } from "../../platform/zod.ts";

export const ChatUser = z
  .object({
    email: z.string().nullable(),
    first_name: z.string(),
    last_name: z.string(),
    age: z.number().int().nullable(),
    city: z.string().nullable(),
  })
  .openapi("ChatUser");

export const ChatMessage = z
  .object({
    id: z.number().int().describe("The message's position in the room"),
    sender: z.number().int().nullable(),
    text: z.string(),
    timestamp: z.string(),
  })
  .openapi("ChatMessage");

const sides = { id: z.number().int(), initiator: ChatUser.nullable(), receiver: ChatUser.nullable() };

export const ChatListed = z
  .object({
    ...sides,
    start_time: z.string(),
    last_message: ChatMessage.nullable(),
    unread_count: z.number().int().describe("The other member's messages after your read mark"),
  })
  .openapi("ChatListed");

export const Chat = z.object({ ...sides, chat_messages: z.array(ChatMessage) }).openapi("Chat");

export const FoundMessage = ChatMessage.extend({ chat: z.number().int() }).openapi("FoundMessage");
