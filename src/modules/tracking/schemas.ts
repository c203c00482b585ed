/** Query parameters of reports and tracks, and the format of the answer. */

import { invalid } from "../../platform/http/errors.ts";
import { boolean, integer, limited } from "../../platform/http/input/fields.ts";
import { windowQuery } from "../../platform/http/lists/paging.ts";
import { type Text, text } from "../../platform/http/text.ts";
import { z } from "../../platform/zod.ts";
import type { Box, Circle, ReportFilter, ReportWindow } from "./reports/queries.ts";
import { instant } from "./reports/schemas.ts";
import type { TrackFilter } from "./tracks/queries.ts";

const BAD_BOX = text(
  "Give bbox as west,south,east,north in degrees.",
  "Задайте bbox как запад,юг,восток,север в градусах.",
);
const BAD_NEAR = text("Give near as latitude,longitude.", "Задайте near как широта,долгота.");

const MAX_RADIUS = 100_000;
const DEFAULT_RADIUS = 1000;

const format = (...formats: [string, ...string[]]) =>
  z
    .enum(["json", ...formats])
    .optional()
    .openapi({ description: "Format of the answer; without it the `Accept` header decides." });
const span = { from: instant.optional(), to: instant.optional() };
const flagged = boolean()
  .optional()
  .openapi({ description: "Include flagged points: duplicate, jump, stale, future." });

const area = {
  bbox: limited(100).optional().openapi({
    description:
      "west,south,east,north in degrees. A box with west greater than east crosses the antimeridian.",
  }),
  near: limited(60).optional().openapi({ description: "latitude,longitude; nearest first." }),
  radius: integer({ min: 1, max: MAX_RADIUS })
    .default(DEFAULT_RADIUS)
    .openapi({ type: "integer", description: "Metres around `near`." }),
};

export const trackQuery = z.object({ ...span, flagged, format: format("geojson", "gpx") });
export const latestQuery = z.object({ ...span, ...area, format: format("geojson") });
export const reportQuery = windowQuery.extend({
  ...span,
  ...area,
  flagged,
  user: integer({ min: 1 }).optional(),
  format: format("geojson"),
});

export function toTrackFilter({ from, to, flagged }: z.output<typeof trackQuery>): TrackFilter {
  return { from, to, flagged };
}

export function toFilter(query: z.output<typeof latestQuery>): ReportFilter {
  return {
    from: query.from,
    to: query.to,
    box: query.bbox === undefined ? undefined : readBox(query.bbox),
    near: query.near === undefined ? undefined : readCircle(query.near, query.radius),
  };
}

/** Reads numbers in degrees within their bounds, or refuses the parameter. */
function degrees(words: string, bounds: readonly number[], name: string, fault: Text): number[] {
  const values = words.split(",").map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
  const fits = values.length === bounds.length && values.every((v, at) => Math.abs(v) <= (bounds[at] ?? 0));
  if (!fits) throw invalid({ [name]: fault });
  return values;
}

function readBox(words: string): Box {
  const [west = 0, south = 0, east = 0, north = 0] = degrees(words, [180, 90, 180, 90], "bbox", BAD_BOX);
  if (south > north) throw invalid({ bbox: BAD_BOX });
  return { west, south, east, north };
}

function readCircle(words: string, radius: number): Circle {
  const [latitude = 0, longitude = 0] = degrees(words, [90, 180], "near", BAD_NEAR);
  return { latitude, longitude, radius };
}

/** The window given by `limit` and `cursor`; null for the whole list. */
export function toWindow({ limit, cursor }: z.output<typeof reportQuery>): ReportWindow | null {
  return limit === undefined ? null : { limit, after: readPosition(cursor) };
}

/** Reads a cursor, which names the last report of the previous page. An invalid cursor starts from the beginning. */
function readPosition(cursor: string | undefined): ReportWindow["after"] {
  const [at, id] = (cursor ?? "").split(".").map((word) => Number.parseInt(word, 36));
  return Number.isSafeInteger(at) && Number.isSafeInteger(id) ? { at: at ?? 0, id: id ?? 0 } : null;
}

/** The cursor of the page after this report. */
export function writePosition({ at, id }: { readonly at: number; readonly id: number }): string {
  return `${at.toString(36)}.${id.toString(36)}`;
}

const MEDIA = { geojson: "application/geo+json", gpx: "application/gpx+xml" } as const;
export type ExportFormat = "json" | keyof typeof MEDIA;

/** The format named by the query, else the first of `formats` in the `Accept` header, else JSON. */
export function formatOf(
  request: Request,
  asked: string | undefined,
  formats: readonly ExportFormat[],
): ExportFormat {
  if (asked !== undefined) return formats.find((chosenFormat) => chosenFormat === asked) ?? "json";
  const accepted = request.headers.get("accept") ?? "";
  return (
    formats.find((chosenFormat) => chosenFormat !== "json" && accepted.includes(MEDIA[chosenFormat])) ??
    "json"
  );
}
