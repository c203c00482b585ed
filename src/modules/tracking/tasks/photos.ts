/** Photos of tasks. A photo is a file of its uploader, and uploading one completes the task for them. */
import { sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { Place } from "../../../platform/geo.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { fileUrl, keepFile, newestFinished, storeFile } from "../../files/index.ts";
import { statusNotice, writeTaskState } from "./commands.ts";
import { taskNotice } from "./notices.ts";
import type { Task, TaskPhoto } from "./queries.ts";

/** SQL value: the id of the newest photo, within the transaction that inserts it. */
const NEW_PHOTO = sql`(SELECT seq FROM sqlite_sequence WHERE name = 'task_photos')`;

/** Adds a photo. Null when the task was deleted meanwhile: the file is then removed with the unfinished uploads. */
export async function addPhoto(
  ctx: RequestContext,
  caller: Caller,
  task: Task,
  photo: File,
  place: Place | null,
): Promise<TaskPhoto | null> {
  const { userId } = caller;
  const subject = { ownerId: userId, purpose: "task_photo", subjectId: null } as const;
  const stored = await storeFile(ctx, subject, "photo", photo);
  const [latitude, longitude, uploadedAt] = [place?.latitude ?? null, place?.longitude ?? null, ctx.now()];
  const insert = ctx.db.run(sql`
    INSERT INTO task_photos (task_id, file_id, uploaded_by, latitude, longitude, uploaded_at)
    SELECT id, ${stored.id}, ${userId}, ${latitude}, ${longitude}, ${uploadedAt} FROM tasks WHERE id = ${task.id}
    RETURNING id`);
  const notice = task.userStatus === "completed" ? null : statusNotice(userId, task.id, "completed");
  const rest = [...keepFile(ctx, stored, NEW_PHOTO), writeTaskState(ctx, userId, task.id, "completed")];
  const done = await commit(ctx, insert, notice ? [taskNotice.soon(notice)] : [], rest);
  if (!done) return null;
  const [row] = (done as unknown as { results: { id: number }[] }).results;
  return row ? { id: row.id, latitude, longitude, uploadedAt } : null;
}

/** The URL of each photo of these tasks. One statement. */
export async function photoUrls(ctx: RequestContext, tasks: readonly Task[]): Promise<Map<number, string>> {
  const ids = tasks.flatMap(({ photos }) => photos.map(({ id }) => id));
  const files = await newestFinished(ctx, "task_photo", ids);
  const urls = [...files].map(async ([id, file]) => [id, await fileUrl(ctx, file)] as const);
  return new Map(await Promise.all(urls));
}
