/** Wire shapes of tickets and their messages. */

import type { Caller } from "../../platform/http/caller.ts";
import { boolean, string } from "../../platform/http/input/fields.ts";
import { codeField, keyField } from "../../platform/http/input/strict-fields.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import { uuidField } from "../dispatch/index.ts";
import { Account, type Person, toUserWire, visibilityOf } from "../identity/index.ts";
import { type AttachmentWire, MOST_ATTACHMENTS, toAttachmentWires } from "./attachments.ts";
import type { Message } from "./conversation.ts";
import type { Thread, Ticket } from "./queries.ts";
import { accessTo } from "./rules.ts";
import { TICKET_PRIORITIES, TICKET_STATES } from "./tables.ts";
import { STATUS_LABELS } from "./texts.ts";

const status = z.enum(TICKET_STATES);
const priority = z.enum(TICKET_PRIORITIES);

export const Attachment = z
  .object({
    id: z.number().int(),
    name: z.string(),
    content_type: z.string(),
    size: z.number().int(),
    url: z.string(),
  })
  .openapi("SupportAttachment");

export const MessageWire = z
  .object({
    id: z.uuid(),
    author: Account,
    body: z.string(),
    is_internal: z.boolean(),
    created_at: z.string(),
    attachments: z.array(Attachment),
  })
  .openapi("SupportMessage");

export const TicketWire = z
  .object({
    id: z.uuid(),
    author: Account,
    subject: z.string(),
    description: z.string(),
    status,
    status_label: z.string(),
    priority,
    related_order: z.uuid().nullable(),
    related_order_uuid: z.uuid().nullable(),
    assigned_to: Account.nullable(),
    closed_at: z.string().nullable(),
    last_message_at: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
    messages: z
      .array(MessageWire)
      .openapi({ description: "The latest hundred, the oldest first; `…/messages/` has all of them." }),
  })
  .openapi("SupportTicket");

export type People = ReadonlyMap<number, Person>;

/** Everybody named in a ticket has an account: messages and tickets are deleted with it. */
function userWire(ctx: RequestContext, caller: Caller, people: People, id: number) {
  const person = people.get(id);
  if (!person) throw new Error(`account ${id} was deleted while its ticket was read`);
  return toUserWire(ctx, person, visibilityOf(caller, id));
}

export async function toMessageWire(
  ctx: RequestContext,
  caller: Caller,
  message: Message,
  people: People,
): Promise<z.input<typeof MessageWire>> {
  const attachments = await toAttachmentWires(ctx, message.attachments);
  return {
    id: message.id,
    author: userWire(ctx, caller, people, message.authorId),
    body: withLinks(message.body, attachments),
    is_internal: message.isInternal,
    created_at: isoTime(message.createdAt),
    attachments,
  };
}

/** The text with a line for each file, for apps that show text only. */
function withLinks(body: string, attachments: readonly AttachmentWire[]): string {
  return [body, ...attachments.map(({ name, url }) => `${name}: ${url}`)].filter(Boolean).join("\n");
}

export async function toTicketWire(
  ctx: RequestContext,
  caller: Caller,
  thread: Thread,
): Promise<z.input<typeof TicketWire>> {
  const { ticket, messages, people } = thread;
  // A note changes the ticket's own time, which the author must not see.
  const lastSeen = messages.at(-1)?.createdAt ?? ticket.createdAt;
  const lastMessageAt = accessTo(ticket, caller) === "operator" ? ticket.lastMessageAt : lastSeen;
  return {
    id: ticket.id,
    author: userWire(ctx, caller, people, ticket.authorId),
    subject: ticket.subject,
    description: ticket.description,
    status: ticket.status,
    status_label: STATUS_LABELS[ticket.status][ctx.locale],
    priority: ticket.priority,
    related_order: ticket.relatedOrderId,
    related_order_uuid: ticket.relatedOrderId,
    assigned_to: ticket.assignedTo === null ? null : userWire(ctx, caller, people, ticket.assignedTo),
    closed_at: ticket.closedAt === null ? null : isoTime(ticket.closedAt),
    last_message_at: isoTime(lastMessageAt),
    created_at: isoTime(ticket.createdAt),
    updated_at: isoTime(ticket.updatedAt),
    messages: await Promise.all(messages.map((message) => toMessageWire(ctx, caller, message, people))),
  };
}

/** The same limit as for one frame of the ticket's room. */
const words = () => string({ max: 4000 });

export const NewTicket = z
  .object({
    subject: string({ max: 255 }),
    description: words(),
    priority: priority.optional(),
    related_order: uuidField().nullable().optional(),
  })
  .openapi("NewSupportTicket");

export const OpenedTicket = z
  .object({
    id: z.uuid(),
    subject: z.string(),
    description: z.string(),
    status,
    priority,
    related_order: z.uuid().nullable(),
  })
  .openapi("OpenedSupportTicket");

export function toOpenedWire(ticket: Ticket): z.input<typeof OpenedTicket> {
  return {
    id: ticket.id,
    subject: ticket.subject,
    description: ticket.description,
    status: ticket.status,
    priority: ticket.priority,
    related_order: ticket.relatedOrderId,
  };
}

export const NewMessage = z
  .object({
    body: string({ max: 4000, blank: true }).optional(),
    is_internal: boolean().optional(),
    attachments: z
      .array(keyField())
      .max(MOST_ATTACHMENTS)
      .optional()
      .openapi({ description: "Ids of uploaded files, at most ten. With files the text may be blank." }),
  })
  .superRefine(({ body: input, attachments = [] }, context) => {
    if (input || attachments.length > 0) return;
    const at = { path: ["body"], input };
    if (input === undefined) context.addIssue({ ...at, code: "invalid_type", expected: "string" });
    else context.addIssue({ ...at, code: "too_small", origin: "string", minimum: 1, inclusive: true });
  })
  .openapi("NewSupportMessage");

export const UploadedAttachment = z.object({ id: z.number().int() }).openapi("UploadedSupportFile");

export const SentMessage = z
  .object({ id: z.uuid(), body: z.string(), is_internal: z.boolean(), created_at: z.string() })
  .openapi("SentSupportMessage");

const statusCode = codeField(TICKET_STATES);

/** What the author may change. */
export const AuthorChange = z.object({ priority: priority.optional() });

export const OperatorChange = AuthorChange.extend({
  status: statusCode.optional(),
  assigned_to: keyField().nullable().optional(),
  related_order: uuidField().nullable().optional(),
});

export const OperatorReplacement = OperatorChange.extend({ status: statusCode });

const later = (openapi: { type: "string" | "integer"; enum?: string[]; format?: string }) =>
  z
    .unknown()
    .optional()
    .openapi({ ...openapi, type: [openapi.type, "null"] });

/** The fields of a change. Values are checked after permissions. */
export const TicketChangeBody = z
  .looseObject({
    status: later({ type: "string", enum: [...TICKET_STATES] }),
    priority: later({ type: "string", enum: [...TICKET_PRIORITIES] }),
    assigned_to: later({ type: "integer" }),
    related_order: later({ type: "string", format: "uuid" }),
  })
  .openapi("SupportTicketChange");

export const ChangedTicket = z
  .object({
    status,
    priority,
    assigned_to: z.number().int().nullable(),
    related_order: z.uuid().nullable(),
  })
  .openapi("ChangedSupportTicket");

export function toChangedWire(ticket: Ticket): z.input<typeof ChangedTicket> {
  return {
    status: ticket.status,
    priority: ticket.priority,
    assigned_to: ticket.assignedTo,
    related_order: ticket.relatedOrderId,
  };
}
