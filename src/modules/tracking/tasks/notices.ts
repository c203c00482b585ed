/** Notices about tasks in track rooms. Repeatable: a room recognizes each notice by its ref. */
import { and, asc, gt, lt } from "drizzle-orm";
import { defineEffect } from "../../../platform/db/effects.ts";
import { rooms } from "../../../platform/db/tables.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { type Push, pushNow } from "../../notifications/index.ts";
import type { TaskBodies } from "../live/entries.ts";

export type TaskNotice = {
  [Kind in keyof TaskBodies]: {
    /** The owner of the room; null for the rooms of all recently active users. */
    readonly userId: number | null;
    readonly kind: Kind;
    readonly ref: string;
    readonly body: TaskBodies[Kind];
  };
}[keyof TaskBodies];

/** Rooms notified at a time, and how long after it was noted a room counts as active, ms: it is noted once a day. */
const AT_ONCE = 50;
const ACTIVE_WITHIN = 48 * 3600_000;

/** Calls each room once. If a room throws, the error is thrown again after all other rooms were called. */
export const taskNotice = defineEffect<TaskNotice>("task_notice", {
  address: ({ userId, body }) => (userId === null ? `task:${body.task_id}` : `user:${userId}`),
  run: announceTask,
});

async function announceTask(ctx: RequestContext, { userId, ...draft }: TaskNotice): Promise<void> {
  const tell = async (name: string) => void (await ctx.runtime.room(name)?.publish(name, draft));
  if (userId !== null) return tell(`user:${userId}`);
  const since = ctx.now() - ACTIVE_WITHIN;
  const failures: unknown[] = [];
  for (let after: string | undefined = "user:"; after; ) {
    const names = await roomsAfter(ctx, after, since);
    const results = await Promise.allSettled(names.map(tell));
    for (const result of results) if (result.status === "rejected") failures.push(result.reason);
    if (draft.kind === "task_assigned") await pushNow(ctx, names.map(pushOf(draft)));
    after = names.length === AT_ONCE ? names.at(-1) : undefined;
  }
  if (failures.length > 0) throw failures[0];
}

const pushOf =
  ({ ref, body }: Omit<TaskNotice, "userId">) =>
  (room: string): Push => ({
    userId: Number(room.slice("user:".length)),
    words: "task_assigned",
    subject: "title" in body ? body.title : "",
    about: `task:${body.task_id}`,
    ref,
  });

async function roomsAfter(ctx: RequestContext, after: string, since: number): Promise<string[]> {
  const rows = await ctx.db
    .select({ name: rooms.name })
    .from(rooms)
    // `;` is the character after `:`.
    .where(and(gt(rooms.name, after), lt(rooms.name, "user;"), gt(rooms.seenAt, since)))
    .orderBy(asc(rooms.name))
    .limit(AT_ONCE);
  return rows.map(({ name }) => name);
}
