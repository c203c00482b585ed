/** Wakes every room that was entered lately now and then, in case its alarm was lost. */
import { and, asc, gt, lt, sql } from "drizzle-orm";
import { TtlCache } from "../../cache.ts";
import { rooms } from "../../db/tables.ts";
import { log } from "../../log.ts";
import type { RequestContext } from "../../runtime.ts";

/** How often a room's note is written again, and how often the sweep wakes a room. Milliseconds. */
const NOTE_EVERY = 24 * 3600_000;
const WAKE_EVERY = 600_000;
/** A room that was not entered for a day has nothing left to archive; its note may be a day old by then. */
const LIVE = 2 * NOTE_EVERY;
const BATCH = 50;

const noted = new TtlCache<string, true>({ ttl: NOTE_EVERY, size: 5_000 });

/** Notes that a room is entered: one statement per room and isolate, and one row a day, after the response. */
export function noteRoom(ctx: RequestContext, name: string): void {
  const now = ctx.now();
  if (noted.get(name, now)) return;
  noted.set(name, true, now);
  const note = ctx.db
    .insert(rooms)
    .values({ name, seenAt: now, sweptAt: now })
    .onConflictDoUpdate({
      target: rooms.name,
      set: { seenAt: now },
      setWhere: lt(rooms.seenAt, now - NOTE_EVERY),
    });
  ctx.defer("rooms.note", note, { room: name });
}

/** Wakes rooms that were not woken for ten minutes; deletes those that were not noted for two days. */
export async function sweepRooms(ctx: RequestContext): Promise<void> {
  const now = ctx.now();
  await ctx.db.delete(rooms).where(lt(rooms.seenAt, now - LIVE));
  const due = await ctx.db
    .select({ name: rooms.name })
    .from(rooms)
    .where(and(lt(rooms.sweptAt, now - WAKE_EVERY), gt(rooms.seenAt, now - LIVE)))
    .orderBy(asc(rooms.sweptAt))
    .limit(BATCH);
  await Promise.all(
    due.map(async ({ name }) => {
      try {
        await ctx.runtime.room(name)?.wake(name);
      } catch (error) {
        log("warn", "rooms.wake", { room: name }, error);
      }
    }),
  );
  const names = JSON.stringify(due.map(({ name }) => name));
  await ctx.db.run(
    sql`UPDATE rooms SET swept_at = ${now} WHERE name IN (SELECT value FROM json_each(${names}))`,
  );
}
