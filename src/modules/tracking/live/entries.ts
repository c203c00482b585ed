/** Bodies of the entries in a track room. Import them for their types only. */
import * as v from "valibot";
import { POINT_FLAGS, TASK_STATES } from "../tables.ts";

/** A point as it is stored. */
const StoredPoint = v.object({
  latitude: v.pipe(v.number(), v.description("Degrees.")),
  longitude: v.pipe(v.number(), v.description("Degrees.")),
  at: v.pipe(v.number(), v.description("When the receiver was there, epoch ms.")),
  accuracy: v.pipe(v.nullable(v.number()), v.description("Radius of uncertainty, metres.")),
  speed: v.pipe(v.nullable(v.number()), v.description("Metres a second.")),
  heading: v.pipe(v.nullable(v.number()), v.description("Degrees clockwise from north.")),
  flag: v.pipe(
    v.nullable(v.picklist(POINT_FLAGS)),
    v.description("Why the point is doubted, and left out of tracks; null for a good one."),
  ),
});

export const StoredPointsBody = v.object({
  points: v.pipe(v.array(StoredPoint), v.description("In the order of arrival.")),
  stored: v.optional(
    v.pipe(
      v.literal(true),
      v.description(
        "Rare, while the server changes its version: REST listed the points before the room did.",
      ),
    ),
  ),
});
export type StoredPointsBody = v.InferOutput<typeof StoredPointsBody>;

const task_id = v.pipe(v.number(), v.description("The task's number."));
const title = v.pipe(v.string(), v.description("The task's title."));
const status = v.pipe(v.picklist(TASK_STATES), v.description("The person's own progress with the task."));

export const TaskTitleBody = v.object({ task_id, title });
export const TaskStatusBody = v.object({ task_id, status });

/** What task notices say, by kind. */
export type TaskBodies = {
  readonly task_assigned: v.InferOutput<typeof TaskTitleBody>;
  readonly task_status_updated: v.InferOutput<typeof TaskStatusBody>;
  readonly task_arrived: v.InferOutput<typeof TaskTitleBody>;
};

/** The documented dialect's answer to a stored point. */
export const LocationSaved = v.object({ type: v.literal("location_saved"), success: v.literal(true) });
export type LocationSaved = v.InferOutput<typeof LocationSaved>;
