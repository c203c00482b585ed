/** AlphaBet's event paths: participants in by username, out by id in lists and by username in the single answer. */
import { z } from "@hono/zod-openapi";
import {
  countEvents,
  createEvents,
  type Event,
  type EventChange,
  type EventDraft,
  findEvent,
  listEvents,
  removeEvents,
  searchEvents,
  updateEvents,
  usernameFor,
} from "../../modules/events/index.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { complain, string } from "../../platform/http/fields.ts";
import { messages } from "../../platform/http/messages.ts";
import { linkTo, readCursor, windowQuery, writeCursor } from "../../platform/http/paging.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import { isoTime, parseInstant } from "../../platform/time.ts";
import { errorKey, refuseWithError, refuseWithMessage } from "./wording.ts";

const tag = "AlphaBet";

/** The zone of times that name none. */
const ZONE = "Asia/Jerusalem";
const END_BEFORE_START = "End time must be greater than start time.";

const instant = z
  .preprocess((value) => value, z.string())
  .transform((value, context) => {
    const at = parseInstant(value, ZONE);
    if (at === null) complain({ ...context, value }, messages.datetime);
    return at ?? 0;
  })
  .openapi({ type: "string", format: "date-time" });

/** Usernames; what is no text is left out, a lone name counts as a list of one. */
const participants = z
  .preprocess((value) => (typeof value === "string" ? [value] : value), z.array(z.unknown()))
  .transform((values) => values.filter((value) => typeof value === "string"))
  .openapi({ type: "array", items: { type: "string" } });

const fields = {
  name: string({ max: 200 }),
  starting_time: instant,
  end_time: instant,
  location: string({ max: 200 }),
  participants,
};

const NewEvent = z.object({ ...fields, participants: participants.optional() }).openapi("AlphaBetNewEvent");
const Change = z
  .object({
    name: fields.name.optional(),
    starting_time: instant.optional(),
    end_time: instant.optional(),
    location: fields.location.optional(),
    participants: participants.optional(),
  })
  .openapi("AlphaBetEventChange");

/** Any hexadecimal UUID, as the original reads it: one that nobody would make just names no event. */
const uuid = z.guid().transform((value) => value.toLowerCase());
const uuidParam = z.object({ id: uuid });

const shape = {
  id: z.string(),
  name: z.string(),
  starting_time: z.string(),
  end_time: z.string().nullable(),
  location: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
};
/** In lists: participants as ids, their names beside them. */
const Listed = z
  .object({ ...shape, participants: z.array(z.number().int()), participant_usernames: z.array(z.string()) })
  .openapi("AlphaBetListedEvent");
const Single = z.object({ ...shape, participants: z.array(z.string()) }).openapi("AlphaBetEvent");
const Message = z.object({ message: z.string() });

function common(event: Event) {
  return {
    id: event.uuid,
    name: event.name,
    starting_time: isoTime(event.startsAt),
    end_time: event.endsAt === null ? null : isoTime(event.endsAt),
    location: event.location,
    created_at: isoTime(event.createdAt),
    updated_at: isoTime(event.updatedAt),
  };
}

function toListed(event: Event, viewer: Caller): z.input<typeof Listed> {
  return {
    ...common(event),
    participants: event.members.map(({ userId }) => userId),
    participant_usernames: event.members.map((member) => usernameFor(viewer, member)),
  };
}

function toSingle(event: Event, viewer: Caller): z.input<typeof Single> {
  return { ...common(event), participants: event.members.map((member) => usernameFor(viewer, member)) };
}

function toDraft(body: z.output<typeof NewEvent>): EventDraft {
  if (body.end_time <= body.starting_time) throw refuseWithError(END_BEFORE_START);
  return {
    name: body.name,
    startsAt: body.starting_time,
    endsAt: body.end_time,
    location: body.location,
    participants: body.participants ?? [],
  };
}

function toChange(id: string, body: z.output<typeof Change>): EventChange {
  return {
    uuid: id,
    name: body.name,
    startsAt: body.starting_time,
    endsAt: body.end_time,
    location: body.location,
    participants: body.participants,
  };
}

