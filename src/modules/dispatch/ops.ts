/** The operators' overview: one room in which every truck's place and every order's change is told. */
import * as v from "valibot";
import { isOperator } from "../../platform/http/caller.ts";
import { forbidden } from "../../platform/http/errors.ts";
import type { SocketDocument } from "../../platform/realtime/asyncapi.ts";
import { fault } from "../../platform/realtime/frames.ts";
import { type Gate, known } from "../../platform/realtime/handshake.ts";
import type { Tenant } from "../../platform/realtime/tenant.ts";
import type { Scope } from "../../platform/runtime.ts";
import { renewalIn } from "../identity/index.ts";
import { PositionBody } from "./live.ts";

export const OPS_ROOM = "ops:all";

const opsSocket: SocketDocument = {
  name: "ops",
  address: "/ws/ops/",
  description: "For operators: every truck's place, every order's change, every word in a ticket.",
  says: {},
  entries: {
    position: v.object({ ...PositionBody.entries, status: v.string() }),
    ticket: v.object({ id: v.string() }),
    order: v.object({ id: v.string(), status: v.string(), tow_truck_id: v.nullable(v.number()) }),
  },
  documented: { fromClient: {}, fromServer: {} },
};

export const opsGate: Gate = {
  kind: "ops",
  path: "/ws/ops",
  document: opsSocket,
  async enter(_scope, who) {
    const caller = known(who);
    if (!isOperator(caller)) throw forbidden();
    return { room: OPS_ROOM };
  },
};

export function opsTenant(openScope: () => Scope): Tenant {
  return {
    says: {},
    mayWrite: () => fault("forbidden", "This room is told by the server."),
    fromDocumented: () => fault("bad_frame", "This socket speaks caravan.v1."),
    toDocumented: () => null,
    // What is told here stands in its own tables.
    archive: async () => {},
    authenticate: renewalIn(openScope),
  };
}

/** Tells the operators that something was written in a ticket: what it is they read where they may. */
export async function tellOpsOfTicket(scope: Scope, ticketId: string, ref: string): Promise<void> {
  await scope.runtime.room(OPS_ROOM)?.publish(OPS_ROOM, { kind: "ticket", ref, body: { id: ticketId } });
}
