/** `/api/v1/webhooks/…`: endpoints, their deliveries and replays, for staff. */
import { invalid } from "../../../platform/http/errors.ts";
import { boolean } from "../../../platform/http/input/fields.ts";
import { linkTo, readCursor, windowQuery, writeCursor } from "../../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { idInput, instantInput } from "../../../platform/resources/inputs.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { idParam } from "../../identity/index.ts";
import { MOST_REPLAYED, replayDelivery, replayRange, sendTest } from "../delivery/replay.ts";
import { texts } from "../messages.ts";
import { DELIVERY_STATES } from "../tables.ts";
import { EVENT_TYPES, TYPE_NAMES } from "../types.ts";
import { addEndpoint, changeEndpoint, type EndpointInput, removeEndpoint, rotateSecret } from "./commands.ts";
import { listDeliveries, listEndpoints, requireEndpoint } from "./queries.ts";
import { DeliveryWire, EndpointWire, endpointFields, toDeliveryWire, toEndpointWire } from "./schemas.ts";

const tag = "Webhooks";
const path = "/api/v1/webhooks";
const endpoints = `${path}/endpoints`;
const endpoint = `${endpoints}/:id`;
const PAGE_SIZE = 20;

const NewEndpoint = z
  .object({
    url: endpointFields.url,
    types: endpointFields.types.openapi({ example: ["order.created", "order.updated"] }),
    description: endpointFields.description.optional(),
    is_active: boolean().optional(),
    position_seconds: endpointFields.positionSeconds
      .optional()
      .openapi({ description: "At most one position of a truck is sent in so many seconds." }),
    owner: idInput()
      .nullable()
      .optional()
      .openapi({
        type: ["integer", "null"],
        description: "The member of staff who is told when it fails; by default the caller.",
      }),
  })
  .openapi("NewWebhookEndpoint");

const EndpointChange = NewEndpoint.partial().openapi("WebhookEndpointChange");

