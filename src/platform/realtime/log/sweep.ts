/** Wakes rooms in which something happened, after an hour and at the end, in case their alarm was lost. */
import { and, asc, eq, gt, lte, sql } from "drizzle-orm";
import { TtlCache } from "../../cache.ts";
import { rooms, sweeps } from "../../db/tables.ts";
import { log } from "../../log.ts";
import type { RequestContext } from "../../runtime.ts";

const HOUR = 3600_000;
/** How often an isolate notes the same room, and how often the database does. Milliseconds. */
const NOTE_EVERY = HOUR;
const NOTED_FOR = 24 * HOUR;
/** A room is woken this long after it was noted, and when its note is deleted: nothing was noted for a day by then. */
const WAKE_AFTER = HOUR;
const KEPT = 2 * NOTED_FOR;
/** Rooms woken at a time, and in one run; the next run goes on where this one stopped. */
const AT_ONCE = 50;
const PER_RUN = 2_000;

const noted = new TtlCache<string, true>({ ttl: NOTE_EVERY, size: 5_000 });

/** Notes that something happens in a room, after the response. A row is written once a day and room. */
export function noteRoom(ctx: RequestContext, name: string): void {
  const now = ctx.now();
  if (noted.get(name, now)) return;
  noted.set(name, true, now);
  const note = ctx.db
    .insert(rooms)
    .values({ name, seenAt: now })
    .onConflictDoUpdate({
      target: rooms.name,
      set: { seenAt: now },
      setWhere: lte(rooms.seenAt, now - NOTED_FOR),
    });
  ctx.defer("rooms.note", note, { room: name });
}

/** Wakes the rooms that were noted an hour ago, each once; wakes and forgets those that were not noted again for two days. */
export async function sweepRooms(ctx: RequestContext): Promise<void> {
  const now = ctx.now();
  await wakeNoted(ctx, now - WAKE_AFTER);
  await forgetOld(ctx, now - KEPT);
}

const SWEEP = "rooms";

async function wakeNoted(ctx: RequestContext, until: number): Promise<void> {
  const [sweep] = await ctx.db.select().from(sweeps).where(eq(sweeps.name, SWEEP));
  const due = await ctx.db
    .select()
    .from(rooms)
    .where(and(gt(rooms.seenAt, sweep?.sweptTo ?? 0), lte(rooms.seenAt, until)))
    .orderBy(asc(rooms.seenAt))
    .limit(PER_RUN);
  const last = due.length < PER_RUN ? null : due.at(-1);
  await wake(
    ctx,
    due.map(({ name }) => name),
  );
  // Where it stopped, others may have been noted in the same millisecond: it begins there again.
  const sweptTo = last ? last.seenAt - 1 : until;
  await ctx.db
    .insert(sweeps)
    .values({ name: SWEEP, sweptTo })
    .onConflictDoUpdate({ target: sweeps.name, set: { sweptTo } });
}

async function forgetOld(ctx: RequestContext, before: number): Promise<void> {
  const old = await ctx.db
    .select({ name: rooms.name })
    .from(rooms)
    .where(lte(rooms.seenAt, before))
    .orderBy(asc(rooms.seenAt))
    .limit(PER_RUN);
  const names = old.map(({ name }) => name);
  await wake(ctx, names);
  // Not those that were noted meanwhile.
  await ctx.db
    .delete(rooms)
    .where(
      and(
        lte(rooms.seenAt, before),
        sql`${rooms.name} IN (SELECT value FROM json_each(${JSON.stringify(names)}))`,
      ),
    );
}

async function wake(ctx: RequestContext, names: readonly string[]): Promise<void> {
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const woken = names.slice(from, from + AT_ONCE).map(async (name) => {
      try {
        await ctx.runtime.room(name)?.wake(name);
      } catch (error) {
        log("warn", "rooms.wake", { room: name }, error);
      }
    });
    await Promise.all(woken);
  }
}
