/** AlphaBet's batch routes: many events in one request, all or none. */

import { changeEvents, createEvents, removeEvents } from "../../../modules/events/index.ts";
import { reportFault } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { errorKey } from "../errors.ts";
import { Change, Message, NewEvent, toChange, toDraft, uuid } from "./schemas.ts";
import { batchPolicy, policy, refused, tag } from "./shared.ts";

const batchPath = "/api/batch_events";

/** The limit on the items of a batch. Each bad item gets its own error, so the answer grows with the batch. */
const MAX_BATCH = 1000;
const TOO_MANY = {
  en: `A batch takes at most ${MAX_BATCH} items.`,
  ru: `В одном запросе не больше ${MAX_BATCH} элементов.`,
};

/** A list whose length is checked before its items. */
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
    const made = await createEvents(ctx, caller, body.map(toDraft), policy);
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
  summary: "Change events, all or none; skip unknown and past ones",
  access: "signedIn",
  body: batchOf(Change.extend({ id: uuid })),
  formatError: errorKey,
  responses: { 200: Message },
  async handle({ ctx, caller, body }) {
    const changes = body.map((item) => toChange(item.id, item));
    const result = await changeEvents(ctx, caller, changes, batchPolicy);
    if (!result.ok) throw refused(result, "No event found");
    return respond(200, { message: "Batch events updated successfully" });
  },
});

const removeBatch = route({
  method: "delete",
  path: batchPath,
  tag,
  summary: "Delete events, all or none; skip unknown ones",
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

export const batchRoutes: readonly Route[] = [createBatch, updateBatch, removeBatch];
