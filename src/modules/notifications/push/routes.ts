/** `/api/v1/push/…`: the devices to which pushes are sent. */
import { notFound } from "../../../platform/http/errors.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { pushServices, removeSubscription, subscribe, unsubscribe } from "./commands.ts";
import { listSubscriptions } from "./queries.ts";
import { ServicesWire, SubscriptionBody, SubscriptionWire, toSubscriptionWire } from "./schemas.ts";

const tag = "Notifications";
const path = "/api/v1/push/subscriptions";
const own = { path, tag, access: "signedIn" } as const;

const services = route({
  method: "get",
  path: "/api/v1/push/services",
  tag,
  summary: "Read by which services pushes are sent",
  description: "With the public key that a browser needs to subscribe.",
  access: "public",
  responses: { 200: ServicesWire },
  async handle({ ctx }) {
    const { webKey, fcm, apns } = await pushServices(ctx);
    return respond(200, { web: webKey === null ? null : { public_key: webKey }, fcm, apns });
  },
});

const list = route({
  ...own,
  method: "get",
  summary: "List your devices that take pushes",
  responses: { 200: z.array(SubscriptionWire) },
  async handle({ ctx, caller }) {
    const rows = await listSubscriptions(ctx, caller.userId);
    return respond(
      200,
      rows.map((row) => toSubscriptionWire(row, caller.sessionId)),
    );
  },
});

const add = route({
  ...own,
  method: "post",
  summary: "Register this device for pushes",
  description:
    "The subscription belongs to your session and ends with it. A session has one of each service: a repeat replaces it and answers 200. A device that was registered by another session moves to yours. Pushes are sent while no socket of yours is heard; your notification settings say which.",
  body: SubscriptionBody,
  responses: { 200: SubscriptionWire, 201: SubscriptionWire },
  async handle({ ctx, caller, body }) {
    const { subscription, isNew } = await subscribe(ctx, caller, body);
    const wire = toSubscriptionWire(subscription, caller.sessionId);
    return isNew ? respond(201, wire) : respond(200, wire);
  },
});

const removeOwn = route({
  ...own,
  method: "delete",
  summary: "Stop pushes to this device",
  description: "Removes what your session registered; a repeat changes nothing.",
  responses: { 204: null },
  async handle({ ctx, caller }) {
    await unsubscribe(ctx, caller);
    return respond(204, null);
  },
});

const removeOne = route({
  ...own,
  method: "delete",
  path: `${path}/:id`,
  summary: "Stop pushes to one of your devices",
  params: z.object({ id: z.uuid() }),
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    if (!(await removeSubscription(ctx, caller.userId, params.id))) throw notFound();
    return respond(204, null);
  },
});

export const pushRoutes: readonly Route[] = [services, list, add, removeOwn, removeOne];
