/** What a deleted account said in event rooms goes with it: from the journals, then from the archive. */
import { eq } from "drizzle-orm";
import { ERASED } from "../../platform/realtime/journal.ts";
import type { Scope } from "../../platform/runtime.ts";
import { eventEntries } from "./tables.ts";

/** Safe to repeat: the archive, which says where to look, is emptied last. */
export async function eraseEventWords(scope: Scope, userId: number): Promise<void> {
  const rooms = await scope.db
    .selectDistinct({ eventId: eventEntries.eventId })
    .from(eventEntries)
    .where(eq(eventEntries.authorId, userId));
  await Promise.all(rooms.map(({ eventId }) => scope.runtime.room(`event:${eventId}`)?.erase(userId)));
  await scope.db
    .update(eventEntries)
    .set({ kind: ERASED, body: {}, authorId: null })
    .where(eq(eventEntries.authorId, userId));
}
