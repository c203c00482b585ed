/** Texts and examples of webhooks, for the API documents. */
import { type Documentation, sample, time } from "../../platform/http/documents/documentation.ts";

const SECRET = "whsec_c2VjcmV0LW9mLXRoZS1lbmRwb2ludA==";
const URL_OF_RECEIVER = "https://receiver.example/caravan";

export const documentation: Documentation = {
  properties: {
    about: ["What the type tells of.", "An order was placed."],
    attempts: "What was tried, the oldest first.",
    audience: ["Who sees it.", "Open"],
    disabled_at: time("When it was switched off; null while it is on."),
    endpoint: ["The endpoint's id.", 2],
    disabled_reason: sample("gone"),
    next_attempt_at: ["", "2026-05-04T09:30:00.000Z", "date-time"],
    error: ["What went wrong; null for nothing.", "timeout"],
    failing_since: time("Since when nothing was accepted; null while all is well."),
    finished_at: time("When it was accepted or given up; null before."),
    former_secret_until: time("Until when the former secret is used, too."),
    is_active: "Whether it is sent to.",
    is_organizer: "Whether the person made the event.",
    more: "Whether there is more to send: repeat the request.",
    position_seconds: ["Seconds between two positions of a truck.", 60],
    replayed: ["Number of events that are sent once more.", 3],
    replayed_at: time("When it was sent once more; null before."),
    ticket: ["The ticket, to be used once.", "3f2c8a1e-5d1b-4f0e-9a59-0b6f1f0e7d21"],
    types: ["Types of events that are sent.", ["order.created", "order.updated"]],
  },
  schemas: {
    "WebhookEndpoint NewWebhookEndpoint WebhookEndpointChange": {
      url: ["Where events are sent.", URL_OF_RECEIVER],
    },
    PostWebhooksEndpointsResponse: {
      url: ["Where events are sent.", URL_OF_RECEIVER],
      secret: ["Signs the requests; shown here only.", SECRET],
    },
    PostWebhooksEndpointsByIdRotateResponse: { secret: ["Signs the requests; shown here only.", SECRET] },
    WebhookDelivery: {
      type: ["Type of the event.", "order.created"],
      subject: ["What it is about.", "order:3f2c8a1e-5d1b-4f0e-9a59-0b6f1f0e7d21"],
      message_id: ["The header `webhook-id`.", "msg_5f3a"],
      "body.type": ["Type of the event.", "order.created"],
      "body.data": [
        "What happened; its shape is in the document's webhooks.",
        { id: "3f2c8a1e-5d1b-4f0e-9a59-0b6f1f0e7d21" },
      ],
      "attempts.status": ["Status of the answer; null without one.", 200],
      "attempts.took": ["Milliseconds.", 120],
      "attempts.answer": ["The first 1,024 bytes.", "ok"],
    },
    WebhookReplay: {
      from: time("Events from this moment on."),
      to: time("Events up to this moment."),
    },
    GetWebhooksTypesResponseItem: { type: "Name of the type." },
  },
  parameters: {
    "/api/v1/webhooks/endpoints/": { id: ["The endpoint's id.", 2], state: "Only deliveries in this state." },
    "/api/v1/webhooks/deliveries/": { id: ["The delivery's id.", 41] },
  },
};
