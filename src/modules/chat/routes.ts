/** `/api/v1/chats/…`: start, list, read and search chats. Messages are sent on `ws/chat/{id}/`. */

import { notFound, refuse } from "../../platform/http/errors.ts";
import { integer, string } from "../../platform/http/input/fields.ts";
import { envelope, pageQuery, paginate } from "../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import { text } from "../../platform/http/text.ts";
import { z } from "../../platform/zod.ts";
import { foldEmail } from "../identity/index.ts";
import { startChat } from "./commands.ts";
import { findChat, latestMessages, listChats, messagesBefore, searchMessages } from "./queries.ts";
import { isMember, mayView } from "./rules.ts";
import { Chat, ChatListed, FoundMessage } from "./schemas.ts";

const tag = "Chats";
const challenge = "Token";
const path = "/api/v1/chats";

const NOBODY = text(
  "You can't start a chat with a user who does not exist.",
  "Нельзя начать чат с несуществующим пользователем.",
);
const NO_CHAT = text("There is no such chat.", "Такого чата не существует.");
const NOT_YOURS = text("You may not look at this chat.", "Вы не можете просматривать этот чат.");
const strangers = (name: string) =>
  text(
    `To start a chat you must be friends with ${name}.`,
    `Чтобы начать чат, вы должны быть в друзьях с пользователем ${name}.`,
  );

const start = route({
  method: "post",
  path: `${path}/start`,
  tag,
  summary: "Start a chat with a friend",
  description: "302 to the chat when there is one already.",
  access: "signedIn",
  challenge,
  body: z.object({ email: string({ max: 254, blank: true }).optional() }),
  responses: { 200: Chat, 302: null },
  async handle({ ctx, caller, body }) {
    const started = await startChat(ctx, caller.userId, foldEmail(body.email ?? ""));
    if (!started.ok) {
      if (started.reason === "unknown") throw notFound(NOBODY);
      throw refuse(403, strangers(started.name));
    }
    if (!started.isNew)
      return new Response(null, { status: 302, headers: { Location: `${path}/${started.id}/` } });
    const chat = await findChat(ctx, caller, started.id);
    if (!chat) throw notFound(NO_CHAT);
    const { id, initiator, receiver } = chat;
    return respond(200, { id, initiator, receiver, chat_messages: [] });
  },
});

const list = route({
  method: "get",
  path,
  tag,
  summary: "List your chats",
  description: "The most recently active first, each with its last message and the number of unread ones.",
  access: "signedIn",
  challenge,
  responses: { 200: z.array(ChatListed) },
  handle: async ({ ctx, caller }) => respond(200, await listChats(ctx, caller)),
});

const SEARCH_PAGE = 20;

const search = route({
  method: "get",
  path: `${path}/search`,
  tag,
  summary: "Search your messages",
  description: "Every word must occur in the message, ignoring case. The newest first.",
  access: "signedIn",
  challenge,
  query: pageQuery.extend({ search: string({ max: 200 }) }),
  responses: { 200: envelope(FoundMessage) },
  async handle({ ctx, caller, query, request }) {
    const load = (window: { limit: number; offset: number }) =>
      searchMessages(ctx, caller.userId, query.search, window);
    return respond(200, await paginate(ctx, request, query, SEARCH_PAGE, load, (row) => row));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read a chat and its messages",
  description:
    "The newest messages first. `before` takes a message's id and returns older ones; `limit` sets how many. Reading the newest page marks the chat as read.",
  access: "signedIn",
  challenge,
  params: z.object({ id: integer({ min: 1 }) }),
  query: z.object({
    before: integer({ min: 1 }).optional(),
    limit: integer({ min: 1, max: 100 }).optional(),
  }),
  responses: { 200: Chat },
  async handle({ ctx, caller, params, query }) {
    const chat = await findChat(ctx, caller, params.id);
    if (!chat) throw notFound(NO_CHAT);
    if (!mayView(chat, caller)) throw refuse(403, NOT_YOURS);
    const limit = query.limit ?? ctx.runtime.settings.chatPage;
    const messages =
      query.before === undefined
        ? await latestMessages(ctx, chat, limit, isMember(chat, caller.userId) ? caller.userId : null)
        : await messagesBefore(ctx, chat.id, query.before, limit);
    const { id, initiator, receiver } = chat;
    return respond(200, { id, initiator, receiver, chat_messages: messages });
  },
});

export const chatRoutes: readonly Route[] = [start, list, search, read];
