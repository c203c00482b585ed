/** `/api/v1/support/tickets/…`: support tickets and their messages. */

import type { Caller } from "../../platform/http/caller.ts";
import { forbidden, invalid, notFound } from "../../platform/http/errors.ts";
import { fileOrNull, string, unlessBlank } from "../../platform/http/input/fields.ts";
import { keyField, noSuchKey } from "../../platform/http/input/strict-fields.ts";
import { parse } from "../../platform/http/input/validation.ts";
import { envelope, pageQuery, paginate } from "../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { FILE_FORM_LIMIT } from "../../platform/storage/pictures/types.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import { findPeople, findUser } from "../identity/index.ts";
import { storeAttachment } from "./attachments.ts";
import { changeTicket, openTicket } from "./commands.ts";
import { addMessage, listMessages } from "./conversation.ts";
import { findTicket, listTickets, type Ticket, threadsOf } from "./queries.ts";
import { type Access, accessTo, mayBeAssigned } from "./rules.ts";
import {
  AuthorChange,
  ChangedTicket,
  MessageWire,
  NewMessage,
  NewTicket,
  OpenedTicket,
  OperatorChange,
  OperatorReplacement,
  SentMessage,
  TicketChangeBody,
  TicketWire,
  toChangedWire,
  toMessageWire,
  toOpenedWire,
  toTicketWire,
  UploadedAttachment,
} from "./schemas.ts";
import { TICKET_PRIORITIES, TICKET_STATES } from "./tables.ts";
import { texts } from "./texts.ts";

const tag = "Support";
const access = "signedIn";
const path = "/api/v1/support/tickets";
const PAGE_SIZE = 20;

const filter = pageQuery.extend({
  status: unlessBlank(z.enum(TICKET_STATES)),
  priority: unlessBlank(z.enum(TICKET_PRIORITIES)),
  assigned_to: unlessBlank(z.union([z.literal("none").transform(() => null), keyField()])).openapi({
    type: "string",
    description: "An operator's id, or `none` for unassigned tickets.",
  }),
  search: string({ max: 200, blank: true }).optional(),
});

const list = route({
  method: "get",
  path,
  tag,
  access,
  summary: "List tickets, the newest first",
  description:
    "Clients see their own tickets, operators all. Operators can also search by the ticket's id and by its author.",
  query: filter,
  responses: { 200: envelope(TicketWire) },
  async handle({ ctx, caller, query, request }) {
    const { assigned_to: assignedTo, ...chosen } = query;
    const page = await paginate(
      ctx,
      request,
      query,
      PAGE_SIZE,
      (window) => listTickets(ctx, caller, { ...chosen, assignedTo }, window),
      (ticket) => ticket,
    );
    const threads = await threadsOf(ctx, caller, page.results);
    return respond(200, {
      ...page,
      results: await Promise.all(threads.map((thread) => toTicketWire(ctx, caller, thread))),
    });
  },
});

const open = route({
  method: "post",
  path,
  tag,
  access,
  summary: "Open a ticket",
  description: "The description becomes the ticket's first message.",
  creates: true,
  body: NewTicket,
  responses: { 201: OpenedTicket },
  async handle({ ctx, caller, body }) {
    const { subject, description, priority = "NORMAL", related_order: relatedOrderId = null } = body;
    const ticket = await openTicket(ctx, caller, { subject, description, priority, relatedOrderId });
    if (!ticket) throw noSuchOrder(relatedOrderId);
    return respond(201, toOpenedWire(ticket));
  },
});

/** The same error for another client's order and for one that does not exist. */
function noSuchOrder(id: string | null) {
  return invalid({ related_order: noSuchKey(id ?? "") });
}

const one = { path: `${path}/:id`, tag, access, params: z.object({ id: z.uuid() }) } as const;

/** The ticket as this caller may see it. */
async function ownTicket(ctx: RequestContext, caller: Caller, id: string): Promise<Ticket> {
  const ticket = await findTicket(ctx, id);
  if (!ticket || accessTo(ticket, caller) === "none") throw notFound();
  return ticket;
}

const read = route({
  ...one,
  method: "get",
  summary: "Read a ticket with its latest messages",
  responses: { 200: TicketWire },
  async handle({ ctx, caller, params }) {
    const ticket = await ownTicket(ctx, caller, params.id);
    const [thread] = await threadsOf(ctx, caller, [ticket]);
    if (!thread) throw notFound();
    return respond(200, await toTicketWire(ctx, caller, thread));
  },
});

