/** Opens a socket in the room's object, after the Worker has admitted it. */
import type { Lifecycle } from "../lifecycle.ts";
import type { RoomParts } from "../parts.ts";
import { endOf, type SocketFacts } from "../socket/attachment.ts";
import { encode, LIMITS, PROTOCOL } from "../socket/frames.ts";
import {
  ADMISSION_HEADER,
  HELD_ADMISSION_HEADER,
  type SocketAdmission,
  STALE_RIGHTS_HEADER,
} from "./admission.ts";

/** 101 with the socket; or the status by which the Worker tells why not. */
export function openSocket(parts: RoomParts, lifecycle: Lifecycle, request: Request): Response {
  const admission = admissionOf(request);
  if (!admission) return new Response(null, { status: 400 });
  const refusal = refusalOf(parts, admission);
  if (refusal) return refusal;
  const { connections, presence, journal, clock, mostSockets } = parts;
  const { caller, since } = admission;
  const recovered = since === null || journal.covers(admission.epoch, since);
  const facts = factsOf(admission, recovered, clock());
  presence.glance();
  const before = presence.shown();
  if (caller) connections.makeRoom(caller.userId, mostSockets());
  const { client, server } = connections.accept(facts);
  greet(parts, server, facts, recovered, admission.opening);
  presence.welcome(server, before);
  lifecycle.rearm();
  const headers = new Headers(admission.protocol ? { "Sec-WebSocket-Protocol": admission.protocol } : {});
  return new Response(null, { status: 101, webSocket: client, headers });
}

function admissionOf({ headers }: Request): SocketAdmission | null {
  const held = headers.get(HELD_ADMISSION_HEADER);
  const admission = JSON.parse(held ?? headers.get(ADMISSION_HEADER) ?? "null") as SocketAdmission | null;
  return admission && { ...admission, isHeld: held !== null };
}

/** 401 for a session that ended, 403 for a right that ended, 404 for a room that is gone, 409 for rights to look up again. */
function refusalOf({ roomState, rights }: RoomParts, admission: SocketAdmission): Response | null {
  const revoked = roomState.revocationOf(admission);
  if (revoked) return new Response(null, { status: revoked.rightsBefore === undefined ? 401 : 403 });
  if (roomState.isRetired) return new Response(null, { status: 404 });
  const version = rights.staleVersion(admission, roomState.name === "");
  roomState.know(admission.room);
  if (version === null) return null;
  return new Response(null, { status: 409, headers: { [STALE_RIGHTS_HEADER]: String(version) } });
}

function factsOf(admission: SocketAdmission, recovered: boolean, now: number): SocketFacts {
  const { caller, native, since, admittedAt, readOnly, until, visibleFrom } = admission;
  return {
    dialect: native ? PROTOCOL : "documented",
    caller,
    faults: 0,
    catchingUp: native && recovered ? since : null,
    openedAt: now,
    heardAt: now,
    admittedAt,
    ...(readOnly ? { readOnly: true } : {}),
    until,
    visibleFrom,
  };
}

/** The first frames: `welcome` and the missed entries, or the greeting of the documented dialect. */
function greet(
  { connections, catchUp, handler, journal, latest, clock }: RoomParts,
  socket: WebSocket,
  facts: SocketFacts,
  recovered: boolean,
  opening: unknown,
): void {
  if (facts.dialect !== PROTOCOL) {
    for (const frame of handler.greet?.(journal, opening, latest.all()) ?? [])
      connections.send(socket, frame);
    return;
  }
  const end = endOf(facts);
  const ttl = end < Number.POSITIVE_INFINITY ? Math.max(0, Math.floor((end - clock()) / 1000)) : null;
  const { epoch, head: seq } = journal;
  connections.send(socket, encode({ t: "welcome", epoch, seq, ttl, recovered, limits: LIMITS }));
  latest.greet(socket);
  if (facts.catchingUp !== null) catchUp.start(socket);
}
