/** `/api/v1/orders/{uuid}/share/` creates and ends public links; `/api/v1/track/{token}/` reads a shared order. */

import { admitted, type Caller, mayOperate } from "../../../platform/http/caller.ts";
import { notFound } from "../../../platform/http/errors.ts";
import { boolean, integer, limited } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { orderParams } from "../orders/fields.ts";
import { requireOrder } from "../orders/queries.ts";
import { endShares, shareOrder } from "./commands.ts";
import { findShared } from "./queries.ts";
import { SharedWire, toSharedWire } from "./schemas.ts";

const tag = "Orders";
const path = "/api/v1/orders/:uuid/share";
const params = orderParams;

/** Seconds. */
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** Staff whose groups may share orders do so as operators do. */
const sharer = (caller: Caller) => (mayOperate(caller, "orders:share") ? admitted(caller) : caller);

const share = route({
  method: "post",
  path,
  tag,
  summary: "Create a public link to an order's map",
  description:
    "The page shows the status, both places, the truck while it has the job, and the client's first name if `shows_name` is true; no address and no phone. When the order is over it shows only the final status, and the link ends an hour later.",
  access: "signedIn",
  creates: true,
  params,
  body: z
    .object({
      expires_in: integer({ min: MINUTE, max: 7 * DAY })
        .optional()
        .openapi({ type: "integer", description: "Seconds; a day by default." }),
      shows_name: boolean().optional(),
    })
    .openapi("NewShare"),
  responses: { 201: z.object({ url: z.string(), expires_at: z.string() }).openapi("Share") },
  async handle({ ctx, caller, params, body }) {
    const { order, side } = await requireOrder(ctx, sharer(caller), params.uuid);
    if (side === "driver") throw notFound();
    const made = await shareOrder(ctx, order.id, body.expires_in ?? DAY, body.shows_name ?? false);
    return respond(201, { url: made.url, expires_at: isoTime(made.expiresAt) });
  },
});

const end = route({
  method: "delete",
  path,
  tag,
  summary: "End all public links to an order",
  access: "signedIn",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    const { order, side } = await requireOrder(ctx, sharer(caller), params.uuid);
    if (side === "driver") throw notFound();
    await endShares(ctx, order.id);
    return respond(204, null);
  },
});

const read = route({
  method: "get",
  path: "/api/v1/track/:token",
  tag,
  summary: "Read a shared order",
  access: "public",
  params: z.object({ token: limited(100) }),
  responses: { 200: SharedWire },
  async handle({ ctx, params }) {
    const shared = await findShared(ctx, params.token);
    if (!shared) throw notFound();
    return respond(200, toSharedWire(shared));
  },
});

export const shareRoutes: readonly Route[] = [share, end];
export const sharedRoutes: readonly Route[] = [read];
