/** Reads tasks: which of them a user sees, each with the user's own progress and the photos. */
import { type SQL, sql } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { visibleNameSql } from "../../identity/index.ts";
import type { TASK_STATES } from "../tables.ts";

export type TaskState = (typeof TASK_STATES)[number];

export interface TaskPhoto {
  readonly id: number;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Epoch ms. */
  readonly uploadedAt: number;
}

export interface Task {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Radius of the geofence around the place, metres. */
  readonly radius: number | null;
  readonly status: TaskState;
  /** The caller's own status, and when they entered the geofence, epoch ms. */
  readonly userStatus: TaskState;
  readonly arrivedAt: number | null;
  readonly assignedTo: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly photos: readonly TaskPhoto[];
}

/** `own`: what the caller would see without being staff. `completed`: by the task's own status or the caller's. */
export type TaskList = "all" | "own" | "completed";

/** The tasks that the caller may see. One statement. */
export function listTasks(ctx: RequestContext, caller: Caller, list: TaskList): Promise<Task[]> {
  const seen = list === "own" ? visibleTo(caller.userId) : visible(caller);
  const completed = sql`t.id IN (SELECT id FROM tasks WHERE status = 'completed'
    UNION SELECT task_id FROM task_states WHERE user_id = ${caller.userId} AND status = 'completed')`;
  return selectTasks(ctx, caller, list === "completed" ? sql`${seen} AND ${completed}` : seen);
}

/** Null for an unknown task and for one that the caller may not see. */
export async function findTask(ctx: RequestContext, caller: Caller, id: number): Promise<Task | null> {
  const [task] = await selectTasks(ctx, caller, sql`t.id = ${id} AND ${visible(caller)}`);
  return task ?? null;
}

const visible = (caller: Caller) => (caller.isStaff ? sql`1` : visibleTo(caller.userId));

/** SQL condition: hides tasks that were created before the user registered and are completed, unless the user began them. */
function visibleTo(userId: number): SQL {
  return sql`(t.status <> 'completed' OR s.user_id IS NOT NULL
    OR t.created_at >= (SELECT u.created_at FROM users u WHERE u.id = ${userId}))`;
}

async function selectTasks(ctx: RequestContext, caller: Caller, where: SQL): Promise<Task[]> {
  const rows = await ctx.db.all<Omit<Task, "photos"> & { photos: string }>(sql`
    SELECT t.id, t.title, t.description, t.latitude, t.longitude, t.radius, t.status,
      coalesce(s.status, 'pending') AS userStatus, s.arrived_at AS arrivedAt,
      (SELECT ${visibleNameSql(caller)} FROM users WHERE id = t.assigned_to) AS assignedTo,
      t.created_at AS createdAt, t.updated_at AS updatedAt,
      (SELECT json_group_array(json_object('id', p.id, 'latitude', p.latitude, 'longitude', p.longitude, 'uploadedAt', p.uploaded_at))
        FROM (SELECT * FROM task_photos WHERE task_id = t.id ORDER BY id) p) AS photos
    FROM tasks t LEFT JOIN task_states s ON s.task_id = t.id AND s.user_id = ${caller.userId}
    WHERE ${where} ORDER BY t.id`);
  return rows.map((row) => ({ ...row, photos: JSON.parse(row.photos) as TaskPhoto[] }));
}
