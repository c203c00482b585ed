/** Notices in an event's room about the event itself. Repeatable: the room recognizes each notice by its ref. */
import { eq, sql } from "drizzle-orm";
import { defineEffect } from "../../platform/db/effects.ts";
import { type FixedStatement, fixedText } from "../../platform/db/fixed-text.ts";
import type { Effect } from "../../platform/db/outbox.ts";
import { epochBefore } from "../../platform/realtime/log/beginning.ts";
import { noteRoom } from "../../platform/realtime/log/sweep.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import type { NoticeBody } from "./entries.ts";
import { events } from "./tables.ts";

export interface RoomNotice {
  /** Null while the event is being inserted: its number is not known yet. */
  readonly eventId: number | null;
  readonly uuid: string;
  readonly action: NoticeBody["action"];
  readonly name: string;
  readonly ref: string;
}

/** Publishes the notice; a deletion also closes the room. Does nothing for an event that no longer exists. */
export const eventNotice = defineEffect<RoomNotice>("event_notice", {
  address: ({ uuid }) => `event:${uuid}`,
  run: announce,
});

async function announce(ctx: RequestContext, notice: RoomNotice): Promise<void> {
  if (notice.action === "deleted") {
    const name = `event:${notice.eventId}`;
    return ctx.runtime.room(name)?.retire(name, draftOf(notice));
  }
  const [event] = await ctx.db
    .select({ id: events.id, roomWaits: events.roomWaits })
    .from(events)
    .where(eq(events.uuid, notice.uuid));
  if (event) await publish(ctx, notice, event);
}

interface RoomState {
  readonly id: number;
  readonly roomWaits: boolean | number;
}

/** Tells the room, unless nobody has entered it yet: then the transaction of the change has told its archive. */
async function publish(ctx: RequestContext, notice: RoomNotice, { id, roomWaits }: RoomState): Promise<void> {
  if (roomWaits) return;
  const name = `event:${id}`;
  noteRoom(ctx, name);
  await ctx.runtime.room(name)?.publish(name, draftOf(notice));
}

function draftOf({ uuid, action, name, ref }: RoomNotice) {
  const text = `Event "${name}" has been ${action}.`;
  return { kind: "notice", ref, body: { text, action, event: uuid } satisfies NoticeBody };
}

/** For the batch of the change, after it: what is told to rooms that nobody has entered goes to their archives. */
export function archiveNotices(
  ctx: RequestContext,
  notices: readonly RoomNotice[],
): FixedStatement<unknown>[] {
  if (notices.length === 0) return [];
  const told = notices.map((notice) => ({ uuid: notice.uuid, ...draftOf(notice) }));
  return [toldBefore({ told: JSON.stringify(told), now: ctx.now() })];
}

const toldBefore = fixedText<{ told: string; now: number }, unknown>((db, value) => {
  const before = sql`FROM event_entries WHERE event_id = e.id`;
  return db.run(sql`
      INSERT INTO event_entries (event_id, epoch, seq, at, ref, kind, body)
      SELECT e.id, ${epochBefore(sql`e.uuid`)}, 1 + coalesce((SELECT max(seq) ${before}), 0),
        max(${value("now")}, coalesce((SELECT max(at) ${before}), 0)), n.value ->> 'ref', n.value ->> 'kind', n.value -> 'body'
      FROM json_each(${value("told")}) AS n JOIN events e ON e.uuid = n.value ->> 'uuid' WHERE e.room_waits`);
});

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

/**
 * Effects that publish the notices: a few before the response, many by the queue. A change that returns `id` and
 * `roomWaits` of its events saves them a read each.
 */
export function roomNoticeEffects(notices: readonly RoomNotice[]): Effect[] {
  return notices.map((notice) => {
    if (notices.length > DIRECT_NOTICES) return eventNotice.row(notice);
    return eventNotice.now(notice, (ctx, changed) => {
      const rows = (changed as { results?: readonly RoomState[] }).results ?? [];
      const event = rows.find(({ id, roomWaits }) => id === notice.eventId && roomWaits !== undefined);
      return event ? publish(ctx, notice, event) : announce(ctx, notice);
    });
  });
}