/** The fields that the body names. */
function toInput(body: z.output<typeof EndpointChange>): Partial<EndpointInput> {
  const named = {
    url: body.url,
    types: body.types,
    description: body.description,
    isActive: body.is_active,
    positionSeconds: body.position_seconds,
    ownerId: body.owner,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

const SecretWire = z.object({
  secret: z.string().openapi({ description: "`whsec_…`: shown this once." }),
  former_secret_until: z.string(),
});

const types = route({
  method: "get",
  path: `${path}/types`,
  tag,
  summary: "List the types of events",
  description: "The body of each is described in the `webhooks` section of the API document.",
  access: "staff",
  responses: { 200: z.array(z.object({ type: z.enum(TYPE_NAMES), about: z.string() })) },
  handle: async ({ ctx }) =>
    respond(
      200,
      TYPE_NAMES.map((type) => ({ type, about: EVENT_TYPES[type][ctx.locale] })),
    ),
});

const list = route({
  method: "get",
  path: endpoints,
  tag,
  summary: "List webhook endpoints",
  access: "staff",
  responses: { 200: z.array(EndpointWire) },
  handle: async ({ ctx }) => respond(200, (await listEndpoints(ctx)).map(toEndpointWire)),
});

const create = route({
  method: "post",
  path: endpoints,
  tag,
  summary: "Add a webhook endpoint",
  description: "The answer holds the secret that signs its requests. It is shown this once.",
  access: "staff",
  creates: true,
  body: NewEndpoint,
  responses: { 201: EndpointWire.extend({ secret: z.string() }) },
  async handle({ ctx, caller, body }) {
    const made = await addEndpoint(ctx, caller, {
      description: "",
      isActive: true,
      positionSeconds: ctx.runtime.settings.webhooks.positionSeconds,
      ownerId: caller.userId,
      ...toInput(body),
      url: body.url,
      types: body.types,
    });
    return respond(201, { ...toEndpointWire(made.endpoint), secret: made.secret });
  },
});

const read = route({
  method: "get",
  path: endpoint,
  tag,
  summary: "Read a webhook endpoint",
  access: "staff",
  params: idParam,
  responses: { 200: EndpointWire },
  handle: async ({ ctx, params }) => respond(200, toEndpointWire(await requireEndpoint(ctx, params.id))),
});

const change = route({
  method: "patch",
  path: endpoint,
  tag,
  summary: "Change a webhook endpoint",
  description:
    "What waits for an endpoint that is switched off is given up after a minute, and can be replayed.",
  access: "staff",
  params: idParam,
  body: EndpointChange,
  responses: { 200: EndpointWire },
  handle: async ({ ctx, caller, params, body }) =>
    respond(200, toEndpointWire(await changeEndpoint(ctx, caller, params.id, toInput(body)))),
});

const remove = route({
  method: "delete",
  path: endpoint,
  tag,
  summary: "Delete a webhook endpoint and its log",
  access: "staff",
  params: idParam,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    await removeEndpoint(ctx, caller, params.id);
    return respond(204, null);
  },
});

const rotate = route({
  method: "post",
  path: `${endpoint}/rotate`,
  tag,
  summary: "Make a new secret",
  description: "For a day, requests are signed with the new secret and the one before.",
  access: "staff",
  params: idParam,
  responses: { 200: SecretWire },
  async handle({ ctx, caller, params }) {
    const { secret, formerUntil } = await rotateSecret(ctx, caller, params.id);
    return respond(200, { secret, former_secret_until: isoTime(formerUntil) });
  },
});

const test = route({
  method: "post",
  path: `${endpoint}/test`,
  tag,
  summary: "Send a test event",
  description: "Its type is `webhook.test`.",
  access: "staff",
  params: idParam,
  responses: { 201: DeliveryWire },
  handle: async ({ ctx, params }) => respond(201, toDeliveryWire(await sendTest(ctx, params.id))),
});

const deliveries = route({
  method: "get",
  path: `${endpoint}/deliveries`,
  tag,
  summary: "List deliveries to a webhook endpoint",
  description:
    "The newest first, with what was sent and answered, as long as the log is kept. With `state` a page looks through a thousand deliveries: it may hold few or none while there is a next one.",
  access: "staff",
  params: idParam,
  query: windowQuery.extend({
    limit: windowQuery.shape.limit.openapi({ description: "Page size, 20 by default." }),
    state: z.enum(DELIVERY_STATES).optional(),
  }),
  responses: { 200: z.object({ next: z.string().nullable(), results: z.array(DeliveryWire) }) },
  async handle({ ctx, params, query, request }) {
    await requireEndpoint(ctx, params.id);
    const limit = query.limit ?? PAGE_SIZE;
    const before = readCursor(query.cursor);
    const { rows, next } = await listDeliveries(ctx, params.id, { state: query.state, before, limit });
    return respond(200, {
      next: next === null ? null : linkTo(ctx, request, { cursor: writeCursor(next) }),
      results: rows.map(toDeliveryWire),
    });
  },
});

const replayOne = route({
  method: "post",
  path: `${path}/deliveries/:id/replay`,
  tag,
  summary: "Send an event once more",
  description: "With the id that it had. 409 while it is being sent, or while its endpoint is switched off.",
  access: "staff",
  params: idParam,
  responses: { 201: DeliveryWire },
  handle: async ({ ctx, caller, params }) =>
    respond(201, toDeliveryWire(await replayDelivery(ctx, caller, params.id))),
});

const replayMany = route({
  method: "post",
  path: `${endpoint}/replay`,
  tag,
  summary: "Send the events of a time once more",
  description: `At most ${MOST_REPLAYED}, the oldest first; \`more\` says that there are others. What was sent again already is left out.`,
  access: "staff",
  params: idParam,
  body: z
    .object({
      from: instantInput(),
      to: instantInput(),
      state: z.enum(["accepted", "failed"]).default("failed"),
    })
    .openapi("WebhookReplay"),
  responses: { 200: z.object({ replayed: z.number().int(), more: z.boolean() }) },
  async handle({ ctx, caller, params, body }) {
    if (body.to < body.from) throw invalid({ to: texts.range });
    return respond(200, await replayRange(ctx, caller, params.id, body));
  },
});

export const webhookRoutes: readonly Route[] = [
  types,
  list,
  create,
  read,
  change,
  remove,
  rotate,
  test,
  deliveries,
  replayMany,
  replayOne,
];
