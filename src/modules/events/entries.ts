/** Bodies of the entries that the application writes in an event's room. Import them for their types only. */
import * as v from "valibot";

export const NoticeBody = v.object({
  text: v.pipe(v.string(), v.description("A sentence for people, in English.")),
  action: v.pipe(v.picklist(["created", "updated", "deleted"]), v.description("What happened to the event.")),
  event: v.pipe(v.string(), v.description("The event's uuid.")),
});
export type NoticeBody = v.InferOutput<typeof NoticeBody>;
