/** Tracks and reports in JSON, GeoJSON (RFC 7946) and GPX 1.1. Tracks are written as streams. */
import { listText } from "../../../platform/http/responses/stream.ts";
import { isoTime } from "../../../platform/time.ts";
import { toJson } from "../json.ts";
import type { Report } from "../reports/queries.ts";
import { toReportWire } from "../reports/schemas.ts";
import type { Track, TrackPoint } from "./queries.ts";

/** A track without its points. */
function toHead({ userId, username, total, startsAt, endsAt }: Track) {
  return {
    user_id: userId,
    username,
    total_points: total,
    start_time: startsAt === null ? null : isoTime(startsAt),
    end_time: endsAt === null ? null : isoTime(endsAt),
  };
}

/** The JSON text of `head`, open at the start of a further member `list`, an array. */
const upTo = (list: string, head: object) => `${toJson(head).slice(0, -1)},"${list}":[`;

export const toTrackPoint = ({ latitude, longitude, at }: TrackPoint) => ({
  latitude,
  longitude,
  timestamp: isoTime(at),
});
const toPosition = ({ latitude, longitude }: TrackPoint) => [longitude, latitude];

export async function* trackJson(track: Track): AsyncGenerator<string> {
  yield upTo("coordinates", toHead(track));
  yield* listText(track.parts(), toTrackPoint, toJson);
  yield "]}";
}

/** A GeoJSON feature: a line, a point for a track of one point, no geometry for an empty track. */
export async function* trackFeature(track: Track): AsyncGenerator<string> {
  yield '{"type":"Feature","geometry":';
  if (track.total === 0) yield "null";
  else {
    yield track.total > 1 ? '{"type":"LineString","coordinates":[' : '{"type":"Point","coordinates":';
    yield* listText(track.parts(), toPosition, toJson);
    yield track.total > 1 ? "]}" : "}";
  }
  yield `,"properties":${upTo("times", toHead(track))}`;
  yield* listText(track.parts(), ({ at }) => isoTime(at), toJson);
  yield "]}}";
}

export function reportFeatures(reports: readonly Report[]) {
  const features = reports.map((report) => {
    const { location, id, ...properties } = toReportWire(report);
    const geometry = { type: "Point", coordinates: [location.longitude, location.latitude] };
    return { type: "Feature", id, geometry, properties };
  });
  return { type: "FeatureCollection", features };
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Escapes text for XML. Characters that XML 1.0 can't contain are left out. */
function escapeXml(words: string): string {
  return words
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** Source: https://www.topografix.com/GPX/1/1/ */
export async function* trackGpx({ username, parts }: Track): AsyncGenerator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield '<gpx version="1.1" creator="Caravan" xmlns="http://www.topografix.com/GPX/1/1">\n';
  yield `<trk><name>${escapeXml(username)}</name><trkseg>\n`;
  for await (const points of parts()) yield points.map(gpxPoint).join("");
  yield "</trkseg></trk>\n</gpx>\n";
}

const gpxPoint = ({ latitude, longitude, at }: TrackPoint) =>
  `<trkpt lat="${degrees(latitude)}" lon="${degrees(longitude)}"><time>${isoTime(at)}</time></trkpt>\n`;

/** Writes a number as XML Schema's decimal, which has no exponent. */
function degrees(value: number): string {
  const words = String(value);
  return words.includes("e") ? value.toFixed(12) : words;
}
