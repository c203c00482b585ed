/** Wire shapes of the console's conversations. */
import { preview } from "../../../platform/characters.ts";
import { integer, string } from "../../../platform/http/input/fields.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { toAttachmentWires } from "../attachments.ts";
import { Attachment } from "../schemas.ts";
import { TICKET_PRIORITIES, TICKET_STATES } from "../tables.ts";
import { type Conversation, type Cursor, type SpokenMessage, VIEWS } from "./queries.ts";

const Named = z.object({ id: z.number().int(), name: z.string() });

const facts = {
  id: z.uuid(),
  subject: z.string(),
  status: z.enum(TICKET_STATES),
  priority: z.enum(TICKET_PRIORITIES),
  author: Named,
  assigned_to: Named.nullable(),
  related_order: z.uuid().nullable(),
  created_at: z.string(),
  last_message_at: z.string(),
  unread: z.number().int(),
};

export const ConversationRow = z
  .object({
    ...facts,
    last_message: z
      .object({
        text: z.string(),
        author: z.number().int(),
        is_internal: z.boolean(),
        has_attachments: z.boolean(),
      })
      .nullable(),
  })
  .openapi("AdminConversation");

export const ConversationPage = z
  .object({ results: z.array(ConversationRow), cursor: z.string().nullable() })
  .openapi("AdminConversationPage");

export const ConversationDetail = z
  .object({
    ...facts,
    closed_at: z.string().nullable(),
    author: Named.extend({
      username: z.string(),
      phone: z.string(),
      email: z.string(),
      user_type: z.string(),
      created_at: z.string(),
      tickets: z.number().int(),
    }),
  })
  .openapi("AdminConversationDetail");

export const ConversationMessage = z
  .object({
    id: z.uuid(),
    author: Named,
    body: z.string(),
    is_internal: z.boolean(),
    created_at: z.string(),
    attachments: z.array(Attachment),
  })
  .openapi("AdminConversationMessage");

export const ConversationMessages = z
  .object({ results: z.array(ConversationMessage), has_earlier: z.boolean() })
  .openapi("AdminConversationMessages");

export const ConversationCounts = z
  .object({
    mine: z.number().int(),
    unassigned: z.number().int(),
    open: z.number().int(),
    closed: z.number().int(),
    unread: z.number().int(),
  })
  .openapi("AdminConversationCounts");

export const ColleagueWire = Named.extend({ open: z.number().int() }).openapi("AdminColleague");

export const conversationQuery = z.object({
  view: z.enum(VIEWS).optional(),
  search: string({ max: 200, blank: true }).optional(),
  cursor: string({ max: 60 }).optional(),
  limit: integer({ min: 1, max: 100 }).optional(),
});

export const messageQuery = z.object({ before: z.uuid().optional() });

export const ReadUntil = z.object({ message: z.uuid().nullable() }).openapi("AdminConversationRead");

/** `last_message_at:id`; null for anything else. */
export function parseCursor(word: string): Cursor | null {
  const parts = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(word);
  return parts?.[1] && parts[2] ? { lastMessageAt: Number(parts[1]), id: parts[2] } : null;
}

export const cursorOf = ({ lastMessageAt, id }: Cursor) => `${lastMessageAt}:${id}`;

/** Characters of the newest message in the list. */
const PREVIEW = 140;

const factsWire = (row: Conversation) => ({
  id: row.id,
  subject: row.subject,
  status: row.status,
  priority: row.priority,
  author: { id: row.authorId, name: row.authorName },
  assigned_to: row.assigneeId === null ? null : { id: row.assigneeId, name: row.assigneeName ?? "" },
  related_order: row.relatedOrderId,
  created_at: isoTime(row.createdAt),
  last_message_at: isoTime(row.lastMessageAt),
  unread: row.unread,
});

export function toConversationRow(row: Conversation): z.input<typeof ConversationRow> {
  return {
    ...factsWire(row),
    last_message:
      row.lastAuthorId === null
        ? null
        : {
            text: preview(row.lastBody ?? "", PREVIEW),
            author: row.lastAuthorId,
            is_internal: row.lastIsInternal === 1,
            has_attachments: row.lastHasFiles === 1,
          },
  };
}

export function toConversationDetail(row: Conversation): z.input<typeof ConversationDetail> {
  const facts = factsWire(row);
  return {
    ...facts,
    closed_at: row.closedAt === null ? null : isoTime(row.closedAt),
    author: {
      ...facts.author,
      username: row.authorUsername,
      phone: row.authorPhone ?? "",
      email: row.authorEmail ?? "",
      user_type: row.authorType,
      created_at: isoTime(row.authorSince),
      tickets: row.authorTickets,
    },
  };
}

export async function toConversationMessage(
  ctx: RequestContext,
  message: SpokenMessage,
): Promise<z.input<typeof ConversationMessage>> {
  return {
    id: message.id,
    author: { id: message.authorId, name: message.authorName },
    body: message.body,
    is_internal: message.isInternal,
    created_at: isoTime(message.createdAt),
    attachments: await toAttachmentWires(ctx, message.attachments),
  };
}
