/** Tracks and reports as other programs read them: the app's own JSON, GeoJSON (RFC 7946), GPX 1.1. Pure. */
import { isoTime } from "../../platform/time.ts";
import type { Report } from "./reports.ts";
import { toReportWire } from "./schemas.ts";
import type { Track } from "./tracks.ts";

export function toTrackWire({ userId, username, points }: Track) {
  const [first, last] = [points[0], points.at(-1)];
  return {
    user_id: userId,
    username,
    total_points: points.length,
    start_time: first ? isoTime(first.at) : null,
    end_time: last ? isoTime(last.at) : null,
    coordinates: points.map(({ latitude, longitude, at }) => ({
      latitude,
      longitude,
      timestamp: isoTime(at),
    })),
  };
}

/** A line; a single point where there is one only, and no geometry where there is none. */
export function trackFeature(track: Track) {
  const { coordinates, ...properties } = toTrackWire(track);
  const positions = coordinates.map(({ latitude, longitude }) => [longitude, latitude]);
  const line = positions.length > 1 ? { type: "LineString", coordinates: positions } : null;
  const point = positions.length === 1 ? { type: "Point", coordinates: positions[0] } : null;
  const times = coordinates.map(({ timestamp }) => timestamp);
  return { type: "Feature", geometry: line ?? point, properties: { ...properties, times } };
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

/** Text inside XML. What XML 1.0 can't hold at all is left out. */
function escapeXml(words: string): string {
  return words
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** Source: https://www.topografix.com/GPX/1/1/ */
export function trackGpx({ username, points }: Track): string {
  const name = escapeXml(username);
  const lines = points.map(
    ({ latitude, longitude, at }) =>
      `<trkpt lat="${degrees(latitude)}" lon="${degrees(longitude)}"><time>${isoTime(at)}</time></trkpt>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gpx version="1.1" creator="Caravan" xmlns="http://www.topografix.com/GPX/1/1">',
    `<trk><name>${name}</name><trkseg>`,
    ...lines,
    "</trkseg></trk>",
    "</gpx>",
    "",
  ].join("\n");
}

/** XML Schema's decimal knows no exponent. */
function degrees(value: number): string {
  const words = String(value);
  return words.includes("e") ? value.toFixed(12) : words;
}
