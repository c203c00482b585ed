/** The points in socket frames. */
import * as v from "valibot";
import { MAX_POINTS_PER_BATCH, readTime } from "./filter-rules.ts";

const degrees = (name: string, limit: number) =>
  v.pipe(
    v.number(`${name} is a number.`),
    v.finite(`${name} is a finite number.`),
    v.minValue(-limit, `${name} is between -${limit} and ${limit}.`),
    v.maxValue(limit, `${name} is between -${limit} and ${limit}.`),
  );

/** A measurement. Some receivers send a negative number when it is unknown. */
const measure = (name: string, max: number) =>
  v.optional(
    v.nullable(
      v.pipe(
        v.number(`${name} is a number.`),
        v.finite(),
        v.maxValue(max, `${name} is at most ${max}.`),
        v.transform((value) => (value < 0 ? null : value)),
      ),
    ),
    null,
  );

const instant = v.optional(
  v.nullable(
    v.pipe(
      v.union([v.string(), v.number()], "at is ISO 8601 or epoch ms."),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const at = readTime(dataset.value);
        if (at !== null) return at;
        addIssue({ message: "at is ISO 8601 or epoch ms." });
        return NEVER;
      }),
    ),
  ),
  null,
);

/** `latitude`, `longitude`, `heading`: degrees. `at`: when the receiver was there. `accuracy`: metres. `speed`: metres a second. */
export const PointFrame = v.object(
  {
    latitude: degrees("latitude", 90),
    longitude: degrees("longitude", 180),
    at: instant,
    accuracy: measure("accuracy", 1_000_000),
    speed: measure("speed", 10_000),
    heading: measure("heading", 360),
  },
  "A point has a latitude and a longitude.",
);

/** The body of a `points` entry. */
export const PointsBody = v.strictObject({
  points: v.pipe(
    v.array(PointFrame),
    v.minLength(1, "Send at least one point."),
    v.maxLength(MAX_POINTS_PER_BATCH, `Send at most ${MAX_POINTS_PER_BATCH} points at a time.`),
  ),
});
