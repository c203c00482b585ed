/** `/api/admin/conversations/…`: support as operators work on it in the console. */
import { invalid, notFound } from "../../../platform/http/errors.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { ANSWER_TICKETS } from "../rules.ts";
import { texts } from "../texts.ts";
import { markRead, markUnread } from "./commands.ts";
import {
  countConversations,
  findConversation,
  listColleagues,
  listConversations,
  messagesBefore,
} from "./queries.ts";
import {
  ColleagueWire,
  ConversationCounts,
  ConversationDetail,
  ConversationMessages,
  ConversationPage,
  conversationQuery,
  cursorOf,
  messageQuery,
  parseCursor,
  ReadUntil,
  toConversationDetail,
  toConversationMessage,
  toConversationRow,
} from "./schemas.ts";

const tag = "Admin";
const access = "operator";
const right = ANSWER_TICKETS;
const path = "/api/admin/conversations";
const PAGE_SIZE = 30;
/** Messages of one answer. */
const MESSAGES = 50;

const list = route({
  method: "get",
  path,
  tag,
  access,
  right,
  summary: "List conversations, the newest activity first",
  description:
    "`view` is `mine`, `unassigned`, `open` (the default), `closed` or `all`. `search` finds the number, the subject, the author, their phone in any spelling, and texts of messages. The answered `cursor` is that of the next page.",
  query: conversationQuery,
  responses: { 200: ConversationPage },
  async handle({ ctx, caller, query }) {
    const { view = "open", search, cursor, limit = PAGE_SIZE } = query;
    const after = cursor === undefined ? undefined : parseCursor(cursor);
    if (after === null) throw invalid({ cursor: texts.noCursor });
    const found = await listConversations(ctx, caller, { view, search, after }, limit + 1);
    const results = found.slice(0, limit);
    const last = found.length > limit ? results.at(-1) : undefined;
    return respond(200, { results: results.map(toConversationRow), cursor: last ? cursorOf(last) : null });
  },
});

const counts = route({
  method: "get",
  path: `${path}/counts`,
  tag,
  access,
  right,
  summary: "Count conversations by view",
  description: "A count of 1001 means more than a thousand.",
  responses: { 200: ConversationCounts },
  handle: async ({ ctx, caller }) => respond(200, await countConversations(ctx, caller)),
});

const colleagues = route({
  method: "get",
  path: `${path}/colleagues`,
  tag,
  access,
  right,
  summary: "List everybody to whom a conversation may be assigned",
  responses: { 200: z.array(ColleagueWire) },
  handle: async ({ ctx }) => respond(200, await listColleagues(ctx)),
});

const one = { path: `${path}/:id`, tag, access, right, params: z.object({ id: z.uuid() }) } as const;

const read = route({
  ...one,
  method: "get",
  summary: "Read a conversation and its author",
  responses: { 200: ConversationDetail },
  async handle({ ctx, caller, params }) {
    const found = await findConversation(ctx, caller, params.id);
    if (!found) throw notFound();
    return respond(200, toConversationDetail(found));
  },
});

const messages = route({
  ...one,
  path: `${path}/:id/messages`,
  method: "get",
  summary: "List messages of a conversation, the oldest first",
  description: "The newest fifty, or those before the message `before`. An unknown ticket has none.",
  query: messageQuery,
  responses: { 200: ConversationMessages },
  async handle({ ctx, params, query }) {
    const found = await messagesBefore(ctx, params.id, query.before, MESSAGES + 1);
    const has_earlier = found.length > MESSAGES;
    const shown = has_earlier ? found.slice(1) : found;
    const results = await Promise.all(shown.map((message) => toConversationMessage(ctx, message)));
    return respond(200, { results, has_earlier });
  },
});

const mark = route({
  ...one,
  path: `${path}/:id/read`,
  method: "put",
  summary: "Mark a conversation as read by the caller",
  description:
    "Up to and including `message`; a mark never moves back. `null` marks the newest message of others as unread again.",
  body: ReadUntil,
  responses: { 204: null },
  async handle({ ctx, caller, params, body }) {
    const marked =
      body.message === null
        ? await markUnread(ctx, caller, params.id)
        : await markRead(ctx, caller, params.id, body.message);
    if (!marked) throw notFound();
    return respond(204, null);
  },
});

/** Named paths come before the one with a parameter. */
export const conversationRoutes: readonly Route[] = [list, counts, colleagues, read, messages, mark];
