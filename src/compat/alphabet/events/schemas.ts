/** AlphaBet's wire shapes of events. Requests name participants by username; lists return ids, a single event returns usernames. */

import {
  BLANK,
  type Event,
  type EventChange,
  type EventDraft,
  usernameFor,
  zoneOf,
} from "../../../modules/events/index.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { reportFault, string, timeZone } from "../../../platform/http/input/fields.ts";
import { messages } from "../../../platform/http/messages.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { isoTime, parseInstant } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { refuseWithError } from "../errors.ts";

/** The time zone of times without an offset. */
const ZONE = "Asia/Jerusalem";
export const END_BEFORE_START = "End time must be greater than start time.";

const instant = z
  .preprocess((value) => value, z.string())
  .transform((value, context) => {
    const at = parseInstant(value, ZONE);
    if (at === null) reportFault({ ...context, value }, messages.datetime);
    return at ?? 0;
  })
  .openapi({ type: "string", format: "date-time" });

/** Usernames. Values that are not text are dropped; a single name counts as a list of one. */
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
  time_zone: timeZone().nullable().optional(),
};

export const NewEvent = z
  .object({ ...fields, participants: participants.optional() })
  .openapi("AlphaBetNewEvent");
export const Change = z
  .object({
    name: fields.name.optional(),
    starting_time: instant.optional(),
    end_time: instant.optional(),
    location: fields.location.optional(),
    time_zone: fields.time_zone,
    participants: participants.optional(),
  })
  .openapi("AlphaBetEventChange");

/** Any hexadecimal UUID, also of invalid versions, as in the original. */
export const uuid = z.guid().transform((value) => value.toLowerCase());
export const uuidParam = z.object({ id: uuid });

const shape = {
  id: z.string(),
  name: z.string(),
  starting_time: z.string(),
  end_time: z.string().nullable(),
  location: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  time_zone: z.string(),
};
/** An event in a list: participants as ids, with their usernames in a second list. */
export const Listed = z
  .object({ ...shape, participants: z.array(z.number().int()), participant_usernames: z.array(z.string()) })
  .openapi("AlphaBetListedEvent");
export const Single = z.object({ ...shape, participants: z.array(z.string()) }).openapi("AlphaBetEvent");
export const Message = z.object({ message: z.string() });

function common(ctx: RequestContext, event: Event) {
  return {
    id: event.uuid,
    name: event.name,
    starting_time: isoTime(event.startsAt),
    end_time: event.endsAt === null ? null : isoTime(event.endsAt),
    location: event.location,
    created_at: isoTime(event.createdAt),
    updated_at: isoTime(event.updatedAt),
    time_zone: zoneOf(ctx, event),
  };
}

export function toListed(ctx: RequestContext, event: Event, viewer: Caller): z.input<typeof Listed> {
  return {
    ...common(ctx, event),
    participants: event.members.map(({ userId }) => userId),
    participant_usernames: event.members.map((member) => usernameFor(viewer, member)),
  };
}

export function toSingle(ctx: RequestContext, event: Event, viewer: Caller): z.input<typeof Single> {
  return { ...common(ctx, event), participants: event.members.map((member) => usernameFor(viewer, member)) };
}

const namesIn = (usernames: readonly string[]) => usernames.map((username) => ({ username }));

export function toDraft(body: z.output<typeof NewEvent>): EventDraft {
  if (body.end_time <= body.starting_time) throw refuseWithError(END_BEFORE_START);
  const { name, starting_time: startsAt, end_time: endsAt, location, participants = [] } = body;
  const timeZone = body.time_zone ?? null;
  return { facts: { ...BLANK, name, startsAt, endsAt, location, timeZone }, names: namesIn(participants) };
}

export function toChange(id: string, body: z.output<typeof Change>): EventChange {
  const {
    name,
    starting_time: startsAt,
    end_time: endsAt,
    location,
    time_zone: timeZone,
    participants,
  } = body;
  const given = Object.entries({ name, startsAt, endsAt, location, timeZone }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    ref: { uuid: id },
    facts: Object.fromEntries(given),
    names: participants && namesIn(participants),
  };
}
