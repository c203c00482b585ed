/**
 * The effect of a change of rights: rooms look up again who may be there. There is no list of what to revoke: each room
 * asks the same rule as its authorizer (`RoomHandler.authorize`), so the two can't differ. Safe to repeat.
 */
import { defineEffect } from "../../db/effects.ts";
import type { Effect } from "../../db/outbox.ts";
import type { RequestContext } from "../../runtime.ts";

/** Number of room objects called at a time. */
const AT_ONCE = 50;

export const roomsRechecked = defineEffect<{ readonly rooms: readonly string[] }>("recheck", {
  address: ({ rooms }) => rooms[0] ?? "",
  run: (ctx, { rooms }) => recheckRooms(ctx, rooms),
});

/** The outbox row for the batch of the change; it is carried out right after the commit. */
export function recheckEffect(rooms: readonly string[]): Effect {
  return roomsRechecked.soon({ rooms });
}

/** Throws when a room could not be reached, after it has called all the others. */
async function recheckRooms(ctx: RequestContext, rooms: readonly string[]): Promise<void> {
  const failures: unknown[] = [];
  for (let from = 0; from < rooms.length; from += AT_ONCE) {
    const calls = rooms.slice(from, from + AT_ONCE).map((name) => ctx.runtime.room(name)?.recheck(name));
    for (const result of await Promise.allSettled(calls))
      if (result.status === "rejected") failures.push(result.reason);
  }
  if (failures.length > 0) throw failures[0];
}
