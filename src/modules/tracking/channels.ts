/** The sockets of tracks in the AsyncAPI document. No part of the Worker. */
import * as v from "valibot";
import type { Body, Channel, Documented } from "../../platform/realtime/documents/channel.ts";
import { GONE, HIDDEN } from "../../platform/realtime/documents/common-entries.ts";
import { CLOSE } from "../../platform/realtime/socket/frames.ts";
import { LocationSaved, StoredPointsBody, TaskStatusBody, TaskTitleBody } from "./live/entries.ts";
import { MAX_POINTS_PER_BATCH } from "./points/filter-rules.ts";
import { PointFrame, PointsBody } from "./points/frames.ts";

const pointFields = {
  latitude: "Degrees.",
  longitude: "Degrees.",
  at: "When the receiver was there: ISO 8601, or epoch ms. Without it the time of arrival counts.",
  accuracy: "Radius of uncertainty, metres. A negative number means unknown, also in the next two.",
  speed: "Metres a second.",
  heading: "Degrees clockwise from north.",
};

/** The `points` frame, also for the truck's socket. */
export const pointsSaid: Body = {
  schema: PointsBody,
  summary: `Reports up to ${MAX_POINTS_PER_BATCH} points, also late ones, each with its own time.`,
  example: {
    points: [
      {
        latitude: 52.2297,
        longitude: 21.0122,
        at: "2026-05-04T09:29:55.000Z",
        accuracy: 8,
        speed: 11.5,
        heading: 270,
      },
    ],
  },
  fields: Object.fromEntries(Object.entries(pointFields).map(([name, text]) => [`points.${name}`, text])),
};

/** A `points` entry, also in the truck's room. */
export const pointsStored = {
  schema: StoredPointsBody,
  summary: "Points as they are stored.",
  example: {
    points: [
      {
        latitude: 52.2297,
        longitude: 21.0122,
        at: 1777886995000,
        accuracy: 8,
        speed: 11.5,
        heading: 270,
        flag: null,
      },
    ],
  },
  byPerson: true,
} satisfies Body;

const assigned = { task_id: 12, title: "Check the bridge" };
const progress = { task_id: 12, status: "completed" };

const tasks: Readonly<Record<string, Body>> = {
  task_assigned: { schema: TaskTitleBody, summary: "There is a new task.", example: assigned },
  task_status_updated: {
    schema: TaskStatusBody,
    summary: "Your progress with a task has changed.",
    example: progress,
  },
  task_arrived: { schema: TaskTitleBody, summary: "You have arrived at a task.", example: assigned },
};

/** A task notice in the documented dialect: the body, with the kind as `type`. */
const documentedTask = (kind: string, body: Body) => ({
  ...body,
  schema: v.object({
    type: v.literal(kind),
    ...(body.schema as unknown as { entries: v.ObjectEntries }).entries,
  }),
  example: { type: kind, ...body.example },
});

const documented: Documented = {
  description:
    "as Eurorace documents it, a client reports one point a frame. Frames of other types are ignored. Points of others do not come: clients ask REST for them.",
  fromClient: {
    location_update: {
      schema: v.object({ type: v.literal("location_update"), ...PointFrame.entries }),
      summary: "Reports where you are.",
      example: { type: "location_update", latitude: 52.2297, longitude: 21.0122 },
      fields: pointFields,
    },
  },
  fromServer: {
    location_saved: {
      schema: LocationSaved,
      summary: "Your point is stored.",
      example: { type: "location_saved", success: true },
      fields: { success: "Always true." },
    },
    ...Object.fromEntries(Object.entries(tasks).map(([kind, body]) => [kind, documentedTask(kind, body)])),
  },
};

export const trackChannels: readonly Channel[] = [
  {
    name: "location",
    title: "Your own track",
    address: "/ws/location/",
    room: "location",
    description: "Where you are: you report points, and hear about your tasks.",
    access: `every signed-in person; it is always their own. Anybody else's socket is opened, and closed at once with ${CLOSE.forbidden}.`,
    credential: "required",
    refusedWith: CLOSE.forbidden,
    says: { points: pointsSaid },
    entries: { points: pointsStored, ...tasks, gone: GONE },
    documented,
  },
  {
    name: "watched",
    title: "Somebody's track",
    address: "/ws/users/{id}/location/",
    id: "The person's number.",
    room: "user:9",
    description:
      "Where another person is. What is not for a watcher is `hidden`: tasks, and points from before the right began.",
    access:
      "friends who consented to it, participants of the same event while it runs, and staff, whose look is recorded. They read; only the owner may report.",
    credential: "required",
    says: { points: pointsSaid },
    entries: { points: pointsStored, ...tasks, hidden: HIDDEN, gone: GONE },
    documented,
  },
];
