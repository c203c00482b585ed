/** Texts and examples of tracks, location reports and tasks, for the API documents. */
import type { Documentation } from "../../platform/http/documents/documentation.ts";

const FEATURE = {
  type: "Feature",
  geometry: {
    type: "LineString",
    coordinates: [
      [37.6176, 55.7558],
      [37.6201, 55.7562],
    ],
  },
  properties: {
    user_id: 12,
    username: "anna",
    total_points: 2,
    start_time: "2026-05-04T09:30:00.000Z",
    end_time: "2026-05-04T09:31:00.000Z",
    times: ["2026-05-04T09:30:00.000Z", "2026-05-04T09:31:00.000Z"],
  },
};

const GPX = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<gpx version="1.1" creator="Caravan" xmlns="http://www.topografix.com/GPX/1/1">',
  "<trk><name>anna</name><trkseg>",
  '<trkpt lat="55.7558" lon="37.6176"><time>2026-05-04T09:30:00.000Z</time></trkpt>',
  "</trkseg></trk>",
  "</gpx>",
  "",
].join("\n");

const COLLECTION = {
  type: "FeatureCollection",
  features: [
    {
      type: "Feature",
      id: 7,
      geometry: { type: "Point", coordinates: [37.6176, 55.7558] },
      properties: { user: 12, timestamp: "2026-05-04T09:30:00.000Z" },
    },
  ],
};

export const documentation: Documentation = {
  operations: {
    "GET /api/v1/location-reports/my_track/, GET /api/location-reports/my_track/": {
      answers: { 200: { media: { "application/geo+json": FEATURE, "application/gpx+xml": GPX } } },
    },
    "GET /api/v1/location-reports/user-track/{id}/, GET /api/location-reports/user-track/{id}/": {
      answers: { 200: { media: { "application/geo+json": FEATURE, "application/gpx+xml": GPX } } },
    },
    "GET /api/v1/location-reports/, GET /api/location-reports/, GET /api/v1/location-reports/latest/, GET /api/location-reports/latest/":
      {
        answers: { 200: { media: { "application/geo+json": COLLECTION } } },
      },
  },
};
