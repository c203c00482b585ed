/** Notices in an event's room about the event itself. Repeatable: the room recognizes each notice by its ref. */
import { eq } from "drizzle-orm";
import { defineEffect } from "../../platform/db/effects.ts";
import type { Effect } from "../../platform/db/outbox.ts";
import { noteRoom } from "../../platform/realtime/log/sweep.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { events } from "./tables.ts";

export interface RoomNotice {
  /** Null while the event is being inserted: its number is not known yet. */
  readonly eventId: number | null;
  readonly uuid: string;
  readonly action: "created" | "updated" | "deleted";
  readonly name: string;
  readonly ref: string;
}

/** Publishes the notice; a deletion also closes the room. Does nothing for an event that no longer exists. */
export const eventNotice = defineEffect<RoomNotice>("event_notice", {
  address: ({ uuid }) => `event:${uuid}`,
  run: announce,
});

async function announce(ctx: RequestContext, notice: RoomNotice): Promise<void> {
  const eventId = notice.eventId ?? (await idOf(ctx, notice.uuid));
  if (eventId === null) return;
  const name = `event:${eventId}`;
  const room = ctx.runtime.room(name);
  const text = `Event "${notice.name}" has been ${notice.action}.`;
  const draft = {
    kind: "notice",
    ref: notice.ref,
    body: { text, action: notice.action, event: notice.uuid },
  };
  if (notice.action === "deleted") await room?.retire(name, draft);
  else {
    noteRoom(ctx, name);
    await room?.publish(name, draft);
  }
}

async function idOf(ctx: RequestContext, uuid: string): Promise<number | null> {
  const [row] = await ctx.db.select({ id: events.id }).from(events).where(eq(events.uuid, uuid));
  return row?.id ?? null;
}

export function roomNotice(
  eventId: number | null,
  uuid: string,
  action: RoomNotice["action"],
  name: string,
): RoomNotice {
  return { eventId, uuid, action, name, ref: crypto.randomUUID() };
}

/** Requests about at most this many events publish their notices directly; larger batches leave them to the queue. */
const DIRECT_NOTICES = 20;

/** Effects that publish the notices: a few before the response, many by the queue. */
export function roomNoticeEffects(notices: readonly RoomNotice[]): Effect[] {
  return notices.map((notice) =>
    notices.length > DIRECT_NOTICES ? eventNotice.row(notice) : eventNotice.now(notice),
  );
}
