/** AlphaBet's event paths over the one writer of events. */
import { z } from "@hono/zod-openapi";
import {
  type ClientProfile,
  changeEvents,
  countEvents,
  createEvents,
  type EventFault,
  findEvent,
  listEvents,
  memberFaults,
  planFaults,
  removeEvents,
  searchEvents,
} from "../../modules/events/index.ts";
import { reportFault } from "../../platform/http/input/fields.ts";
import { linkTo, readCursor, windowQuery, writeCursor } from "../../platform/http/lists/paging.ts";
import { fill, messages as shared } from "../../platform/http/messages.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import {
  Change,
  END_BEFORE_START,
  Listed,
  Message,
  NewEvent,
  Single,
  toChange,
  toDraft,
  toListed,
  toSingle,
  uuid,
  uuidParam,
} from "./event-schemas.ts";
import { errorKey, refuseWithError, refuseWithMessage } from "./wording.ts";

const tag = "AlphaBet";

/** Events made here are for signed-in people; participants are named by username, and unknown names are passed over. */
const door: ClientProfile = {
  audience: "signed_in",
  creatorOrganizes: false,
  unknownNames: "skip",
  started: "refuse",
  missing: "refuse",
};
/** In a batch, unknown and past events are passed over too. */
const batchDoor: ClientProfile = { ...door, started: "skip", missing: "skip" };

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
      return respond(200, { events: rows.map((event) => toListed(event, caller)) });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last ? linkTo(ctx, request, { cursor: writeCursor(last.id) }) : null;
    return respond(200, { events: page.map((event) => toListed(event, caller)), count, next });
  },
});

const create = route({
  method: "post",
  path: "/api/events",
  tag,
  summary: "Create an event and tell its participants",
  access: "signedIn",
  creates: true,
  body: NewEvent,
  formatError: errorKey,
  responses: { 201: z.object({ message: z.string(), id: z.string(), event: Single }) },
  async handle({ ctx, caller, body }) {
    const made = await createEvents(ctx, caller, [toDraft(body)], door);
    if (!made.ok) throw refused(made, "No event found");
    const [event] = made.events;
    if (!event) throw refuseWithError("Nothing was created");
    return respond(201, {
      message: "Event created successfully",
      id: event.uuid,
      event: toSingle(event, caller),
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
    return respond(200, { event: toSingle(event, caller) });
  },
});

const update = route({
  method: "put",
  path: eventPath,
  tag,
  summary: "Change an event that has not begun",
  access: "signedIn",
  params: uuidParam,
  body: Change,
  formatError: errorKey,
  responses: { 200: z.object({ message: z.string(), event: Single }) },
  async handle({ ctx, caller, params, body }) {
    const result = await changeEvents(ctx, caller, [toChange(params.id, body)], door);
    if (!result.ok) throw refused(result, "No event found");
    const [event] = result.events;
    if (!event) throw refuseWithMessage(404, "No event found");
    return respond(200, { message: "Event has been updated", event: toSingle(event, caller) });
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

function refused(fault: EventFault, missing: string) {
  switch (fault.reason) {
    case "missing":
      return refuseWithMessage(404, missing);
    case "past":
      return refuseWithMessage(404, "Event is in the past");
    case "plan":
      return refuseWithError(fault.fault === "order" ? END_BEFORE_START : planFaults[fault.fault][1].en);
    case "forbidden":
      return refuseWithMessage(403, `You may not change the event ${fault.uuid}`, { id: fault.uuid });
    case "age":
    case "over":
      return refuseWithError(fill(memberFaults[fault.reason], { name: fault.username }).en);
    case "moved":
      return refuseWithMessage(409, shared.conflict.en);
    case "unknown":
      return refuseWithError("No such participant");
    default:
      return fault satisfies never;
  }
}

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
      found.map((event) => toListed(event, caller)),
    );
  },
});

const batchPath = "/api/batch_events";

/** Items a batch: each bad one is answered by name, so an answer grows with them. */
const MAX_BATCH = 1000;
const TOO_MANY = {
  en: `A batch takes at most ${MAX_BATCH} items.`,
  ru: `В одном запросе не больше ${MAX_BATCH} элементов.`,
};

/** A list whose length is looked at before its items are. */
function batchOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value, context) => {
    if (Array.isArray(value) && value.length > MAX_BATCH) reportFault({ ...context, value }, TOO_MANY);
    return value;
  }, z.array(item));
}

const createBatch = route({
  method: "post",
  path: batchPath,
  tag,
  summary: "Create events, all or none",
  access: "signedIn",
  creates: true,
  body: batchOf(NewEvent),
  formatError: errorKey,
  responses: { 201: z.object({ message: z.string(), ids: z.array(z.string()) }) },
  async handle({ ctx, caller, body }) {
    const made = await createEvents(ctx, caller, body.map(toDraft), door);
    if (!made.ok) throw refused(made, "No event found");
    return respond(201, {
      message: "Batch events created successfully",
      ids: made.events.map(({ uuid }) => uuid),
    });
  },
});

const updateBatch = route({
  method: "put",
  path: batchPath,
  tag,
  summary: "Change events, all or none; unknown and past ones are passed over",
  access: "signedIn",
  body: batchOf(Change.extend({ id: uuid })),
  formatError: errorKey,
  responses: { 200: Message },
  async handle({ ctx, caller, body }) {
    const changes = body.map((item) => toChange(item.id, item));
    const result = await changeEvents(ctx, caller, changes, batchDoor);
    if (!result.ok) throw refused(result, "No event found");
    return respond(200, { message: "Batch events updated successfully" });
  },
});

const removeBatch = route({
  method: "delete",
  path: batchPath,
  tag,
  summary: "Delete events, all or none; unknown ones are passed over",
  description: "The body is an array of ids.",
  access: "signedIn",
  body: batchOf(uuid),
  formatError: errorKey,
  responses: { 200: Message },
  async handle({ ctx, caller, body }) {
    const result = await removeEvents(
      ctx,
      caller,
      body.map((id) => ({ uuid: id })),
    );
    if (!result.ok) throw refused(result, "No events found");
    return respond(200, { message: "Batch events deleted successfully" });
  },
});

export const eventRoutes: readonly Route[] = [
  list,
  create,
  read,
  update,
  remove,
  search,
  createBatch,
  updateBatch,
  removeBatch,
];
