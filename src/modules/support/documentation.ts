/** Texts and examples of support, for the API documents. */
import { type Documentation, time, uuidOf } from "../../platform/http/documents/documentation.ts";

export const documentation: Documentation = {
  properties: {
    assigned_to: ["Who works on it; null for nobody.", 4],
    author: ["The person who wrote it.", 12],
    body: ["The text.", "The driver called and is ten minutes late."],
    closed_at: time("When it was closed; null while it is open."),
    is_internal: "Whether only operators and staff read it.",
    last_message_at: time("When the newest message was written."),
    related_order: uuidOf("The order that it is about; null for none."),
    related_order_uuid: uuidOf("The same as `related_order`."),
    status_label: ["State, as people read it.", "Open"],
    subject: ["What it is about.", "The truck is late"],
  },
  parameters: {
    "/api/v1/support/tickets/": {
      id: uuidOf("The ticket's id."),
      status: "Only tickets in this state.",
      priority: "Only tickets of this priority.",
      search: ["Text in the subject or the description.", "late"],
    },
  },
};
