/** Bodies of the entries in a ticket's room. Import them for their types only. */
import * as v from "valibot";

export const TicketEntryBody = v.object({
  id: v.pipe(v.string(), v.description("The message's uuid, as in REST.")),
  author: v.pipe(v.number(), v.description("The author's user id.")),
  body: v.pipe(v.string(), v.description("The text.")),
  created_at: v.pipe(v.string(), v.isoTimestamp(), v.description("In UTC.")),
});
export type TicketEntryBody = v.InferOutput<typeof TicketEntryBody>;
