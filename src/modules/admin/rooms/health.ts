/** How the rooms are: how many of each kind were used lately, and what some of them say of themselves. */
import { countNotedRooms, lastNotedRooms } from "../../../platform/realtime/log/noted-rooms.ts";
import type { RoomHealth } from "../../../platform/realtime/rpc.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

/** The kinds whose rooms are noted when something happens in them. */
export const ROOM_KINDS = ["event", "chat", "user", "truck", "order", "ticket", "inbox"] as const;
export type RoomKind = (typeof ROOM_KINDS)[number];

/** Rooms of a kind are counted up to this many. */
const COUNTED = 10_000;
/** Rooms that are asked: each is one call of an object. */
const ASKED = 20;

/** The operators' room, which is always asked. */
const OPS = "ops:all";

export interface KindOfRoom {
  readonly kind: RoomKind;
  readonly rooms: number;
  /** There are at least so many. */
  readonly more: boolean;
}

/** Rooms in which something happened within two days, by kind. */
export async function countRooms(ctx: RequestContext): Promise<KindOfRoom[]> {
  const counts = await countNotedRooms(ctx, ROOM_KINDS, COUNTED);
  return ROOM_KINDS.map((kind) => {
    const count = counts[kind] ?? 0;
    return { kind, rooms: Math.min(count, COUNTED), more: count > COUNTED };
  });
}

/** A room and its own answer; null when it gave none. */
export interface ExaminedRoom {
  readonly name: string;
  readonly health: RoomHealth | null;
}

/** Asks the rooms that were noted last, of one kind or of all: those whose archive waits longest first, then the fullest. */
export async function examineRooms(ctx: RequestContext, kind: RoomKind | null): Promise<ExaminedRoom[]> {
  const noted = await lastNotedRooms(ctx, kind, ASKED);
  const names = [...(kind ? [] : [OPS]), ...noted];
  const answers = await Promise.allSettled(names.map((name) => ctx.runtime.room(name)?.health()));
  const examined = names.map((name, index) => {
    const answer = answers[index];
    return { name, health: (answer?.status === "fulfilled" ? answer.value : undefined) ?? null };
  });
  return examined.sort((one, other) => urgency(other) - urgency(one));
}

/** An answer that is missing comes first, then by the age of what waits, then by the number of sockets. */
function urgency({ health }: ExaminedRoom): number {
  if (!health) return Number.POSITIVE_INFINITY;
  const waits = health.waitsSince === null ? 0 : Number.MAX_SAFE_INTEGER - health.waitsSince;
  return waits + health.sockets + health.subscribers;
}
