/** The operators' room: positions of all trucks, changes of all orders, and new messages in support tickets. */
import { mayOperate } from "../../../platform/http/caller.ts";
import { forbidden } from "../../../platform/http/errors.ts";
import { log } from "../../../platform/log.ts";
import { SHOW_AGAIN } from "../../../platform/realtime/fanout/latest.ts";
import type { RelayedHandler } from "../../../platform/realtime/handler.ts";
import { type RoomAuthorizer, requireCaller } from "../../../platform/realtime/handshake/authorizer.ts";
import { fault } from "../../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { socketTokenRefresh } from "../../identity/index.ts";
import { storePositions } from "../fleet/trucks/position.ts";
import { OPS_ROOM } from "../room-names.ts";
import type { TicketChangeBody } from "./entries.ts";
import { PositionBoard, PositionCollector, type Report } from "./ops-positions.ts";
import { READ_OPS } from "./rights.ts";

export const opsAuthorizer: RoomAuthorizer = {
  kind: "ops",
  path: "/ws/ops",
  asksNothing: true,
  async authorize(_ctx, who) {
    const caller = requireCaller(who);
    if (!READ_OPS.every((right) => mayOperate(caller, right))) throw forbidden();
    return { room: OPS_ROOM };
  },
};

export function opsRoomHandler(openRequestContext: () => RequestContext): RelayedHandler {
  let board: PositionBoard | undefined;
  let collector: PositionCollector | undefined;
  return {
    isRelayed: true,
    onLatest(room, latest, show) {
      if (room !== OPS_ROOM) {
        collector ??= collectFor(openRequestContext);
        return collector.take(latest.body as unknown as Report);
      }
      board ??= new PositionBoard(show);
      return board.take(latest);
    },
    says: {},
    mayWrite: () => fault("forbidden", "Only the server writes to this room."),
    fromDocumented: () => fault("bad_frame", "This socket speaks caravan.v1."),
    toDocumented: () => null,
    // Without an archive: trucks, orders and tickets are archived by their own rooms.
    authenticate: socketTokenRefresh(openRequestContext),
  };
}

function collectFor(open: () => RequestContext): PositionCollector {
  return new PositionCollector({
    forward: async (latest) => (await open().runtime.room(OPS_ROOM)?.show(OPS_ROOM, latest)) ?? SHOW_AGAIN,
    store: (fixes) => storePositions(open(), fixes),
    failed: (error) => log("warn", "ops.store", {}, error),
  });
}

/** Tells the operators that a ticket has a new message. They read it in the ticket, where their rights are checked. */
export async function tellOpsOfTicket(ctx: RequestContext, ticketId: string, ref: string): Promise<void> {
  const body: TicketChangeBody = { id: ticketId };
  await ctx.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, { kind: "ticket", ref, body });
}