const change = (method: "put" | "patch") =>
  route({
    ...one,
    method,
    summary: "Change a ticket",
    description:
      "The author may change the priority; operators may change everything. An operator's PUT requires a status.",
    body: TicketChangeBody,
    responses: { 200: ChangedTicket },
    async handle({ ctx, caller, params, body }) {
      const ticket = await ownTicket(ctx, caller, params.id);
      const wanted =
        accessTo(ticket, caller) === "operator"
          ? await operatorsChange(ctx, parse(method === "put" ? OperatorReplacement : OperatorChange, body))
          : authorsChange(body);
      const changed = await changeTicket(ctx, caller, ticket, wanted);
      if (!changed) throw wanted.relatedOrderId ? noSuchOrder(wanted.relatedOrderId) : notFound();
      return respond(200, toChangedWire(changed));
    },
  });

/** Permissions are checked before values. */
function authorsChange(body: z.output<typeof TicketChangeBody>) {
  if (Object.keys(body).some((name) => name !== "priority")) throw forbidden(texts.operatorsOnly);
  return { ...parse(AuthorChange, body), relatedOrderId: undefined };
}

async function operatorsChange(ctx: RequestContext, body: z.output<typeof OperatorChange>) {
  const { status, priority, assigned_to: assignedTo, related_order: relatedOrderId } = body;
  if (typeof assignedTo === "number") {
    const user = await findUser(ctx, assignedTo);
    if (!user) throw invalid({ assigned_to: noSuchKey(assignedTo) });
    if (!mayBeAssigned(user)) throw invalid({ assigned_to: texts.assigneeNoOperator });
  }
  return { status, priority, assignedTo, relatedOrderId };
}

const talk = { ...one, path: `${path}/:id/messages` } as const;

/** Strangers to a ticket get a 403 here, as the original's clients expect. */
async function openedTo(ctx: RequestContext, caller: Caller, id: string): Promise<[Ticket, Access]> {
  const ticket = await findTicket(ctx, id);
  if (!ticket) throw notFound();
  const granted = accessTo(ticket, caller);
  if (granted === "none") throw forbidden(texts.noAccess);
  return [ticket, granted];
}

const readMessages = route({
  ...talk,
  method: "get",
  summary: "List the messages of a ticket, the oldest first",
  description: "Only operators see internal notes.",
  query: pageQuery,
  responses: { 200: envelope(MessageWire) },
  async handle({ ctx, caller, params, query, request }) {
    const [ticket, granted] = await openedTo(ctx, caller, params.id);
    const page = await paginate(
      ctx,
      request,
      query,
      PAGE_SIZE,
      (window) => listMessages(ctx, ticket.id, granted, window),
      (message) => message,
    );
    const people = await findPeople(
      ctx,
      page.results.map(({ authorId }) => authorId),
    );
    const results = await Promise.all(
      page.results.map((message) => toMessageWire(ctx, caller, message, people)),
    );
    return respond(200, { ...page, results });
  },
});

const write = route({
  ...talk,
  method: "post",
  summary: "Write a message in a ticket",
  description:
    "An unassigned ticket is assigned to the first operator who writes. `is_internal` makes the message a note that only operators see. `attachments` names uploaded files; each adds a line with its address to the text that others read, for apps that show text only.",
  creates: true,
  body: NewMessage,
  responses: { 201: SentMessage },
  async handle({ ctx, caller, params, body }) {
    const [ticket, granted] = await openedTo(ctx, caller, params.id);
    const isInternal = body.is_internal ?? false;
    if (isInternal && granted !== "operator") throw invalid({ is_internal: texts.notesForOperators });
    const files = [...new Set(body.attachments)];
    const words = { body: body.body ?? "", isInternal };
    const message = await addMessage(ctx, caller, ticket, words, files);
    if (!message) throw files.length > 0 ? invalid({ attachments: texts.notAttachable }) : notFound();
    const { id, createdAt } = message;
    return respond(201, { id, body: message.body, is_internal: isInternal, created_at: isoTime(createdAt) });
  },
});

const upload = route({
  ...one,
  path: `${path}/:id/files`,
  method: "post",
  summary: "Upload a file for a message",
  description:
    "A multipart form with the file as `file`: a complete JPEG, PNG, WebP, GIF, AVIF, HEIC or PDF of at most 10 485 760 bytes and 50 megapixels. Metadata is removed from pictures, but not from PDFs. A message attaches it by its id; a file that no message attaches within the hour is deleted.",
  creates: true,
  body: z.object({
    file: z.unknown().optional().openapi({ type: "string", format: "binary" }),
  }),
  multipartLimit: FILE_FORM_LIMIT,
  responses: { 201: UploadedAttachment },
  async handle({ ctx, caller, params, body }) {
    await openedTo(ctx, caller, params.id);
    const file = fileOrNull(body.file);
    if (!file) throw invalid({ file: texts.noFile });
    return respond(201, { id: await storeAttachment(ctx, caller, file) });
  },
});

export const supportRoutes: readonly Route[] = [
  list,
  open,
  read,
  change("put"),
  change("patch"),
  readMessages,
  write,
  upload,
];
