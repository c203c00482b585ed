/** The order's room: its client, its driver and the operators receive statuses, positions and payments. Its alarm expires offers and public links. */
import { sql } from "drizzle-orm";
import { type Caller, mayOperate } from "../../../platform/http/caller.ts";
import { hidden } from "../../../platform/realtime/fanout/entry-view.ts";
import type { ShownValue } from "../../../platform/realtime/fanout/latest.ts";
import type { RoomHandler } from "../../../platform/realtime/handler.ts";
import { archiveTogether } from "../../../platform/realtime/log/archive/archivist.ts";
import { readToldBefore, type ToldBefore } from "../../../platform/realtime/log/beginning.ts";
import type { Entry } from "../../../platform/realtime/log/entry.ts";
import { fault } from "../../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { socketTokenRefresh } from "../../identity/index.ts";
import type { Position } from "../fleet/trucks/frames.ts";
import { runOffers } from "../offers/commands.ts";
import { orderIdOf } from "../room-names.ts";
import { closeEndedLinks } from "../sharing/commands.ts";
import { type Job, jobReader } from "./job.ts";
import { READ_ORDERS } from "./rights.ts";

/** What greets a documented socket: the position of the order's truck when the socket was authorized. */
export type OrderOpening = {
  readonly orderId: string;
  readonly location: Position;
} | null;

/** Kinds that an audience may not read: it gets the entry's position in the journal and no content. */
const HIDDEN_FROM: Readonly<Record<string, readonly string[]>> = {
  operator: [],
  client: ["offer"],
  driver: ["offer", "payment"],
  public: ["offer", "payment", "arrived"],
};

/**
 * Whether a position may still be seen: not of a truck that was replaced, and none once the order is over. The public
 * sees only the truck that has the job, and not one that is reserved for later.
 */
function showsPosition({ body }: Entry, audience: string, { truck, over }: Job): boolean {
  const hasJob = truck !== null && Number(body.tow_truck_id) === truck;
  if (audience === "public") return hasJob && "distance_m" in body;
  return !over && (hasJob || truck === null);
}

const readsOrders = (caller: Caller) => mayOperate(caller, READ_ORDERS);

export function orderRoomHandler(openRequestContext: () => RequestContext): RoomHandler {
  const jobIn = jobReader();
  return {
    says: {},
    mayWrite: () => fault("forbidden", "Only the server writes to this room."),
    // Frames from documented clients are ignored.
    fromDocumented: () => null,
    toDocumented({ kind, body }) {
      if (kind !== "position") return null;
      const { tow_truck_id, latitude, longitude, updated_at, order_id } = body;
      const location = { tow_truck_id, latitude, longitude, updated_at };
      return JSON.stringify({ type: "update", location, order_id });
    },
    greet(_journal, opening, latest) {
      const { location, orderId } = (opening as OrderOpening) ?? {};
      if (!location) return [];
      const newest = newestPosition(location, latest);
      return [JSON.stringify({ type: "initial", location: newest, order_id: orderId })];
    },
    // Two operators learn of each other; client and driver of nobody.
    present: readsOrders,
    audience: (caller) => {
      if (!caller) return "public";
      if (readsOrders(caller)) return "operator";
      return caller.userType === "DRIVER" ? "driver" : "client";
    },
    showTo(entry, audience, journal) {
      const isHidden = (HIDDEN_FROM[audience] ?? HIDDEN_FROM.public)?.includes(entry.kind);
      const isPosition = entry.kind === "position";
      return isHidden || (isPosition && !showsPosition(entry, audience, jobIn(journal)))
        ? hidden(entry)
        : entry;
    },
    archive: (room, epoch, entries) => archive(openRequestContext(), room, epoch, entries),
    async onSchedule(room) {
      const ctx = openRequestContext();
      const next = await Promise.all([
        runOffers(ctx, orderIdOf(room)),
        closeEndedLinks(ctx, orderIdOf(room)),
      ]);
      const times = next.filter((at) => at !== null);
      return times.length > 0 ? Math.min(...times) : null;
    },
    toldBefore: (room) => toldBefore(openRequestContext(), orderIdOf(room)),
    authenticate: socketTokenRefresh(openRequestContext),
  };
}

/** The steps of an order whose room nobody had entered. */
function toldBefore(ctx: RequestContext, orderId: string): Promise<ToldBefore | null> {
  return readToldBefore(ctx, {
    begin: sql`UPDATE orders SET room_waits = 0 WHERE id = ${orderId} AND room_waits RETURNING id`,
    entries: sql`SELECT epoch, seq, at, ref, kind, body FROM order_entries WHERE order_id = ${orderId} ORDER BY seq`,
    exists: sql`SELECT 1 FROM orders WHERE id = ${orderId}`,
  });
}

/** The position of the same truck that the room was shown last, when it is newer than what the authorizer read. */
function newestPosition(location: Position, latest: readonly ShownValue[]): Position {
  const shown = latest.find(({ body }) => body.tow_truck_id === location.tow_truck_id)?.body as
    | Position
    | undefined;
  if (!shown || Date.parse(shown.updated_at) < Date.parse(location.updated_at)) return location;
  const { tow_truck_id, latitude, longitude, updated_at } = shown;
  return { tow_truck_id, latitude, longitude, updated_at };
}

/**
 * Archives all entries but positions, which the truck's room archives and older rooms hold too. One statement, in one
 * transaction with what other rooms archive; repeats and deleted orders change nothing.
 */
async function archive(
  ctx: RequestContext,
  room: string,
  epoch: string,
  entries: readonly Entry[],
): Promise<void> {
  const kept = entries.filter(({ kind }) => kind !== "position");
  if (kept.length === 0) return;
  const statement = ctx.db.run(sql`
    INSERT OR IGNORE INTO order_entries (order_id, epoch, seq, at, author_id, kind, body)
    SELECT o.id, ${epoch}, e.value ->> 'seq', e.value ->> 'at', nullif(e.value ->> 'author', 0), e.value ->> 'kind', e.value -> 'body'
    FROM json_each(${JSON.stringify(kept)}) AS e JOIN orders o ON o.id = ${orderIdOf(room)}`);
  await archiveTogether(ctx, room, [statement]);
}
