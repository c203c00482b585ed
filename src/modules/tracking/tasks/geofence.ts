/** Detects that a user enters a task's geofence. Each arrival is recorded once for each user and task, and the user is told. */
import { type SQL, sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import { distanceBetween, type Place, SHORTEST_DEGREE } from "../../../platform/geo.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Notice, noticeEffects, noticeRows } from "../../notifications/index.ts";
import type { FilteredPoint } from "../points/filter-rules.ts";
import { type TaskNotice, taskNotice } from "./notices.ts";

/** An open task with a geofence that the user has not entered yet. */
export interface TaskGeofence extends Place {
  readonly id: number;
  readonly title: string;
  /** Metres. */
  readonly radius: number;
  readonly createdAt: number;
}

/** SQL value: the geofences that a user at one of these places may be in, for `readGeofences`. */
export function geofencesNear(userId: number, places: readonly Place[]): SQL {
  const latitudes = places.map(({ latitude }) => latitude);
  return sql`(SELECT json_group_array(json_array(t.id, t.title, t.latitude, t.longitude, t.radius, t.created_at)) FROM tasks t
    WHERE t.status IN ('pending', 'in_progress') AND t.radius IS NOT NULL
      AND t.latitude BETWEEN ${Math.min(...latitudes)} - 1.0 * t.radius / ${SHORTEST_DEGREE} AND ${Math.max(...latitudes)} + 1.0 * t.radius / ${SHORTEST_DEGREE}
      AND NOT EXISTS (SELECT 1 FROM task_states s WHERE s.task_id = t.id AND s.user_id = ${userId}
        AND (s.arrived_at IS NOT NULL OR s.status = 'completed')))`;
}

export function readGeofences(json: string | null | undefined): TaskGeofence[] {
  const tasks = JSON.parse(json ?? "[]") as [number, string, number, number, number, number][];
  return tasks.map(([id, title, latitude, longitude, radius, createdAt]) => ({
    id,
    title,
    latitude,
    longitude,
    radius,
    createdAt,
  }));
}

interface Arrival {
  readonly task: TaskGeofence;
  /** Time of the first good point inside, epoch ms. */
  readonly at: number;
}

/**
 * The geofences that these points are in. Pure. Points from before the task's creation do not count, nor do points whose
 * accuracy is worse than the radius. A point without an accuracy counts as exact.
 */
export function arrivals(geofences: readonly TaskGeofence[], points: readonly FilteredPoint[]): Arrival[] {
  return geofences.flatMap((task) => {
    const times = points
      .filter(({ flag, at }) => flag === null && at >= task.createdAt)
      .filter(({ accuracy }) => accuracy === null || accuracy < task.radius)
      .filter((point) => distanceBetween(point, task) <= task.radius)
      .map(({ at }) => at);
    return times.length > 0 ? [{ task, at: Math.min(...times) }] : [];
  });
}

/** Records arrivals and tells the user, once even when repeated. Takes no statement without an arrival. */
export async function recordArrivals(
  ctx: RequestContext,
  userId: number,
  geofences: readonly TaskGeofence[],
  points: readonly FilteredPoint[],
): Promise<void> {
  const arrived = arrivals(geofences, points);
  if (arrived.length === 0) return;
  const marks = arrived.map(({ task, at }) => [task.id, at]);
  const mark = ctx.db.run(sql`
    INSERT INTO task_states (task_id, user_id, status, arrived_at, updated_at)
    SELECT t.id, ${userId}, 'pending', mark.value ->> 1, ${ctx.now()}
    FROM json_each(${JSON.stringify(marks)}) AS mark JOIN tasks t ON t.id = mark.value ->> 0
    WHERE t.status <> 'completed' AND EXISTS (SELECT 1 FROM users WHERE id = ${userId})
    ON CONFLICT (task_id, user_id) DO UPDATE SET arrived_at = excluded.arrived_at
      WHERE task_states.arrived_at IS NULL AND task_states.status <> 'completed'`);
  const notices = arrived.map(({ task }) => noticeOf(userId, task));
  const told = arrived.map(({ task }) => frameOf(userId, task));
  const effects = [...noticeEffects(notices), ...told.map((notice) => taskNotice.soon(notice))];
  await commit(ctx, mark, effects, [noticeRows(ctx, notices)]);
}

const ref = (task: TaskGeofence) => `task:${task.id}:arrived`;

function noticeOf(userId: number, task: TaskGeofence): Notice {
  const message = `Jesteś na miejscu zadania „${task.title}”.`;
  return {
    userId,
    type: "TASK_ARRIVED",
    title: task.title,
    message,
    about: `task:${task.id}`,
    ref: ref(task),
    words: "task_arrived",
    subject: task.title,
  };
}

function frameOf(userId: number, task: TaskGeofence): TaskNotice {
  return {
    userId,
    kind: "task_arrived",
    ref: ref(task),
    body: { task_id: task.id, title: task.title },
  };
}
