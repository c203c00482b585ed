/** Wire shapes of location reports: bodies and answers. */

import { Refusal } from "../../../platform/http/errors.ts";
import { reportFault } from "../../../platform/http/input/fields.ts";
import { pythonType } from "../../../platform/http/input/validation.ts";
import { fill, messages } from "../../../platform/http/messages.ts";
import { text } from "../../../platform/http/text.ts";
import { isoTime } from "../../../platform/time.ts";
import { z } from "../../../platform/zod.ts";
import { MAX_POINTS_PER_BATCH, type Point, readTime } from "../points/filter-rules.ts";
import { POINT_FLAGS } from "../tables.ts";
import type { Report } from "./queries.ts";

const BOTH_NEEDED = "Wymagane są oba pola: latitude i longitude.";
const NOT_KEY = text(
  "Incorrect type. Expected pk value, received {type}.",
  "Некорректный тип. Ожидалось значение первичного ключа, получен {type}.",
);
const HOW_MANY = text(
  `Send 1 to ${MAX_POINTS_PER_BATCH} points at a time.`,
  `За раз принимается от 1 до ${MAX_POINTS_PER_BATCH} точек.`,
);

const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);

/** An instant as ISO 8601 or epoch ms; the value is epoch ms. */
export const instant = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const at = readTime(value);
    if (at === null) reportFault({ ...context, value }, messages.datetime);
    return at ?? 0;
  })
  .openapi({ type: "string", format: "date-time" });

/** A measurement. Some receivers send a negative number when it is unknown. */
const measure = (max: number, description: string) =>
  z
    .number()
    .max(max)
    .transform((value) => (value < 0 ? null : value))
    .nullable()
    .optional()
    .openapi({ type: ["number", "null"], description });

const quality = {
  accuracy: measure(1_000_000, "Radius of uncertainty, metres."),
  speed: measure(10_000, "Metres a second."),
  heading: measure(360, "Degrees clockwise from north."),
};
const at = instant
  .nullable()
  .optional()
  .openapi({ description: "When the receiver was there; the time of arrival when left out." });

/** Latitude and longitude are optional here because `toPlace` refuses half a place with a text of its own. */
export const Location = z
  .object({ latitude: latitude.nullish(), longitude: longitude.nullish() })
  .openapi("EuroraceLocation");

const user = z
  .unknown()
  .transform((value, context): number | undefined => {
    if (value === undefined || (typeof value === "number" && Number.isInteger(value))) return value;
    if (typeof value === "string" && /^\d{1,15}$/.test(value)) return Number(value);
    const fault = value === null ? messages.null : fill(NOT_KEY, { type: pythonType(value) });
    reportFault({ ...context, value }, fault);
    return undefined;
  })
  .openapi({
    type: "integer",
    description: "Staff may name another user; for everybody else it is ignored.",
  });

export const NewReport = z
  .object({ location: Location, user: user.optional(), at, ...quality })
  .openapi("NewLocationReport");
export const ReportChange = z
  .object({ location: Location.optional(), user: user.optional(), ...quality })
  .openapi("LocationReportChange");
/** Replaces a whole report except its time. */
export const ReportReplacement = ReportChange.required({ location: true }).openapi(
  "LocationReportReplacement",
);

export const PointsBatch = z
  .object({
    points: z
      .array(z.object({ latitude, longitude, at, ...quality }))
      .refine(({ length }) => length >= 1 && length <= MAX_POINTS_PER_BATCH, { params: { text: HOW_MANY } }),
  })
  .openapi("PointsBatch");

/** Refuses half a place as the original app does: with one string, not a list. */
export function toPlace(location: z.output<typeof Location>): { latitude: number; longitude: number } {
  const { latitude, longitude } = location;
  if (typeof latitude !== "number" || typeof longitude !== "number")
    throw new Refusal(400, { raw: { location: { location: BOTH_NEEDED } } });
  return { latitude, longitude };
}

export function toPoint(body: z.output<typeof NewReport>): Point {
  return toPlacedPoint({ ...body, ...toPlace(body.location) });
}

type Placed = Omit<z.output<typeof NewReport>, "location" | "user"> & { latitude: number; longitude: number };

export function toPlacedPoint(point: Placed): Point {
  const { latitude, longitude } = point;
  const { at = null, accuracy = null, speed = null, heading = null } = point;
  return { latitude, longitude, at, accuracy, speed, heading };
}

const Place = z.object({ latitude: z.number(), longitude: z.number() });
export const ReportWire = z
  .object({
    id: z.number().int(),
    location: Place,
    timestamp: z.string(),
    user: z.number().int(),
    accuracy: z.number().nullable(),
    speed: z.number().nullable(),
    heading: z.number().nullable(),
    flag: z.enum(POINT_FLAGS).nullable(),
  })
  .openapi("LocationReport");
/** A place in both forms that clients read: two numbers, and a GeoJSON point. */
export const LatestWire = ReportWire.extend({
  location: Place.extend({ type: z.literal("Point"), coordinates: z.tuple([z.number(), z.number()]) }),
}).openapi("LatestLocation");

export function toReportWire(report: Report): z.input<typeof ReportWire> {
  const { id, userId, latitude, longitude, accuracy, speed, heading, flag } = report;
  return {
    id,
    location: { latitude, longitude },
    timestamp: isoTime(report.at),
    user: userId,
    accuracy,
    speed,
    heading,
    flag,
  };
}

export function toLatestWire(report: Report): z.input<typeof LatestWire> {
  const { latitude, longitude } = report;
  const location = {
    latitude,
    longitude,
    type: "Point" as const,
    coordinates: [longitude, latitude] as [number, number],
  };
  return { ...toReportWire(report), location };
}
