/** The event room: system notices about the event, and what signed-in people say there. */
import { sql } from "drizzle-orm";
import * as v from "valibot";
import type { Caller } from "../../platform/http/caller.ts";
import type { SocketDocument } from "../../platform/realtime/asyncapi.ts";
import type { RoomHandler } from "../../platform/realtime/handler.ts";
import { type Entry, ERASED } from "../../platform/realtime/log/entry.ts";
import { type Fault, fault } from "../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { socketTokenRefresh } from "../identity/index.ts";

/** `text` is what people read; `data` holds a documented client's `message` that was not text. */
export const MessageBody = v.union([
  v.strictObject({ text: v.pipe(v.string(), v.maxCodePoints(1000)) }),
  v.strictObject({ data: v.unknown() }),
]);

/** The documented frame, both ways: `{"message": <any JSON>}`. */
const DocumentedFrame = v.object({ message: v.unknown() });

/** Events say `created`, `updated` or `deleted` here, with a sentence for people. */
const NoticeBody = v.object({ text: v.string(), action: v.string() });

/** The integer id in a room's name. */
function eventIdOf(room: string): number {
  return Number(room.slice("event:".length));
}

export function eventRoomHandler(openRequestContext: () => RequestContext): RoomHandler {
  return {
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
    // Anybody may write in a public event.
    entryRate: () => openRequestContext().runtime.settings.rates.eventEntries,
    archive: (room, epoch, entries) => archive(openRequestContext(), room, epoch, entries),
    authenticate: socketTokenRefresh(openRequestContext),
  };
}

/** One statement for a batch; repeats and a deleted event change nothing. */
async function archive(
  ctx: RequestContext,
  room: string,
  epoch: string,
  entries: readonly Entry[],
): Promise<void> {
  const eventId = eventIdOf(room);
  await ctx.db.run(sql`
    INSERT OR IGNORE INTO event_entries (event_id, epoch, seq, at, author_id, kind, body)
    SELECT ${eventId}, ${epoch}, value ->> 'seq', value ->> 'at', nullif(value ->> 'author', 0), value ->> 'kind', value -> 'body'
    FROM json_each(${JSON.stringify(entries)})
    WHERE EXISTS (SELECT 1 FROM events WHERE id = ${eventId})`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The event socket for the documents. */
export const eventSocket: SocketDocument = {
  name: "events",
  address: "/ws/events/{id}/",
  id: "The event's number or its uuid.",
  description:
    "Notices about one event, and what signed-in people say there. By its uuid anybody may listen; its number wants a signed-in person.",
  says: { message: MessageBody },
  entries: { notice: NoticeBody },
  documented: { fromClient: { message: DocumentedFrame }, fromServer: { message: DocumentedFrame } },
};
