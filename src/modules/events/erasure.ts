/** Erases what a deleted account wrote in event rooms: first from the journals, then from the archive. */
import { eq } from "drizzle-orm";
import { ERASED } from "../../platform/realtime/log/entry.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { eventEntries } from "./tables.ts";

/** Safe to repeat: the archive names the rooms to visit, so it is erased last. */
export async function eraseEventWords(ctx: RequestContext, userId: number): Promise<void> {
  const rooms = await ctx.db
    .selectDistinct({ eventId: eventEntries.eventId })
    .from(eventEntries)
    .where(eq(eventEntries.authorId, userId));
  await Promise.all(rooms.map(({ eventId }) => ctx.runtime.room(`event:${eventId}`)?.erase(userId)));
  await ctx.db
    .update(eventEntries)
    .set({ kind: ERASED, body: {}, authorId: null })
    .where(eq(eventEntries.authorId, userId));
}
