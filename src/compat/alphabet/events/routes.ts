/** AlphaBet's routes of single events. The events module does the work. */

import {
  changeEvents,
  countEvents,
  createEvents,
  findEvent,
  listEvents,
  removeEvents,
  searchEvents,
} from "../../../modules/events/index.ts";
import { linkTo, readCursor, windowQuery, writeCursor } from "../../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { errorKey, refuseWithError, refuseWithMessage } from "../errors.ts";
import {
  Change,
  Listed,
  Message,
  NewEvent,
  Single,
  toChange,
  toDraft,
  toListed,
  toSingle,
  uuidParam,
} from "./schemas.ts";
import { policy, refused, tag } from "./shared.ts";

const list = route({
  method: "get",
  path: "/api/events",
  tag,
  summary: "List all events",
  access: "signedIn",
  query: windowQuery,
  responses: {
    200: z.object({
      events: z.array(Listed),
      count: z.number().int().optional(),
      next: z.string().nullable().optional(),
    }),
    404: z.object({ message: z.string(), events: z.array(Listed) }),
  },
  async handle({ ctx, caller, query, request }) {
    const after = readCursor(query.cursor);
    const limit = query.limit ?? null;
    const [rows, count] = await Promise.all([
      listEvents(ctx, { after, limit: limit === null ? null : limit + 1 }),
      limit === null ? null : countEvents(ctx),
    ]);
    if (rows.length === 0 && after === 0) return respond(404, { message: "No events found", events: [] });
    if (limit === null || count === null)
      return respond(200, { events: rows.map((event) => toListed(ctx, event, caller)) });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last ? linkTo(ctx, request, { cursor: writeCursor(last.id) }) : null;
    return respond(200, { events: page.map((event) => toListed(ctx, event, caller)), count, next });
  },
});

const create = route({
  method: "post",
  path: "/api/events",
  tag,
  summary: "Create an event and notify its participants",
  access: "signedIn",
  creates: true,
  body: NewEvent,
  formatError: errorKey,
  responses: { 201: z.object({ message: z.string(), id: z.string(), event: Single }) },
  async handle({ ctx, caller, body }) {
    const made = await createEvents(ctx, caller, [toDraft(body)], policy);
    if (!made.ok) throw refused(made, "No event found");
    const [event] = made.events;
    if (!event) throw refuseWithError("Nothing was created");
    return respond(201, {
      message: "Event created successfully",
      id: event.uuid,
      event: toSingle(ctx, event, caller),
    });
  },
});

const eventPath = "/api/event/:id";

const read = route({
  method: "get",
  path: eventPath,
  tag,
  summary: "Read an event",
  access: "signedIn",
  params: uuidParam,
  responses: { 200: z.object({ event: Single }) },
  async handle({ ctx, caller, params }) {
    const event = await findEvent(ctx, params.id);
    if (!event) throw refuseWithMessage(404, "No event found");
    return respond(200, { event: toSingle(ctx, event, caller) });
  },
});

const update = route({
  method: "put",
  path: eventPath,
  tag,
  summary: "Change an event that has not started",
  access: "signedIn",
  params: uuidParam,
  body: Change,
  formatError: errorKey,
  responses: { 200: z.object({ message: z.string(), event: Single }) },
  async handle({ ctx, caller, params, body }) {
    const result = await changeEvents(ctx, caller, [toChange(params.id, body)], policy);
    if (!result.ok) throw refused(result, "No event found");
    const [event] = result.events;
    if (!event) throw refuseWithMessage(404, "No event found");
    return respond(200, { message: "Event has been updated", event: toSingle(ctx, event, caller) });
  },
});

const remove = route({
  method: "delete",
  path: eventPath,
  tag,
  summary: "Delete an event",
  access: "signedIn",
  params: uuidParam,
  responses: { 200: Message },
  async handle({ ctx, caller, params }) {
    const result = await removeEvents(ctx, caller, [{ uuid: params.id }]);
    if (!result.ok) throw refused(result, "No events found");
    const [event] = result.events;
    if (!event) throw refuseWithMessage(404, "No events found");
    return respond(200, { message: `Event ${event.name} deleted` });
  },
});

const search = route({
  method: "get",
  path: "/api/search_event/:location",
  tag,
  summary: "Find events by a part of their location",
  access: "signedIn",
  params: z.object({ location: z.string() }),
  responses: { 200: z.array(Listed) },
  async handle({ ctx, caller, params }) {
    const found = await searchEvents(ctx, params.location);
    return respond(
      200,
      found.map((event) => toListed(ctx, event, caller)),
    );
  },
});

export const eventRoutes: readonly Route[] = [list, create, read, update, remove, search];
