/** Wire shapes of an event under `/api/v1/events/`: bodies, answers and filters. */

import { fromHundredths } from "../../../platform/decimal.ts";
import { invalid } from "../../../platform/http/errors.ts";
import {
  fileOrNull,
  integer,
  latitude,
  limited,
  longitude,
  reportFault,
  string,
  timeZone,
} from "../../../platform/http/input/fields.ts";
import { decimalField, keyField } from "../../../platform/http/input/strict-fields.ts";
import { messages } from "../../../platform/http/messages.ts";
import type { Text } from "../../../platform/http/text.ts";
import { isoTime, parseInstant } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import type { NameOf } from "../commands/loading.ts";
import type { EventPicture } from "../commands/pictures.ts";
import { BLANK, type EventFacts } from "../commands/plans.ts";
import { reminderLeads } from "../fields.ts";
import { DEFAULT_LEAD, LONGEST_LEAD, leadsOf, MOST_LEADS } from "../rules.ts";
import type { EventDetails } from "./queries.ts";

/** The time zone of times without a zone, and of the filter by day. */
export const ZONE = "Europe/Moscow";

const instant = () =>
  z
    .string()
    .transform((value, context) => {
      const at = parseInstant(value, ZONE);
      if (at === null) reportFault({ ...context, value }, messages.datetime);
      return at ?? 0;
    })
    .openapi({ type: "string", format: "date-time" });

/** An optional field where null, and a form's empty text, mean none. */
function orNone<Inner extends z.ZodType>(inner: Inner) {
  return z.preprocess((value) => (value === "" ? null : value), inner.nullable()).optional();
}

const limit = () => orNone(integer({ min: 0, max: 32_767 })).openapi({ type: ["integer", "null"] });

const fields = {
  name: string({ max: 50 }),
  description: string({ max: 4000 }),
  event_type: string({ max: 50 }),
  start_date: instant().optional(),
  end_date: orNone(instant()).openapi({ type: ["string", "null"], format: "date-time" }),
  time_zone: orNone(timeZone()).openapi({
    type: ["string", "null"],
    description:
      "IANA name of the zone in which the times are shown. Default: the creator's, else the server's.",
  }),
  reminders: orNone(reminderLeads()).openapi({
    type: ["array", "null"],
    items: { type: "integer", minimum: 1, maximum: LONGEST_LEAD },
    maxItems: MOST_LEADS,
    example: [1440, 30],
    description: `Minutes before the start at which members are reminded by letter. Default: ${DEFAULT_LEAD}; an empty list: never.`,
  }),
  city: orNone(keyField()).openapi({ type: ["integer", "null"] }),
  address: string({ max: 150, blank: true }).nullable().optional(),
  event_price: decimalField({ digits: 10, min: 0 }).optional(),
  min_age: limit(),
  max_age: limit(),
  min_count_members: limit(),
  max_count_members: limit(),
  members: z
    .array(z.object({ id: integer() }))
    .optional()
    .openapi({ description: "The whole set. The creator is a member and an organizer." }),
  latitude: orNone(latitude()).openapi({ type: ["number", "null"] }),
  longitude: orNone(longitude()).openapi({ type: ["number", "null"] }),
  image: z.unknown().optional().openapi({
    type: "string",
    format: "binary",
    description: "A file in a form; null removes the picture.",
  }),
};

export const NewEventBody = z.object(fields).openapi("NewEvent");
export const EventChangeBody = z
  .object({
    ...fields,
    name: fields.name.optional(),
    description: fields.description.optional(),
    event_type: fields.event_type.optional(),
  })
  .openapi("EventChange");

export const EventWire = z
  .object({
    id: z.number().int(),
    name: z.string(),
    description: z.string(),
    members: z.array(z.object({ id: z.number().int() })),
    event_type: z.string(),
    start_date: z.string(),
    end_date: z.string().nullable(),
    city: z.number().int().nullable(),
    address: z.string().nullable(),
    event_price: z.string(),
    image: z.string().nullable(),
    members_count: z.number().int(),
    min_age: z.number().int().nullable(),
    max_age: z.number().int().nullable(),
    min_count_members: z.number().int().nullable(),
    max_count_members: z.number().int().nullable(),
    time_zone: z.string(),
    reminders: z.array(z.number().int()).describe("Minutes before the start, the longest first"),
  })
  .openapi("Event");

