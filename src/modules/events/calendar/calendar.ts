/** Writes events as an iCalendar file (RFC 5545), and signs the address of a user's feed. */
import { and, eq, sql } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { users } from "../../identity/index.ts";
import { type EventDetails, eventDetailFields } from "../details/queries.ts";
import { eventMembers, events } from "../tables.ts";

type CalendarEvent = Pick<
  EventDetails,
  | "uuid"
  | "name"
  | "description"
  | "startsAt"
  | "endsAt"
  | "location"
  | "updatedAt"
  | "latitude"
  | "longitude"
>;

/** A whole calendar file. `host` makes the events' UIDs globally unique. */
export function toCalendar(entries: readonly CalendarEvent[], host: string): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Caravan//Events//RU",
    ...entries.flatMap((entry) => toLines(entry, host)),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${foldLine(line)}\r\n`).join("");
}

function toLines(entry: CalendarEvent, host: string): string[] {
  const { endsAt, description, location, latitude, longitude } = entry;
  const optional = (line: string, given: unknown) => (given === null || given === "" ? [] : [line]);
  return [
    "BEGIN:VEVENT",
    `UID:${entry.uuid}@${host}`,
    `DTSTAMP:${utc(entry.updatedAt)}`,
    `DTSTART:${utc(entry.startsAt)}`,
    ...(endsAt === null ? [] : [`DTEND:${utc(endsAt)}`]),
    `SUMMARY:${escapeText(entry.name)}`,
    ...optional(`DESCRIPTION:${escapeText(description)}`, description),
    ...optional(`LOCATION:${escapeText(location)}`, location),
    ...(latitude === null || longitude === null ? [] : [`GEO:${latitude};${longitude}`]),
    "END:VEVENT",
  ];
}

/** `20310501T090000Z`. */
const utc = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");

/** RFC 5545, 3.3.11. */
function escapeText(words: string): string {
  return words.replace(/[\\;,]/g, "\\$&").replace(/\r\n|\r|\n/g, "\\n");
}

const encoder = new TextEncoder();

/** Folds a line at 75 octets without splitting a character; each next line begins with a space (RFC 5545, 3.1). */
function foldLine(line: string): string {
  let folded = "";
  let size = 0;
  for (const letter of line) {
    const octets = encoder.encode(letter).length;
    if (size + octets > 75) {
      folded += "\r\n ";
      size = 1;
    }
    folded += letter;
    size += octets;
  }
  return folded;
}

/** The most events in a feed: those with the latest start. */
const LISTED = 500;

/** The events in which a user takes part. */
export async function calendarOf(ctx: RequestContext, userId: number): Promise<CalendarEvent[]> {
  const { uuid, name, description, startsAt, endsAt, location, updatedAt, latitude, longitude } =
    eventDetailFields;
  return ctx.db
    .select({ uuid, name, description, startsAt, endsAt, location, updatedAt, latitude, longitude })
    .from(eventMembers)
    .innerJoin(events, eq(events.id, eventMembers.eventId))
    .where(eq(eventMembers.userId, userId))
    .orderBy(sql`${startsAt} DESC`)
    .limit(LISTED);
}

/**
 * The signature that opens one user's feed to a program that can't sign in. It opens nothing else and ends with the
 * user's password. Null for an unknown or deactivated user.
 */
export async function calendarSignature(ctx: RequestContext, userId: number): Promise<string | null> {
  const [person] = await ctx.db
    .select({ passwordHash: users.passwordHash })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.isActive, true)));
  return person ? ctx.runtime.keys.hmac("calendar", userId, person.passwordHash ?? "") : null;
}
