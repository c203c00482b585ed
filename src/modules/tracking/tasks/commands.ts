/** Writes tasks. A task is for all users, each with their own progress; only staff writes tasks. */
import { eq, sql } from "drizzle-orm";
import { type Audited, auditEntry } from "../../../platform/db/audit.ts";
import { amendPayload, commit } from "../../../platform/db/outbox.ts";
import type { Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { newOrderedId } from "../../../platform/ids.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { tasks } from "../tables.ts";
import { type TaskNotice, taskNotice } from "./notices.ts";
import type { Task, TaskState } from "./queries.ts";

export interface TaskFacts extends Place {
  readonly title: string;
  readonly description: string;
  readonly radius: number | null;
  readonly status: TaskState;
}

/** SQL value: the id of the newest task, within the transaction that inserts it. */
const NEW_TASK = sql<number>`(SELECT seq FROM sqlite_sequence WHERE name = 'tasks')`;

/** The notice about a task that the same transaction inserts. `setTaskId` writes the new id into the notice's payload. */
export function newTaskNotice(ctx: RequestContext, title: string) {
  const id = newOrderedId(ctx.now());
  const payload = { userId: null, kind: "task_assigned", ref: "", body: { task_id: 0, title } } as const;
  const ids = sql`'$.ref', 'task:' || ${NEW_TASK}, '$.body.task_id', ${NEW_TASK}`;
  const setTaskId = amendPayload(ctx, id, ids);
  return { effect: { ...taskNotice.row(payload), id }, setTaskId };
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
  await commit(ctx, writeTaskState(ctx, caller.userId, task.id, status), [taskNotice.soon(notice)]);
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
