/** Texts and examples of tracks, location reports and tasks, for the API documents. */
import { type Documentation, time } from "../../platform/http/documents/documentation.ts";

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

const PLACE = { latitude: 55.7558, longitude: 37.6176 };

const reports = {
  id: ["The report's id; in the path of a track, the person's.", 7],
  from: ["Only from this moment.", "2026-05-04T00:00:00Z"],
  to: ["Only to this moment.", "2026-05-05T00:00:00Z"],
  user: ["Only reports of this person; for staff.", 12],
} as const;

export const documentation: Documentation = {
  properties: {
    flag: "Why the position is not trusted; null when it is.",
    photo: "The picture itself, in a form.",
    photos: "Photos of the task.",
    points: "Positions, in any order.",
    radius: ["Metres around the place at which a person has arrived; null for none.", 100],
    status_display: ["State, as people read it.", "Pending"],
    total_points: ["Number of points.", 2],
    uploaded_at: time("When it was uploaded."),
    user_arrived_at: time("When you arrived; null before."),
    user_status: "Your own progress.",
  },
  schemas: {
    Track: {
      start_time: time("Moment of the first point; null for an empty track."),
      end_time: time("Moment of the last point; null for an empty track."),
      coordinates: "Points, in the order of time.",
    },
    "LocationReport LatestLocation": { location: "The position." },
    "NewLocationReport LocationReportReplacement LocationReportChange NewTask TaskChange Task TaskPhoto": {
      location: ["The position.", PLACE],
    },
    "Task NewTask TaskChange FlatTask": {
      assigned_to: ["Username of the person who does it; null for everybody.", "anna"],
    },
    TaskPhoto: {
      url: ["Address of the photo; null while it is checked.", "https://caravan.example/media/task/3.jpg"],
    },
  },
  parameters: {
    "/api/v1/location-reports/": reports,
    "/api/location-reports/": reports,
    "/api/v1/tasks/": { id: ["The task's id.", 3] },
    "/api/tasks/": { id: ["The task's id.", 3] },
  },
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
