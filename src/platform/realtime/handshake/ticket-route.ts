/** The route that issues one-time tickets for sockets. */

import { notFound } from "../../http/errors.ts";
import { string } from "../../http/input/fields.ts";
import { type Route, respond, route } from "../../http/route.ts";
import { z } from "../../zod.ts";
import { authorizerOf, type RoomAuthorizer } from "./authorizer.ts";
import { issueTicket, TICKET_LIFETIME } from "./tickets.ts";

/** `POST /api/v1/realtime/ticket/`: issues a ticket for one room. */
export function ticketRoute(authorizers: readonly RoomAuthorizer[]): Route {
  return route({
    method: "post",
    path: "/api/v1/realtime/ticket",
    tag: "Realtime",
    summary: "Get a one-time ticket for a socket",
    description:
      "For clients that can set neither header nor sub-protocol: open the socket with `?ticket=` within 15 seconds.",
    access: "signedIn",
    body: z.object({ room: string({ max: 100 }).openapi({ example: "event:3" }) }),
    responses: { 201: z.object({ ticket: z.string(), expires_in: z.number().int() }) },
    async handle({ ctx, caller, body }) {
      const { authorizer, id } = authorizerOf(authorizers, body.room) ?? {};
      if (!authorizer || id === undefined) throw notFound();
      const admission = await authorizer.authorize(ctx, caller, id);
      const ticket = await issueTicket(ctx.runtime, caller, admission.room, ctx.now());
      return respond(201, { ticket, expires_in: TICKET_LIFETIME });
    },
  });
}
