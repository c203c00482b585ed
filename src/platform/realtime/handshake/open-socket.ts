/** Opens a socket in the room's object, after the Worker has admitted it. */

import type { CatchUp } from "../fanout/catch-up.ts";
import type { LatestFrames } from "../fanout/latest.ts";
import type { Presence } from "../fanout/presence.ts";
import type { Journal } from "../log/journal/journal.ts";
import type { RoomState } from "../log/state.ts";
import { DIRECTION_HEADER, type Direction, FOLLOWS_HEADER, MISDIRECTED } from "../relay/directions.ts";
import type { Rights } from "../rights/rights.ts";
import { endOf, type SocketFacts } from "../socket/attachment.ts";
import type { Connections } from "../socket/connections.ts";
import { encode, LIMITS, PROTOCOL } from "../socket/frames.ts";
import {
  ADMISSION_HEADER,
  HELD_ADMISSION_HEADER,
  type SocketAdmission,
  STALE_RIGHTS_HEADER,
} from "./admission.ts";

/** What an object needs that holds sockets of a room: the room's own, or a relay. */
export interface OpeningParts {
  readonly connections: Connections;
  readonly presence: Pick<Presence, "glance" | "shown" | "welcome">;
  readonly journal: Pick<Journal, "epoch" | "head" | "covers">;
  readonly roomState: Pick<RoomState, "name" | "know" | "revocationOf" | "isRetired">;
  readonly rights: Pick<Rights, "staleVersion">;
  readonly catchUp: CatchUp;
  readonly latest: Pick<LatestFrames, "greet">;
  readonly clock: () => number;
  readonly mostSockets: () => number;
  /** The first frames of a documented socket. */
  greeting(opening: unknown): readonly string[];
  /** Another object that has to take the socket, which a relay does not know; null: this one. `follows`: see `FOLLOWS_HEADER`. */
  direct(userId: number | undefined, follows: string): Direction | "full" | null;
}

/** 101 with the socket; 421 with the relay that takes it; or the status by which the Worker tells why not. */
export function openSocket(parts: OpeningParts, lifecycle: { rearm(): void }, request: Request): Response {
  const admission = admissionOf(request);
  if (!admission) return new Response(null, { status: 400 });
  const refusal = refusalOf(parts, admission);
  if (refusal) return refusal;
  parts.roomState.know(admission.room, admission.admittedAt);
  const direction = directionOf(parts, admission, request);
  if (direction) return direction;
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

/** The admission that the Worker sent; null without one. */
export function admissionOf({ headers }: Request): SocketAdmission | null {
  const held = headers.get(HELD_ADMISSION_HEADER);
  const admission = JSON.parse(held ?? headers.get(ADMISSION_HEADER) ?? "null") as SocketAdmission | null;
  return admission && { ...admission, isHeld: held !== null };
}

/** 401 for a session that ended, 403 for a right that ended, 404 for a room that is gone, 409 for rights to look up again. */
export function refusalOf(
  { roomState, rights }: Pick<OpeningParts, "roomState" | "rights">,
  admission: SocketAdmission,
): Response | null {
  const revoked = roomState.revocationOf(admission);
  if (revoked) return new Response(null, { status: revoked.rightsBefore === undefined ? 401 : 403 });
  if (roomState.isRetired) return new Response(null, { status: 404 });
  const version = rights.staleVersion(admission);
  if (version !== null)
    return new Response(null, { status: 409, headers: { [STALE_RIGHTS_HEADER]: String(version) } });
  return null;
}

/** A Worker of an older version knows no relays: its socket opens here. */
function directionOf(
  parts: OpeningParts,
  { caller }: SocketAdmission,
  { headers }: Request,
): Response | null {
  const follows = headers.get(FOLLOWS_HEADER);
  const direction = follows === null ? null : parts.direct(caller?.userId, follows);
  if (direction === null) return null;
  return new Response(null, {
    status: MISDIRECTED,
    headers: direction === "full" ? {} : { [DIRECTION_HEADER]: JSON.stringify(direction) },
  });
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
  parts: OpeningParts,
  socket: WebSocket,
  facts: SocketFacts,
  recovered: boolean,
  opening: unknown,
): void {
  const { connections, catchUp, journal, latest, clock } = parts;
  if (facts.dialect !== PROTOCOL) {
    for (const frame of parts.greeting(opening)) connections.send(socket, frame);
    return;
  }
  const end = endOf(facts);
  const ttl = end < Number.POSITIVE_INFINITY ? Math.max(0, Math.floor((end - clock()) / 1000)) : null;
  const { epoch, head: seq } = journal;
  connections.send(socket, encode({ t: "welcome", epoch, seq, ttl, recovered, limits: LIMITS }));
  latest.greet(socket);
  if (facts.catchingUp !== null) catchUp.start(socket);
}
