/** An event's picture as a part of a write. It is stored once, however often the write is tried. */
import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { RequestContext } from "../../../platform/runtime.ts";
import { dropFiles, keepFile, type StoredFile, storeFile } from "../../files/index.ts";

export interface EventPicture {
  /** A file replaces the picture, null removes it, undefined keeps it. */
  readonly image?: File | null | undefined;
}

/** `keep` stores the file at its first call and returns the statements that attach it to the event. */
export function pictureOf(
  ctx: RequestContext,
  ownerId: number,
  eventId: number | null,
  { image }: EventPicture = {},
) {
  let stored: StoredFile | null = null;
  return {
    /** `newId`: the event's number as a query, for an event that is being created. */
    async keep(newId?: SQL): Promise<readonly BatchItem<"sqlite">[]> {
      if (image === undefined) return [];
      if (image === null) return eventId === null ? [] : [dropFiles(ctx, "event_image", [eventId])];
      const subject = { ownerId, purpose: "event_image", subjectId: eventId } as const;
      stored ??= await storeFile(ctx, subject, "image", image);
      return keepFile(ctx, stored, newId);
    },
  };
}
