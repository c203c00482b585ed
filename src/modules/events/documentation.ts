/** Texts and examples of events, for the API documents. */
import { type Documentation, either, money, time } from "../../platform/http/documents/documentation.ts";

const CALENDAR = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//Caravan//Events//RU",
  "BEGIN:VEVENT",
  "UID:3f2c8a1e-5d1b-4f0e-9a59-0b6f1f0e7d21",
  "DTSTAMP:20260504T093000Z",
  "DTSTART:20260510T160000Z",
  "SUMMARY:Walk along the embankment",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

const calendarFile = {
  answers: {
    200: {
      headers: { "Content-Disposition": "Name of the file." },
      media: { "text/calendar": CALENDAR },
    },
  },
};

const event = {
  name: ["Name of the event.", "Walk along the embankment"],
  address: ["Where it is, as people read it.", "Moscow, Frunzenskaya embankment 1"],
  city: ["The city's id; null for none.", 3],
  description: ["What it is about.", "Five kilometres, with a stop for tea."],
} as const;

export const documentation: Documentation = {
  properties: {
    creator: ["The person who made it; null once the account is deleted.", 12],
    end_date: time("When it ends; null when it is open."),
    event: ["The event's id.", 5],
    event_price: money("Price of taking part; 0 for none.", "0.00"),
    event_type: ["Kind of the event.", "Open"],
    max_age: ["Oldest age of people who take part; null for any.", either(45, "45")],
    max_count_members: ["Most people who take part; null for any number.", 20],
    max_members: ["Most people who take part; null for any number.", 20],
    members: ["People who take part.", [12, 14]],
    members_count: ["Number of people who take part.", 2],
    min_age: ["Youngest age of people who take part; null for any.", either(18, "18")],
    min_count_members: ["Fewest people it takes place with; null for any number.", 2],
    participants: ["People who take part.", either([12, 14], ["boris", "vera"])],
    processed_by: ["The organizer who answered; null before.", 12],
    reminders: ["Minutes before the start at which people are reminded.", [60]],
    start_date: time("When it begins."),
    starting_time: time("When it begins."),
    starts_at: time("When it begins."),
    ends_at: time("When it ends; null when it is open."),
  },
  schemas: {
    "Event NewEvent EventChange": event,
    CalendarAddress: {
      url: [
        "Address of the feed.",
        "https://caravan.example/api/v1/events/calendar.ics?person=12&signature=7c0d",
      ],
    },
  },
  parameters: {
    "/api/v1/events/": {
      id: ["The event's id.", 5],
      address: ["Text in the address.", "embankment"],
      city: ["Only events of the city with this id.", "3"],
      city__name: ["Only events of the city with this name.", "Moscow"],
      event_type: ["Only events of this kind.", "Open"],
      max_age: ["Only events for people up to this age.", "45"],
      min_age: ["Only events for people from this age.", "18"],
      max_count: ["Only events of at most so many people.", "20"],
      min_count: ["Only events of at least so many people.", "2"],
      search: ["Text in the name or the description.", "walk"],
    },
    "/api/v1/events/distances/": { search: ["Only events up to so many kilometres away.", 5] },
    "/api/v1/events/calendar.ics/": {
      person: ["The person whose events they are.", 12],
      signature: ["From the address of the feed.", "7c0d4e1b"],
    },
    "/api/v1/participation/": { id: ["The request's id.", 9], event: ["Only requests for this event.", 5] },
  },
  operations: {
    "GET /api/v1/events/{id}/calendar.ics/": calendarFile,
    "GET /api/v1/events/calendar.ics/": {
      ...calendarFile,
      description:
        "For calendar programs, which subscribe to the address that `GET /api/v1/events/calendar/` returns.",
    },
  },
};
