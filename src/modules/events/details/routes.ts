/** `/api/v1/events/…`: list, create, read, change and delete events. */

import { forbidden, invalid, notFound, type Refusal, refuse } from "../../../platform/http/errors.ts";
import { integer } from "../../../platform/http/input/fields.ts";
import { noSuchKey } from "../../../platform/http/input/strict-fields.ts";
import { envelope, pageQuery, paginate } from "../../../platform/http/lists/paging.ts";
import { fill, messages as shared } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { fileUrl, newestFinished } from "../../files/index.ts";
import { findCity } from "../../social/index.ts";
import type { EventFault, EventPolicy } from "../commands/plans.ts";
import { removeEvents } from "../commands/removal.ts";
import { changeEvents, createEvents } from "../commands/write.ts";
import { memberFaults, planFaults } from "../messages.ts";
import { zoneOf } from "../queries.ts";
import { requireEditableEvent, requireEvent } from "./access.ts";
import { type EventDetails, type EventFilter, listEventDetails } from "./queries.ts";
import {
  EventChangeBody,
  EventWire,
  eventFilterQuery,
  NewEventBody,
  toChange,
  toEventWire,
  toFacts,
  toNames,
  toPicture,
} from "./schemas.ts";

const tag = "Events";
const challenge = "Token";
const path = "/api/v1/events";
const PAGE_SIZE = 4;

/** The largest picture and the form's other fields, bytes. */
const FORM_LIMIT = 16 * 1024 * 1024;

const params = z.object({ id: integer({ min: 1 }) });

/** Find Friend's clients name members by id, and an unknown id is an error. */
const policy: EventPolicy = {
  audience: "public",
  creatorOrganizes: true,
  unknownNames: "refuse",
  started: "change",
  missing: "refuse",
};

function refused(fault: EventFault): Refusal {
  switch (fault.reason) {
    case "missing":
    case "past":
      return notFound();
    case "forbidden":
      return forbidden();
    case "moved":
      return refuse(409, shared.conflict);
    case "plan": {
      const [field, words] = planFaults[fault.fault];
      return invalid({ [field]: words });
    }
    case "unknown":
      return invalid({ members: noSuchKey("id" in fault.name ? fault.name.id : 0) });
    case "age":
    case "over":
      return invalid({ members: fill(memberFaults[fault.reason], { name: fault.username }) });
    default:
      return fault satisfies never;
  }
}

async function toWires(ctx: RequestContext, events: readonly EventDetails[]) {
  const images = await newestFinished(
    ctx,
    "event_image",
    events.map(({ id }) => id),
  );
  return Promise.all(
    events.map(async (event) => {
      const image = images.get(event.id);
      return toEventWire(event, image ? await fileUrl(ctx, image) : null, zoneOf(ctx, event));
    }),
  );
}

async function toWire(ctx: RequestContext, event: EventDetails) {
  const [wire] = await toWires(ctx, [event]);
  return wire ?? toEventWire(event, null, zoneOf(ctx, event));
}

const list = route({
  method: "get",
  path,
  tag,
  summary: "List events",
  description: "`search` looks in name, kind, city and address. An event must meet all conditions.",
  access: "optional",
  challenge,
  query: pageQuery.extend(eventFilterQuery),
  responses: { 200: envelope(EventWire) },
  async handle({ ctx, caller, query, request }) {
    const filter: EventFilter = {
      signedIn: caller !== null,
      search: query.search,
      eventType: query.event_type,
      address: query.address,
      cityId: query.city,
      cityName: query.city__name,
      day: query.date,
      minAge: query.min_age,
      maxAge: query.max_age,
      minCount: query.min_count,
      maxCount: query.max_count,
      organizer: query.organizer,
      friendOf: query.organizer_is_friend === undefined ? undefined : caller?.userId,
    };
    const load = async (window: Parameters<typeof listEventDetails>[2]) => {
      const listed = await listEventDetails(ctx, filter, window);
      if (listed.count === 0) await requireCity(ctx, filter.cityId);
      return listed;
    };
    const page = await paginate(ctx, request, query, PAGE_SIZE, load, (event) => event);
    return respond(200, { ...page, results: await toWires(ctx, page.results) });
  },
});

/** An empty list may be due to an unknown city, which is an error of the filter. */
async function requireCity(ctx: RequestContext, id: number | undefined): Promise<void> {
  if (id !== undefined && !(await findCity(ctx, id))) throw invalid({ city: shared.filterKey });
}

const create = route({
  method: "post",
  path,
  tag,
  summary: "Create an event",
  description: "A multipart form may carry a picture as `image`. Members are read from JSON only.",
  access: "signedIn",
  challenge,
  creates: true,
  body: NewEventBody,
  multipartLimit: FORM_LIMIT,
  responses: { 201: EventWire },
  async handle({ ctx, caller, body }) {
    const facts = toFacts(body, ctx.now());
    const draft = { facts, names: toNames(body) ?? [], ...toPicture(body) };
    const made = await createEvents(ctx, caller, [draft], policy);
    if (!made.ok) throw refused(made);
    const [event] = made.events;
    if (!event) throw notFound();
    return respond(201, await toWire(ctx, event));
  },
});

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read an event",
  access: "optional",
  challenge,
  params,
  responses: { 200: EventWire },
  handle: async ({ ctx, caller, params }) =>
    respond(200, await toWire(ctx, await requireEvent(ctx, caller, params.id))),
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id`,
    tag,
    summary: method === "put" ? "Replace an event" : "Change an event",
    description: "Fields that are left out stay. `members` replaces the whole set.",
    access: "signedIn",
    challenge,
    params,
    body: method === "put" ? NewEventBody : EventChangeBody,
    multipartLimit: FORM_LIMIT,
    responses: { 200: EventWire },
    may: ({ ctx, caller, params }) => requireEditableEvent(ctx, caller, params.id),
    async handle({ ctx, caller, params, body }) {
      const change = { ref: params, facts: toChange(body), names: toNames(body), ...toPicture(body) };
      const changed = await changeEvents(ctx, caller, [change], policy);
      if (!changed.ok) throw refused(changed);
      const [event] = changed.events;
      if (!event) throw notFound();
      return respond(200, await toWire(ctx, event));
    },
  });

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete an event",
  access: "signedIn",
  challenge,
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const event = await requireEditableEvent(ctx, caller, params.id);
    await removeEvents(ctx, caller, [{ id: event.id }]);
    return respond(204, null);
  },
});

export const eventDetailRoutes: readonly Route[] = [
  list,
  create,
  read,
  change("put"),
  change("patch"),
  remove,
];