const list = route({
  method: "get",
  path: "/api/events",
  tag,
  summary: "List all events",
  access: "signedIn",
  query: windowQuery,
  answers: {
    200: z.object({
      events: z.array(Listed),
      count: z.number().int().optional(),
      next: z.string().nullable().optional(),
    }),
    404: z.object({ message: z.string(), events: z.array(Listed) }),
  },
  async handle({ scope, caller, query, request }) {
    const after = readCursor(query.cursor);
    const limit = query.limit ?? null;
    const [rows, count] = await Promise.all([
      listEvents(scope, { after, limit: limit === null ? null : limit + 1 }),
      limit === null ? null : countEvents(scope),
    ]);
    if (rows.length === 0 && after === 0) return reply(404, { message: "No events found", events: [] });
    if (limit === null || count === null)
      return reply(200, { events: rows.map((event) => toListed(event, caller)) });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next =
      rows.length > limit && last ? linkTo(scope, request, { cursor: writeCursor(last.id) }) : null;
    return reply(200, { events: page.map((event) => toListed(event, caller)), count, next });
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
  wording: errorKey,
  answers: { 201: z.object({ message: z.string(), id: z.string(), event: Single }) },
  async handle({ scope, caller, body }) {
    const [event] = await createEvents(scope, caller, [toDraft(body)]);
    if (!event) throw refuseWithError("Nothing was created");
    return reply(201, {
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
  answers: { 200: z.object({ event: Single }) },
  async handle({ scope, caller, params }) {
    const event = await findEvent(scope, params.id);
    if (!event) throw refuseWithMessage(404, "No event found");
    return reply(200, { event: toSingle(event, caller) });
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
  wording: errorKey,
  answers: { 200: z.object({ message: z.string(), event: Single }) },
  async handle({ scope, caller, params, body }) {
    const result = await updateEvents(scope, caller, [toChange(params.id, body)], true);
    if (!result.ok) throw refused(result, "No event found");
    const [event] = result.events;
    if (!event) throw refuseWithMessage(404, "No event found");
    return reply(200, { message: "Event has been updated", event: toSingle(event, caller) });
  },
});

const remove = route({
  method: "delete",
  path: eventPath,
  tag,
  summary: "Delete an event",
  access: "signedIn",
  params: uuidParam,
  answers: { 200: Message },
  async handle({ scope, caller, params }) {
    const result = await removeEvents(scope, caller, [params.id]);
    if (!result.ok) throw refused(result, "No events found");
    const [event] = result.events;
    if (!event) throw refuseWithMessage(404, "No events found");
    return reply(200, { message: `Event ${event.name} deleted` });
  },
});

function refused(
  refusal: { reason: "missing" | "past" | "order" | "forbidden"; uuid?: string },
  missing: string,
) {
  switch (refusal.reason) {
    case "missing":
      return refuseWithMessage(404, missing);
    case "past":
      return refuseWithMessage(404, "Event is in the past");
    case "order":
      return refuseWithError(END_BEFORE_START);
    case "forbidden":
      return refuseWithMessage(403, `You may not change the event ${refusal.uuid}`, { id: refusal.uuid });
    default:
      return refusal.reason satisfies never;
  }
}

const search = route({
  method: "get",
  path: "/api/search_event/:location",
  tag,
  summary: "Find events by a part of their location",
  access: "signedIn",
  params: z.object({ location: z.string() }),
  answers: { 200: z.array(Listed) },
  async handle({ scope, caller, params }) {
    const found = await searchEvents(scope, params.location);
    return reply(
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
    if (Array.isArray(value) && value.length > MAX_BATCH) complain({ ...context, value }, TOO_MANY);
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
  wording: errorKey,
  answers: { 201: z.object({ message: z.string(), ids: z.array(z.string()) }) },
  async handle({ scope, caller, body }) {
    const made = await createEvents(scope, caller, body.map(toDraft));
    return reply(201, { message: "Batch events created successfully", ids: made.map(({ uuid }) => uuid) });
  },
});

const updateBatch = route({
  method: "put",
  path: batchPath,
  tag,
  summary: "Change events, all or none; unknown and past ones are passed over",
  access: "signedIn",
  body: batchOf(Change.extend({ id: uuid })),
  wording: errorKey,
  answers: { 200: Message },
  async handle({ scope, caller, body }) {
    const result = await updateEvents(
      scope,
      caller,
      body.map((item) => toChange(item.id, item)),
      false,
    );
    if (!result.ok) throw refused(result, "No event found");
    return reply(200, { message: "Batch events updated successfully" });
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
  wording: errorKey,
  answers: { 200: Message },
  async handle({ scope, caller, body }) {
    const result = await removeEvents(scope, caller, body);
    if (!result.ok) throw refused(result, "No events found");
    return reply(200, { message: "Batch events deleted successfully" });
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
