/** Texts and examples of the AlphaBet app's paths, for the API documents. */
import type { Documentation } from "../../platform/http/documents/documentation.ts";

const event = {
  name: ["Name of the event.", "Board games"],
  location: ["Where it is, as people read it.", "Moscow, Arbat 12"],
} as const;

export const documentation: Documentation = {
  properties: {
    events: "Events.",
    participant_usernames: ["Usernames of the people who take part.", ["boris", "vera"]],
  },
  schemas: { "AlphaBetListedEvent AlphaBetEvent AlphaBetNewEvent AlphaBetEventChange": event },
  operations: {
    "POST /api/auth/signup/": {
      description:
        "Signs the new account in. Where accounts are confirmed first, the answer has a `detail` and no tokens.",
    },
    "POST /api/token/": {
      description: "By `username` or `email`. An account with a second factor needs `otp`.",
    },
    "DELETE /api/batch_events/": { body: ["3f2c8a1e-5d1b-4f0e-9a59-0b6f1f0e7d21"] },
  },
  parameters: {
    "/api/event/": { id: ["The event's id.", "5"] },
    "/api/search_event/": { location: ["A part of the location.", "Arbat"] },
  },
};
