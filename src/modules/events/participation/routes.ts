/** `/api/v1/participation/…`: ask to take part in an event, and decide on requests. */

import { forbidden, invalid, notFound, refuse } from "../../../platform/http/errors.ts";
import { integer } from "../../../platform/http/input/fields.ts";
import { noSuchKey } from "../../../platform/http/input/strict-fields.ts";
import { messages as shared } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { joinFaults, messages } from "../messages.ts";
import { accept, askToJoin, type Decision, decline, withdraw } from "./commands.ts";
import { ownRequest, ownRequests, requestsFor } from "./queries.ts";
import { NewParticipation, ParticipationWire, toParticipationWire } from "./schemas.ts";

const tag = "Events";
const challenge = "Token";
const path = "/api/v1/participation";
const params = z.object({ id: integer({ min: 1 }) });

const list = route({
  method: "get",
  path,
  tag,
  summary: "List your requests to take part",
  description: "With `event`: the requests for an event that you organize. The newest first.",
  access: "signedIn",
  challenge,
  query: z.object({ event: integer({ min: 1 }).optional() }),
  responses: { 200: z.array(ParticipationWire) },
  async handle({ ctx, caller, query }) {
    const found =
      query.event === undefined
        ? await ownRequests(ctx, caller.userId)
        : await requestsFor(ctx, caller, query.event);
    if (found === "missing") throw notFound();
    if (found === "forbidden") throw forbidden();
    return respond(200, found.map(toParticipationWire));
  },
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "Ask to take part in an event",
  description: "When the event is full the request goes on the waiting list: `waiting` is true.",
  access: "signedIn",
  challenge,
  creates: true,
  body: NewParticipation,
  responses: { 201: ParticipationWire },
  async handle({ ctx, caller, body }) {
    const made = await askToJoin(ctx, caller, body.event);
    if (made === "missing") throw invalid({ event: noSuchKey(body.event) });
    if (made === "repeated") throw invalid({ non_field_errors: messages.requestSent });
    if (typeof made === "string") throw invalid({ non_field_errors: joinFaults[made] });
    return respond(201, toParticipationWire(made));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read your request",
  access: "signedIn",
  challenge,
  params,
  responses: { 200: ParticipationWire },
  async handle({ ctx, caller, params }) {
    const request = await ownRequest(ctx, caller.userId, params.id);
    if (!request) throw notFound();
    return respond(200, toParticipationWire(request));
  },
});

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Withdraw your request, or leave the event if it was accepted",
  access: "signedIn",
  challenge,
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const result = await withdraw(ctx, caller, params.id);
    if (result === "missing") throw notFound();
    if (result === "moved") throw refuse(409, shared.conflict);
    if (result === "decided") throw refuse(400, messages.decided);
    return respond(204, null);
  },
});

const Message = z.object({ message: z.string() });

const decision = (verb: "accept" | "decline", decide: typeof accept, said: keyof typeof messages) =>
  route({
    method: "post",
    path: `${path}/:id/${verb}`,
    tag,
    summary: verb === "accept" ? "Accept a request to take part" : "Decline a request to take part",
    access: "signedIn",
    challenge,
    params,
    responses: { 200: Message },
    async handle({ ctx, caller, params }) {
      const result: Decision = await decide(ctx, caller, params.id);
      if (result === "missing") throw notFound();
      if (result === "forbidden") throw forbidden();
      if (result === "moved") throw refuse(409, shared.conflict);
      if (result === "age" || result === "over") throw invalid({ non_field_errors: joinFaults[result] });
      if (result === "full") throw invalid({ non_field_errors: messages.full });
      return respond(200, { message: messages[said][ctx.locale] });
    },
  });

export const participationRoutes: readonly Route[] = [
  list,
  create,
  read,
  remove,
  decision("accept", accept, "accepted"),
  decision("decline", decline, "declined"),
];
