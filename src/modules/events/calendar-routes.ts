/** `…/calendar.ics`: one event as a file, and one's own as a feed that a calendar subscribes to. */
import { z } from "@hono/zod-openapi";
import { equalInConstantTime } from "../../platform/crypto/digest.ts";
import { notFound } from "../../platform/http/errors.ts";
import { integer, limited } from "../../platform/http/fields.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import type { Scope } from "../../platform/runtime.ts";
import { calendarOf, calendarSignature, toCalendar } from "./calendar.ts";
import { existing } from "./gathering-routes.ts";

const tag = "Events";
const challenge = "Token";
const path = "/api/v1/events";

function file(scope: Scope, name: string, entries: Parameters<typeof toCalendar>[0]): Response {
  return new Response(toCalendar(entries, new URL(scope.origin).hostname), {
    headers: {
      "content-type": "text/calendar; charset=utf-8",
      "content-disposition": `attachment; filename="${name}.ics"`,
    },
  });
}

const one = route({
  method: "get",
  path: `${path}/:id/calendar.ics`,
  tag,
  summary: "An event for one's calendar",
  access: "optional",
  challenge,
  params: z.object({ id: integer({ min: 1 }) }),
  answers: {},
  handle: async ({ scope, caller, params }) =>
    file(scope, `event-${params.id}`, [await existing(scope, caller, params.id)]),
});

const address = route({
  method: "get",
  path: `${path}/calendar`,
  tag,
  summary: "Where a calendar subscribes to one's events",
  description: "Whoever has the address may read them; it ends with one's password.",
  access: "signedIn",
  challenge,
  answers: { 200: z.object({ url: z.string() }).openapi("CalendarAddress") },
  async handle({ scope, caller: { userId } }) {
    const signature = await calendarSignature(scope, userId);
    return reply(200, {
      url: `${scope.origin}${path}/calendar.ics?person=${userId}&signature=${signature}`,
    });
  },
});

const feed = route({
  method: "get",
  path: `${path}/calendar.ics`,
  tag,
  summary: "One's events as a feed",
  access: "public",
  query: z.object({ person: integer({ min: 1 }), signature: limited(200) }),
  answers: {},
  async handle({ scope, query: { person, signature } }) {
    const expected = await calendarSignature(scope, person);
    if (expected === null || !equalInConstantTime(signature, expected)) throw notFound();
    return file(scope, "events", await calendarOf(scope, person));
  },
});

/** What has a name stands before what has a number. */
export const calendarRoutes: readonly Route[] = [address, feed, one];
