/** Everything this module stores about a person, for the account's export. */
import { eq } from "drizzle-orm";
import { LongList } from "../../platform/http/responses/stream.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { taskPhotos, taskStates } from "./tables.ts";
import { toTrackPoint } from "./tracks/export-formats.ts";
import { flushTrack, openTrack } from "./tracks/queries.ts";

export async function exportTracking(ctx: RequestContext, userId: number): Promise<object> {
  await flushTrack(ctx, userId);
  const track = await openTrack(ctx, userId, { flagged: true });
  const states = await ctx.db
    .select()
    .from(taskStates)
    .where(eq(taskStates.userId, userId))
    .orderBy(taskStates.taskId);
  const photos = await ctx.db
    .select()
    .from(taskPhotos)
    .where(eq(taskPhotos.uploadedBy, userId))
    .orderBy(taskPhotos.id);
  return {
    track: track && new LongList(track.parts(), toTrackPoint),
    task_states: states.map(({ taskId, status, arrivedAt, updatedAt }) => ({
      task_id: taskId,
      status,
      arrived_at: arrivedAt === null ? null : isoTime(arrivedAt),
      updated_at: isoTime(updatedAt),
    })),
    // The pictures themselves are exported with the files, under this `file_id`.
    task_photos: photos.map(({ id, taskId, fileId, latitude, longitude, uploadedAt }) => ({
      id,
      task_id: taskId,
      file_id: fileId,
      latitude,
      longitude,
      uploaded_at: isoTime(uploadedAt),
    })),
  };
}
