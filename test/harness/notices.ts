/** Notifications, written as the modules write them. */
import { type Notice, noticeRows } from "../../src/modules/notifications/index.ts";
import { runBatch } from "../../src/platform/db/client.ts";
import { rows, unique } from "./api.ts";
import { jobContext } from "./job-context.ts";

/** Notifies a person; returns the id of the row, 0 when they have notifications turned off. */
export async function notify(userId: number, changes: Partial<Notice> = {}): Promise<number> {
  const { ctx } = jobContext();
  const notice = {
    userId,
    type: "GENERAL",
    title: "Новость",
    message: "Что-то случилось.",
    about: null,
    ref: unique("act"),
    words: "ticket_answer" as const,
    ...changes,
  };
  await runBatch(ctx.db, [noticeRows(ctx, [notice])]);
  const [row] = await rows<{ id: number }>(
    "SELECT id FROM notifications WHERE user_id = ? AND ref = ?",
    userId,
    notice.ref,
  );
  return row?.id ?? 0;
}