/** `zone`: the event's, or the default. */
export function toEventWire(
  event: EventDetails,
  image: string | null,
  zone: string,
): z.input<typeof EventWire> {
  return {
    id: event.id,
    name: event.name,
    description: event.description,
    members: event.members.map(({ userId }) => ({ id: userId })).sort((a, b) => b.id - a.id),
    event_type: event.eventType,
    start_date: isoTime(event.startsAt),
    end_date: event.endsAt === null ? null : isoTime(event.endsAt),
    city: event.cityId,
    address: event.location || null,
    event_price: fromHundredths(event.price),
    image,
    members_count: event.members.length,
    min_age: event.minAge,
    max_age: event.maxAge,
    min_count_members: event.minMembers,
    max_count_members: event.maxMembers,
    time_zone: zone,
    reminders: [...leadsOf(event)],
  };
}

/** The facts that a body gives. Latitude and longitude must come together. */
export function toChange(body: z.output<typeof EventChangeBody>): Partial<EventFacts> {
  const { latitude = null, longitude = null } = body;
  if ((latitude === null) !== (longitude === null))
    throw invalid({ [latitude === null ? "latitude" : "longitude"]: messages.required });
  const placed = body.latitude !== undefined || body.longitude !== undefined;
  const change = {
    name: body.name,
    description: body.description,
    eventType: body.event_type,
    startsAt: body.start_date,
    endsAt: body.end_date,
    timeZone: body.time_zone,
    reminderLeads: body.reminders,
    cityId: body.city,
    location: body.address === null ? "" : body.address,
    price: body.event_price,
    minAge: body.min_age,
    maxAge: body.max_age,
    minMembers: body.min_count_members,
    maxMembers: body.max_count_members,
    ...(placed ? { latitude, longitude } : {}),
  };
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

/** A whole event: fields that the body leaves out get the values of `BLANK`. */
export function toFacts(body: z.output<typeof NewEventBody>, now: number): EventFacts {
  const { name, description, event_type: eventType } = body;
  return { ...BLANK, name, description, eventType, startsAt: now, ...toChange(body) };
}

/** The members that a body names; undefined when it has no `members`. */
export function toNames(body: z.output<typeof EventChangeBody>): NameOf[] | undefined {
  return body.members?.map(({ id }) => ({ id }));
}

/** The picture that a body gives. Clients without a picture send an empty one, which changes nothing. */
export function toPicture({ image }: z.output<typeof EventChangeBody>): EventPicture {
  const isFile = image instanceof File;
  const nothing = image === undefined || image === "" || (isFile && fileOrNull(image) === null);
  if (!nothing && image !== null && !isFile) throw invalid({ image: messages.notFile });
  return { image: nothing ? undefined : (image as File | null) };
}

/** A filter as Django reads it: the last of several values, and none for empty text. */
function filter<Value>(read: (words: string) => Value | null, fault: Text) {
  return z
    .preprocess(
      (value) => (Array.isArray(value) ? value.at(-1) : value) || undefined,
      limited(200)
        .transform((words, context): Value => {
          const value = read(words.trim());
          if (value !== null) return value;
          reportFault({ ...context, value: words }, fault);
          return z.NEVER;
        })
        .optional(),
    )
    .openapi({ type: "string" });
}

const words = () => filter((value) => value, messages.invalid);
const number = () =>
  filter((value) => (/^-?\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : null), messages.filterNumber);

export const eventFilterQuery = {
  search: words(),
  event_type: words(),
  address: words(),
  city: filter((value) => (/^\d{1,9}$/.test(value) ? Number(value) : null), messages.filterKey),
  city__name: words(),
  date: filter(
    (value) => (/^\d{4}-\d\d-\d\d$/.test(value) ? parseInstant(value, ZONE) : null),
    messages.filterDate,
  ).openapi({ description: "A day in Moscow time on which the event takes place." }),
  min_age: number(),
  max_age: number(),
  min_count: number(),
  max_count: number(),
  organizer: words().openapi({ description: "A part of an organizer's name." }),
  organizer_is_friend: words().openapi({
    description: "With any value: only events that a friend organizes.",
  }),
};
