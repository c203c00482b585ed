/** Reads and writes tasks. A task is for all users, each with their own progress; only staff writes tasks. */
import { eq, type SQL, sql } from "drizzle-orm";
import { type Audited, auditEntry } from "../../../platform/db/audit.ts";
import { amendPayload, commit } from "../../../platform/db/outbox.ts";
import type { Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { visibleNameSql } from "../../identity/index.ts";
import { type TASK_STATES, tasks } from "../tables.ts";
import { type TaskNotice, taskNotice } from "./notices.ts";

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

export interface TaskFacts extends Place {
  readonly title: string;
  readonly description: string;
  readonly radius: number | null;
  readonly status: TaskState;
}

/** `own`: what the caller would see without being staff. `completed`: by the task's own status or the caller's. */
export type TaskList = "all" | "own" | "completed";

/** The tasks that the caller may see. One statement. */
export function listTasks(ctx: RequestContext, caller: Caller, list: TaskList): Promise<Task[]> {
  const seen = list === "own" ? visibleTo(caller.userId) : visible(caller);
  const completed = sql`(t.status = 'completed' OR s.status = 'completed')`;
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

/** SQL value: the id of the newest task, within the transaction that inserts it. */
const NEW_TASK = sql<number>`(SELECT seq FROM sqlite_sequence WHERE name = 'tasks')`;

/** The notice about a task that the same transaction inserts. `setTaskId` writes the new id into the notice's payload. */
export function newTaskNotice(ctx: RequestContext, title: string) {
  const address = `task:${crypto.randomUUID()}`;
  const payload = { userId: null, kind: "task_assigned", body: { task_id: 0, title } };
  const ids = sql`'$.ref', 'task:' || ${NEW_TASK}, '$.body.task_id', ${NEW_TASK}`;
  const setTaskId = amendPayload(ctx, address, ids);
  return { effect: { kind: "task_notice", address, payload }, setTaskId };
}

/** Adds a task and announces it in the track rooms of recently active users. */
export async function addTask(ctx: RequestContext, caller: Caller, facts: TaskFacts): Promise<Task> {
  const now = ctx.now();
  const insert = ctx.db
    .insert(tasks)
    .values({ ...facts, createdAt: now, updatedAt: now })
    .returning();
  const { effect, setTaskId } = newTaskNotice(ctx, facts.title);
  const subject = sql<string>`'task:' || ${NEW_TASK}`;
  const audit = auditEntry(ctx, caller, { action: "task.add", subject, before: null, after: facts });
  const rows = await commit(ctx, insert, [effect], [setTaskId, audit]);
  const row = rows?.[0];
  if (!row) throw new Error("the new task has no row");
  return { ...row, userStatus: "pending", arrivedAt: null, assignedTo: null, photos: [] };
}

/** Changes a task; null when it was deleted meanwhile. */
export async function changeTask(
  ctx: RequestContext,
  caller: Caller,
  task: Task,
  facts: Partial<TaskFacts>,
): Promise<Task | null> {
  const updatedAt = ctx.now();
  const update = ctx.db
    .update(tasks)
    .set({ ...facts, updatedAt })
    .where(eq(tasks.id, task.id))
    .returning();
  const rows = await commit(
    ctx,
    update,
    [],
    [audit(ctx, caller, { action: "task.change", before: task, after: facts }, task)],
  );
  const row = rows?.[0];
  return row ? { ...task, ...row, assignedTo: task.assignedTo } : null;
}

/** Deletes a task with all users' progress and photos. False when it was deleted already. */
export async function removeTask(ctx: RequestContext, caller: Caller, task: Task): Promise<boolean> {
  const remove = ctx.db.delete(tasks).where(eq(tasks.id, task.id));
  const entry = audit(ctx, caller, { action: "task.delete", before: task, after: null }, task);
  return (await commit(ctx, remove, [], [entry])) !== null;
}

function audit(ctx: RequestContext, caller: Caller, what: Omit<Audited, "subject">, task: Task) {
  return auditEntry(ctx, caller, { ...what, subject: `task:${task.id}` });
}

/** Sets the caller's progress with a task. An unchanged status writes nothing and sends no notice. */
export async function setUserStatus(
  ctx: RequestContext,
  caller: Caller,
  task: Task,
  status: TaskState,
): Promise<Task> {
  const notice = statusNotice(caller.userId, task.id, status);
  const moved = await commit(ctx, writeTaskState(ctx, caller.userId, task.id, status), [
    taskNotice.row(notice),
  ]);
  if (moved) taskNotice.soon(ctx, notice);
  return { ...task, userStatus: status };
}

/** Writes a user's status if it differs. A user without a row is `pending`. */
export function writeTaskState(ctx: RequestContext, userId: number, taskId: number, status: TaskState) {
  return ctx.db.run(sql`
    INSERT INTO task_states (task_id, user_id, status, updated_at)
    SELECT t.id, ${userId}, ${status}, ${ctx.now()} FROM tasks t
    WHERE t.id = ${taskId} AND ${status} <> coalesce(
      (SELECT s.status FROM task_states s WHERE s.task_id = t.id AND s.user_id = ${userId}), 'pending')
    ON CONFLICT (task_id, user_id) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at`);
}

export function statusNotice(userId: number, taskId: number, status: TaskState): TaskNotice {
  const ref = `task:${taskId}:status:${crypto.randomUUID()}`;
  return { userId, kind: "task_status_updated", ref, body: { task_id: taskId, status } };
}
