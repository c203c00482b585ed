/** Bodies of the entries that the application writes in a person's inbox. Import them for their types only. */
import * as v from "valibot";

const Room = v.pipe(
  v.nullable(v.string()),
  v.description("The room that it is about, as `chat:3`; null when it is about none."),
);

export const NotificationBody = v.object({
  id: v.pipe(v.number(), v.description("The notification's number, as in REST.")),
  type: v.pipe(v.string(), v.description("For programs, as `FRIEND_REQUEST`.")),
  title: v.pipe(v.string(), v.description("For people, in the person's language.")),
  message: v.pipe(v.string(), v.description("For people, in the person's language.")),
  about: v.pipe(
    v.nullable(v.string()),
    v.description("The thing that it is about, as `order:<uuid>` or `user:9`; null for none."),
  ),
  room: Room,
  created_at: v.pipe(v.string(), v.isoTimestamp(), v.description("In UTC.")),
});
export type NotificationBody = v.InferOutput<typeof NotificationBody>;

export const NotificationReadBody = v.union([
  v.object({ id: v.pipe(v.number(), v.description("The notification that was read.")), room: Room }),
  v.object({ up_to: v.pipe(v.number(), v.description("All with this number or a lower one are read.")) }),
]);
export type NotificationReadBody = v.InferOutput<typeof NotificationReadBody>;
