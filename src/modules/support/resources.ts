/** Console resources for tickets, their messages and saved replies. Messages are written through the conversation only. */

import { sql } from "drizzle-orm";
import { invalid } from "../../platform/http/errors.ts";
import { reportFault, string } from "../../platform/http/input/fields.ts";
import { fill } from "../../platform/http/messages.ts";
import { text } from "../../platform/http/text.ts";
import { presence } from "../../platform/resources/filters.ts";
import { idInput } from "../../platform/resources/inputs.ts";
import {
  ALL,
  type Change,
  type Consequences,
  EDIT,
  field,
  READ,
  resource,
} from "../../platform/resources/resource.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { z } from "../../platform/zod.ts";
import { personWords } from "../identity/index.ts";
import { ticketChange } from "./notices.ts";
import { isAssignable } from "./queries.ts";
import { isOver, REPLY_PLACEHOLDERS, type TicketStatus, unknownPlaceholder } from "./rules.ts";
import { savedReplies, supportMessages, supportTickets } from "./tables.ts";
import { texts } from "./texts.ts";

const NO_OPERATOR = text("Only an operator can take a ticket.", "Обращение может вести только оператор.");
const author = text("Author", "Автор");
const created = text("Created", "Создано");

const ticketResource = resource({
  name: "support-tickets",
  subject: "ticket",
  label: text("Tickets", "Обращения"),
  group: "support",
  table: supportTickets,
  key: [supportTickets.id],
  title: "subject",
  fields: {
    subject: field.text(supportTickets.subject, text("Subject", "Тема")),
    author: field.reference("users", supportTickets.authorId, author),
    status: field.choice(supportTickets.status, text("State", "Состояние"), {
      input: z.enum(supportTickets.status.enumValues),
    }),
    priority: field.choice(supportTickets.priority, text("Priority", "Приоритет"), {
      input: z.enum(supportTickets.priority.enumValues),
    }),
    assigned_to: field.reference("users", supportTickets.assignedTo, text("Assignee", "Исполнитель"), {
      input: idInput().nullable(),
    }),
    description: field.text(supportTickets.description, text("Description", "Описание"), { list: false }),
    related_order: field.reference("orders", supportTickets.relatedOrderId, text("Order", "Заказ"), {
      list: false,
    }),
    last_message_at: field.instant(supportTickets.lastMessageAt, text("Last message", "Последнее сообщение")),
    closed_at: field.instant(supportTickets.closedAt, text("Closed", "Закрыто"), { list: false }),
    created_at: field.instant(supportTickets.createdAt, created),
    updated_at: field.instant(supportTickets.updatedAt, text("Changed", "Изменено"), { list: false }),
  },
  search: [
    supportTickets.id,
    supportTickets.subject,
    personWords(sql`support_tickets.author_id`),
    personWords(sql`support_tickets.assigned_to`),
  ],
  filters: [
    "status",
    "priority",
    "author",
    "assigned_to",
    "related_order",
    "created_at",
    presence("is_assigned", text("Assigned", "Назначено"), supportTickets.assignedTo),
  ],
  sort: { field: "last_message_at", order: "desc" },
  rights: { operator: EDIT, staff: EDIT },
  tabs: [{ resource: "support-messages", target: "ticket", label: text("Messages", "Сообщения") }],
  consequences: ticketConsequences,
});

/** Sets the closing time once and clears it when the ticket is reopened; tells the operators' room of every change. */
async function ticketConsequences(ctx: RequestContext, { before, values }: Change): Promise<Consequences> {
  if (values.assigned_to) {
    const [person] = await ctx.db.all<{ id: number }>(
      sql`SELECT id FROM users WHERE id = ${values.assigned_to} AND ${isAssignable("users")}`,
    );
    if (!person) throw invalid({ assigned_to: NO_OPERATOR });
  }
  const told = { id: before?.id ?? "", ref: crypto.randomUUID() };
  return {
    set: values.status === undefined ? {} : { closedAt: closingAt(ctx, values.status as TicketStatus) },
    effects: [ticketChange.soon(told)],
  };
}

function closingAt(ctx: RequestContext, status: TicketStatus) {
  return isOver(status) ? sql`coalesce(${supportTickets.closedAt}, ${ctx.now()})` : null;
}

const messageResource = resource({
  name: "support-messages",
  subject: "ticket_message",
  label: text("Ticket messages", "Сообщения обращений"),
  group: "support",
  table: supportMessages,
  key: [supportMessages.id],
  title: "body",
  fields: {
    ticket: field.reference("support-tickets", supportMessages.ticketId, text("Ticket", "Обращение")),
    author: field.reference("users", supportMessages.authorId, author),
    is_internal: field.boolean(supportMessages.isInternal, text("Internal note", "Внутренняя заметка")),
    body: field.text(supportMessages.body, text("Text", "Текст")),
    created_at: field.instant(supportMessages.createdAt, created),
  },
  search: [
    supportMessages.body,
    sql`(SELECT id || ' ' || subject FROM support_tickets WHERE id = support_messages.ticket_id)`,
    personWords(sql`support_messages.author_id`),
  ],
  filters: ["ticket", "author", "is_internal", "created_at"],
  sort: { field: "ticket", order: "asc" },
  rights: { operator: READ, staff: READ },
});

const savedReplyResource = resource({
  name: "saved-replies",
  subject: "saved_reply",
  label: text("Saved replies", "Готовые ответы"),
  group: "support",
  table: savedReplies,
  key: [savedReplies.id],
  title: "title",
  fields: {
    title: field.text(savedReplies.title, text("Title", "Название"), { input: string({ max: 100 }) }),
    text: field.text(savedReplies.text, text("Text", "Текст"), { input: replyText() }),
    created_at: field.instant(savedReplies.createdAt, created, { list: false }),
    updated_at: field.instant(savedReplies.updatedAt, text("Changed", "Изменено")),
  },
  search: [savedReplies.title, savedReplies.text],
  filters: ["updated_at"],
  sort: { field: "title", order: "asc" },
  rights: { operator: ALL, staff: ALL },
});

/** A text whose placeholders the console knows how to fill in. */
function replyText() {
  return string({ max: 4000 }).superRefine((value, context) => {
    const name = unknownPlaceholder(value);
    if (name === null) return;
    const known = REPLY_PLACEHOLDERS.join(", ");
    reportFault({ ...context, value }, fill(texts.unknownPlaceholder, { name, known }));
  });
}

export const supportResources = [ticketResource, messageResource, savedReplyResource];
