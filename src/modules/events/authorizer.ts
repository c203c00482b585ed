/**
 * Who may open an event's socket: by its uuid anybody may listen, as AlphaBet documents it; by its number signed-in people.
 * The room itself refuses strangers' words.
 */
import { eq, or } from "drizzle-orm";
import { TtlCache } from "../../platform/cache.ts";
import { notFound } from "../../platform/http/errors.ts";
import { numberIn } from "../../platform/ids.ts";
import { type RoomAuthorizer, requireCaller } from "../../platform/realtime/socket/authorizer.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { eventSocket } from "./room.ts";
import { events } from "./tables.ts";

/** How long an isolate believes that an event exists, in ms: a client that comes back costs no statement. */
const TRUST = 25_000;
const seen = new TtlCache<string, number>({ ttl: TRUST, size: 5_000 });

export const eventAuthorizer: RoomAuthorizer = {
  kind: "event",
  path: "/ws/events/:id",
  document: eventSocket,
  async authorize(ctx, who, id) {
    const trusted = seen.get(id, ctx.now());
    const eventId = trusted ?? (await lookUp(ctx, id));
    if (eventId === null) throw notFound();
    if (trusted === undefined) seen.set(id, eventId, ctx.now());
    if (numberIn(id) !== null) requireCaller(who);
    return { room: `event:${eventId}` };
  },
};

/** Events have a number and a uuid; a socket takes either. */
async function lookUp(ctx: RequestContext, id: string): Promise<number | null> {
  const number = numberIn(id);
  const [row] = await ctx.db
    .select({ id: events.id })
    .from(events)
    .where(or(eq(events.uuid, id.toLowerCase()), number === null ? undefined : eq(events.id, number)));
  return row?.id ?? null;
}

/** After a deletion: this isolate at once, the others when what they know has aged. */
export function forgetEvent(...ids: (string | number)[]): void {
  for (const id of ids) seen.delete(String(id));
}
