/**
 * Authorizes an event's socket. Anybody may listen by uuid, as AlphaBet documents it; the number requires a signed-in
 * user. The room itself refuses messages from anonymous sockets.
 */
import { eq, or } from "drizzle-orm";
import { TtlCache } from "../../platform/cache.ts";
import { notFound } from "../../platform/http/errors.ts";
import { numberIn } from "../../platform/ids.ts";
import { type RoomAuthorizer, requireCaller } from "../../platform/realtime/handshake/authorizer.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { events } from "./tables.ts";

/** How long an isolate remembers that an event exists, ms. A client that reconnects costs no statement. */
const EXISTENCE_TTL = 25_000;
const seen = new TtlCache<string, number>({ ttl: EXISTENCE_TTL, size: 5_000 });

export const eventAuthorizer: RoomAuthorizer = {
  kind: "event",
  path: "/ws/events/:id",
  async authorize(ctx, who, id) {
    const trusted = seen.get(id, ctx.now());
    const eventId = trusted ?? (await lookUp(ctx, id));
    if (eventId === null) throw notFound();
    if (trusted === undefined) seen.set(id, eventId, ctx.now());
    if (numberIn(id) !== null) requireCaller(who);
    return { room: `event:${eventId}` };
  },
};

/** The event's number, found by number or uuid; null for an unknown event. */
async function lookUp(ctx: RequestContext, id: string): Promise<number | null> {
  const number = numberIn(id);
  const [row] = await ctx.db
    .select({ id: events.id })
    .from(events)
    .where(or(eq(events.uuid, id.toLowerCase()), number === null ? undefined : eq(events.id, number)));
  return row?.id ?? null;
}

/** Call after a deletion. This isolate forgets at once; other isolates when their entry expires. */
export function forgetEvent(...ids: (string | number)[]): void {
  for (const id of ids) seen.delete(String(id));
}
