/** `/api/v1/friends/…`: friend requests. They can be answered or withdrawn, not edited. */

import { forbidden, invalid, notFound } from "../../../platform/http/errors.ts";
import { keyField, noSuchKey } from "../../../platform/http/input/strict-fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { idParam } from "../../identity/index.ts";
import { messages } from "../messages.ts";
import {
  answerRequest,
  type FriendRequest,
  findRequest,
  listRequests,
  type Sent,
  sendRequest,
  withdrawRequest,
} from "./requests.ts";

const tag = "Find Friend";
const challenge = "Token";
const path = "/api/v1/friends";

const RequestWire = z
  .object({
    id: z.number().int(),
    status: z.enum(["Pending", "Accepted", "Declined"]),
    created_at: z.string(),
    updated_at: z.string(),
    from_user: z.number().int(),
    to_user: z.number().int(),
  })
  .openapi("FriendRequest");

export function toRequestWire(request: FriendRequest): z.input<typeof RequestWire> {
  return {
    id: request.id,
    status: request.status,
    created_at: isoTime(request.createdAt),
    updated_at: isoTime(request.updatedAt),
    from_user: request.fromId,
    to_user: request.toId,
  };
}

const list = route({
  method: "get",
  path,
  tag,
  summary: "List your friend requests, sent and received",
  access: "signedIn",
  challenge,
  responses: { 200: z.array(RequestWire) },
  handle: async ({ ctx, caller }) =>
    respond(200, (await listRequests(ctx, caller.userId)).map(toRequestWire)),
});

function sendRefusal(refusal: Extract<Sent, string>, id: number) {
  switch (refusal) {
    case "missing":
      return invalid({ to_user: noSuchKey(id) });
    case "self":
      return invalid({ non_field_errors: messages.requestSelf });
    case "repeated":
      return invalid({ non_field_errors: messages.requestSent });
    case "friends":
      return invalid({ non_field_errors: messages.friendsAlready });
    case "forbidden":
      return forbidden();
    default:
      return refusal satisfies never;
  }
}

const send = route({
  method: "post",
  path,
  tag,
  summary: "Send a friend request",
  description: "If the receiver has a pending request to the caller, both become friends at once.",
  access: "signedIn",
  challenge,
  creates: true,
  body: z.object({ to_user: keyField() }).openapi("NewFriendRequest"),
  responses: { 201: RequestWire },
  async handle({ ctx, caller, body }) {
    const sent = await sendRequest(ctx, caller.userId, body.to_user);
    if (typeof sent === "string") throw sendRefusal(sent, body.to_user);
    return respond(201, toRequestWire(sent));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read one of your friend requests",
  access: "signedIn",
  challenge,
  params: idParam,
  responses: { 200: RequestWire },
  async handle({ ctx, caller, params }) {
    const request = await findRequest(ctx, caller.userId, params.id);
    if (!request) throw notFound();
    return respond(200, toRequestWire(request));
  },
});

const withdraw = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete a friend request",
  description:
    "The sender may delete a pending request, the receiver a declined one, and both an accepted one. The friendship stays.",
  access: "signedIn",
  challenge,
  params: idParam,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const result = await withdrawRequest(ctx, caller.userId, params.id);
    if (result !== "done") throw result === "missing" ? notFound() : forbidden();
    return respond(204, null);
  },
});

const answering = (verb: "accept" | "decline", status: "Accepted" | "Declined") =>
  route({
    method: "post",
    path: `${path}/:id/${verb}`,
    tag,
    summary: verb === "accept" ? "Accept a friend request" : "Decline a friend request",
    access: "signedIn",
    challenge,
    params: idParam,
    responses: { 200: z.object({ message: z.string() }) },
    async handle({ ctx, caller, params }) {
      if (!(await answerRequest(ctx, caller.userId, params.id, status))) throw notFound();
      const text = status === "Accepted" ? messages.accepted : messages.declined;
      return respond(200, { message: text[ctx.locale] });
    },
  });

export const requestRoutes: readonly Route[] = [
  list,
  send,
  read,
  withdraw,
  answering("accept", "Accepted"),
  answering("decline", "Declined"),
];
