/** `/api/v1/events/{id or uuid}/accept|leave/` and `users/my_events/`: a member's own events. */

import { notFound, refuse } from "../../../platform/http/errors.ts";
import { messages as shared } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { numberIn, uuidIn } from "../../../platform/ids.ts";
import { z } from "../../../platform/zod.ts";
import type { EventRef } from "../commands/loading.ts";
import { eventsOf } from "../queries.ts";
import { acceptMembership, leaveEvent } from "./commands.ts";

const tag = "Events";
const challenge = "Token";
const path = "/api/v1/events";

/** An event's number or uuid. */
export const eventRef = z
  .string()
  .transform((word, context): EventRef => {
    const id = numberIn(word);
    if (id !== null) return { id };
    const uuid = uuidIn(word);
    if (uuid !== null) return { uuid };
    context.addIssue({ code: "custom", message: "neither a number nor a uuid" });
    return z.NEVER;
  })
  .openapi({ type: "string", description: "The event's number or its uuid." });

const params = z.object({ id: eventRef });

const accept = route({
  method: "post",
  path: `${path}/:id/accept`,
  tag,
  summary: "Accept being named in an event",
  description:
    "People who are named are members at once. Members see each other's locations only if both have accepted. " +
    "Accepting again changes nothing.",
  access: "signedIn",
  challenge,
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    if (!(await acceptMembership(ctx, caller.userId, params.id))) throw notFound();
    return respond(204, null);
  },
});

const leave = route({
  method: "post",
  path: `${path}/:id/leave`,
  tag,
  summary: "Leave an event",
  description: "The place is offered to the waiting list.",
  access: "signedIn",
  challenge,
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const left = await leaveEvent(ctx, caller.userId, params.id);
    if (left === "missing") throw notFound();
    if (left === "moved") throw refuse(409, shared.conflict);
    return respond(204, null);
  },
});

const myEvents = route({
  method: "get",
  path: "/api/v1/users/my_events",
  tag: "Find Friend",
  summary: "List the events you take part in",
  access: "signedIn",
  challenge,
  responses: { 200: z.array(z.object({ id: z.number().int(), name: z.string() })) },
  handle: async ({ ctx, caller }) => respond(200, await eventsOf(ctx, caller.userId)),
});

export const attendanceRoutes: readonly Route[] = [accept, leave, myEvents];
