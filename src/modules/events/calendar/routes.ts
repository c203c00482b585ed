/** `…/calendar.ics`: one event as a file, and a user's events as a feed to subscribe to. */

import { equalInConstantTime } from "../../../platform/crypto/digest.ts";
import { notFound } from "../../../platform/http/errors.ts";
import { integer, limited } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { requireEvent } from "../details/access.ts";
import { calendarOf, calendarSignature, toCalendarEvent } from "./calendar.ts";
import { type CalendarEvent, toCalendar } from "./ical.ts";

const tag = "Events";
const challenge = "Token";
const path = "/api/v1/events";

function file(name: string, entries: readonly CalendarEvent[], title?: string): Response {
  return new Response(toCalendar(entries, title === undefined ? {} : { title }), {
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
  summary: "Download an event as an iCalendar file",
  access: "optional",
  challenge,
  params: z.object({ id: integer({ min: 1 }) }),
  responses: {},
  handle: async ({ ctx, caller, params }) =>
    file(`event-${params.id}`, [toCalendarEvent(ctx, await requireEvent(ctx, caller, params.id))]),
});

const address = route({
  method: "get",
  path: `${path}/calendar`,
  tag,
  summary: "Get the address of your calendar feed",
  description:
    "Anybody with the address may read your events. The address stops working when you change your password.",
  access: "signedIn",
  challenge,
  responses: { 200: z.object({ url: z.string() }).openapi("CalendarAddress") },
  async handle({ ctx, caller: { userId } }) {
    const signature = await calendarSignature(ctx, userId);
    return respond(200, {
      url: `${ctx.origin}${path}/calendar.ics?person=${userId}&signature=${signature}`,
    });
  },
});

const feed = route({
  method: "get",
  path: `${path}/calendar.ics`,
  tag,
  summary: "Read a calendar feed",
  access: "public",
  query: z.object({ person: integer({ min: 1 }), signature: limited(200) }),
  responses: {},
  async handle({ ctx, query: { person, signature } }) {
    const expected = await calendarSignature(ctx, person);
    if (expected === null || !equalInConstantTime(signature, expected)) throw notFound();
    return file("events", await calendarOf(ctx, person), "Caravan");
  },
});

/** Routes with literal segments stand before those with `:id`. */
export const calendarRoutes: readonly Route[] = [address, feed, one];
