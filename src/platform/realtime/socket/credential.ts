/** Whether a socket may still send, and how its credential is replaced before it expires. */
import type { Caller } from "../../http/caller.ts";
import { log } from "../../log.ts";
import type { RoomHandler } from "../handler.ts";
import type { RoomState } from "../log/state.ts";
import { credentialEnd, endOf } from "./attachment.ts";
import type { Connections } from "./connections.ts";
import { CLOSE, encode, LATER } from "./frames.ts";

interface Parts {
  readonly connections: Connections;
  readonly handler: Pick<RoomHandler, "authenticate">;
  readonly roomState: Pick<RoomState, "name" | "revocationOf">;
  readonly clock: () => number;
}

/** Closes a socket that sends too fast, or whose credential or right has ended. */
export function closeIfOver(
  { connections, clock }: Pick<Parts, "connections" | "clock">,
  socket: WebSocket,
): boolean {
  const facts = connections.facts(socket);
  if (!connections.withinRate(socket, clock())) connections.close(socket, CLOSE.tooFast, "too fast");
  else if (credentialEnd(facts) <= clock()) connections.close(socket, CLOSE.unauthenticated, "expired");
  else if (endOf(facts) <= clock()) connections.close(socket, CLOSE.forbidden, "no longer allowed");
  else return false;
  return true;
}

/** Replaces the credential of a socket; its person stays, because the rights were decided for that one. True: it was replaced. */
export async function refreshCredential(
  { connections, handler, roomState }: Parts,
  socket: WebSocket,
  token: string,
): Promise<boolean> {
  let caller: Caller | null;
  try {
    caller = await handler.authenticate(token);
  } catch (error) {
    log("warn", "room.renew", { room: roomState.name }, error);
    connections.send(socket, encode({ t: "error", ...LATER }));
    return false;
  }
  const userId = connections.facts(socket).caller?.userId;
  if (!caller || caller.userId !== userId || roomState.revocationOf({ caller })) {
    connections.close(socket, CLOSE.unauthenticated, "not accepted");
    return false;
  }
  connections.update(socket, { ...connections.facts(socket), caller, faults: 0 });
  return true;
}
