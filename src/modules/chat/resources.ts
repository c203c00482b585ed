/** Console resources for chats and messages, read only. */
import { sql } from "drizzle-orm";
import { text } from "../../platform/http/text.ts";
import { field, NOTHING, READ, resource } from "../../platform/resources/resource.ts";
import { aboutPeople } from "../identity/index.ts";
import { chatMessages, chatPages, chats } from "./tables.ts";

const chatResource = resource({
  name: "chats",
  subject: "chat",
  label: text("Chats", "Чаты"),
  group: "people",
  table: chats,
  key: [chats.id],
  title: "id",
  fields: {
    initiator: field.reference("users", chats.initiatorId, text("Started by", "Инициатор")),
    receiver: field.reference("users", chats.receiverId, text("With", "Собеседник")),
    started_at: field.instant(chats.startedAt, text("Started", "Начат")),
    active_at: field.instant(chats.activeAt, text("Last message", "Последнее сообщение")),
  },
  search: [
    aboutPeople(sql`(SELECT group_concat(username || ' ' || first_name || ' ' || last_name, ' ') FROM users
      WHERE id IN (chats.initiator_id, chats.receiver_id))`),
  ],
  filters: ["initiator", "receiver", "started_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
  tabs: [{ resource: "chat-messages", target: "chat", label: text("Messages", "Сообщения") }],
});

const messageResource = resource({
  name: "chat-messages",
  subject: "chat_message",
  label: text("Messages", "Сообщения"),
  group: "people",
  table: chatPages,
  view: chatMessages,
  key: [chatMessages.chatId, chatMessages.seq, chatMessages.epoch],
  title: "text",
  fields: {
    chat: field.reference("chats", chatMessages.chatId, text("Chat", "Чат")),
    sender: field.reference("users", chatMessages.senderId, text("Sender", "Отправитель")),
    text: field.text(chatMessages.text, text("Text", "Текст")),
    at: field.instant(chatMessages.at, text("When", "Когда")),
  },
  search: [chatMessages.text],
  filters: ["chat", "at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
});

export const chatResources = [chatResource, messageResource];
