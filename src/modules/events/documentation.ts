/** Texts and examples of events, for the API documents. */
import type { Documentation } from "../../platform/http/documents/documentation.ts";

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

export const documentation: Documentation = {
  operations: {
    "GET /api/v1/events/{id}/calendar.ics/": calendarFile,
    "GET /api/v1/events/calendar.ics/": {
      ...calendarFile,
      description:
        "For calendar programs, which subscribe to the address that `GET /api/v1/events/calendar/` returns.",
    },
  },
};
