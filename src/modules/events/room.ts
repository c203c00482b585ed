/** The event room: system notices about the event, and messages from signed-in users. */
import { sql } from "drizzle-orm";
import * as v from "valibot";
import type { Caller } from "../../platform/http/caller.ts";
import type { RelayedHandler } from "../../platform/realtime/handler.ts";
import { archiveTogether } from "../../platform/realtime/log/archive/archivist.ts";
import { readToldBefore, type ToldBefore } from "../../platform/realtime/log/beginning.ts";
import { type Entry, ERASED } from "../../platform/realtime/log/entry.ts";
import { type Fault, fault } from "../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { socketTokenRefresh } from "../identity/index.ts";

/** `text` for people; `data` holds the `message` of a documented client when it is not text. */
export const MessageBody = v.union([
  v.strictObject({ text: v.pipe(v.string(), v.maxCodePoints(1000)) }),
  v.strictObject({ data: v.unknown() }),
]);

/** The documented frame, in both directions: `{"message": <any JSON>}`. */
export const DocumentedFrame = v.object({ message: v.unknown() });

/** The event's number from the room's name. */
function eventIdOf(room: string): number {
  return Number(room.slice("event:".length));
}

export function eventRoomHandler(openRequestContext: () => RequestContext): RelayedHandler {
  return {
    isRelayed: true,
    says: { message: MessageBody },
    mayWrite: (caller: Caller | null): Fault | null =>
      caller ? null : fault("unauthenticated", "Sign in to write here."),
    fromDocumented(text) {
      const parsed = v.safeParse(DocumentedFrame, readJson(text));
      if (!parsed.success || !("message" in parsed.output)) {
        return fault("bad_frame", 'Send {"message": …} as JSON.');
      }
      const { message } = parsed.output;
      return {
        kind: "message",
        body: typeof message === "string" ? { text: message } : { data: message ?? null },
      };
    },
    toDocumented(entry) {
      if (entry.kind === ERASED) return null;
      const { text, data } = entry.body as { text?: string; data?: unknown };
      return JSON.stringify({ message: text ?? data ?? null });
    },
    // Any signed-in user may write in a public event, so entries have a rate limit of their own.
    entryRate: () => openRequestContext().runtime.settings.rates.eventEntries,
    archive: (room, epoch, entries) => archive(openRequestContext(), room, epoch, entries),
    toldBefore: (room) => toldBefore(openRequestContext(), eventIdOf(room)),
    authenticate: socketTokenRefresh(openRequestContext),
  };
}

/** The notices about an event whose room nobody had entered. */
function toldBefore(ctx: RequestContext, eventId: number): Promise<ToldBefore | null> {
  return readToldBefore(ctx, {
    begin: sql`UPDATE events SET room_waits = 0 WHERE id = ${eventId} AND room_waits RETURNING id`,
    entries: sql`SELECT epoch, seq, at, ref, kind, body FROM event_entries WHERE event_id = ${eventId} ORDER BY seq`,
    exists: sql`SELECT 1 FROM events WHERE id = ${eventId}`,
  });
}

/** Archives a batch in one statement, with those of other rooms. Repeats change nothing, nor does a batch for a deleted event. */
async function archive(
  ctx: RequestContext,
  room: string,
  epoch: string,
  entries: readonly Entry[],
): Promise<void> {
  const eventId = eventIdOf(room);
  const statement = ctx.db.run(sql`
    INSERT OR IGNORE INTO event_entries (event_id, epoch, seq, at, author_id, kind, body)
    SELECT ${eventId}, ${epoch}, value ->> 'seq', value ->> 'at', nullif(value ->> 'author', 0), value ->> 'kind', value -> 'body'
    FROM json_each(${JSON.stringify(entries)})
    WHERE EXISTS (SELECT 1 FROM events WHERE id = ${eventId})`);
  await archiveTogether(ctx, room, [statement]);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
