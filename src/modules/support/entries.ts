/** Bodies of the entries in a ticket's room. Import them for their types only. */
import * as v from "valibot";

export const TicketEntryBody = v.object({
  id: v.pipe(v.string(), v.description("The message's uuid, as in REST.")),
  author: v.pipe(v.number(), v.description("The author's user id.")),
  body: v.pipe(v.string(), v.description("The text.")),
  created_at: v.pipe(v.string(), v.isoTimestamp(), v.description("In UTC.")),
  attachments: v.pipe(
    v.optional(
      v.array(
        v.object({
          id: v.pipe(v.number(), v.description("The file's id, as in REST.")),
          name: v.pipe(v.string(), v.description("The name under which it was uploaded.")),
          content_type: v.pipe(v.string(), v.description("Its type, as detected.")),
          size: v.pipe(v.number(), v.description("Bytes.")),
        }),
      ),
    ),
    v.description("Files, where the message has any; REST has their addresses."),
  ),
});
export type TicketEntryBody = v.InferOutput<typeof TicketEntryBody>;
