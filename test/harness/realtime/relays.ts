/** Rooms with relays for tests: small ones, whose relays a test can look into, put to sleep and abort. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { runtimeOf } from "../../../src/env.ts";
import type { Push, RelayReport } from "../../../src/platform/realtime/relay/rpc.ts";
import { type EventRoomHandle, entriesOf } from "../rooms.ts";
import type { Socket } from "../socket.ts";

/** The environment of the objects, which is not the same object as that of the tests. */
const objectsEnv = () =>
  runInDurableObject(
    env.OPS_ROOMS.getByName("ops:settings") as unknown as DurableObjectStub,
    (object) => (object as unknown as { env: Cloudflare.Env }).env,
  );

/** Runs a test in which a room, and each relay, holds this many sockets. */
export async function withRelaysOf(sockets: number, work: () => Promise<void>): Promise<void> {
  const settings = runtimeOf(await objectsEnv()).settings as { relaySockets: number };
  const before = settings.relaySockets;
  settings.relaySockets = sockets;
  try {
    await work();
  } finally {
    settings.relaySockets = before;
  }
}

export const relayOf = (room: EventRoomHandle, number: number) =>
  env.RELAYS.getByName(`${room.name}/${number}`);

/** How many open sockets the room holds itself, and each of its first relays. */
export async function crowdIn(room: EventRoomHandle, relays: number): Promise<number[]> {
  const stubs = [room.stub, ...Array.from({ length: relays }, (_, index) => relayOf(room, index + 1))];
  return Promise.all(
    stubs.map((stub) =>
      runInDurableObject(
        stub as DurableObjectStub,
        (_, state) => state.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length,
      ),
    ),
  );
}

/** The numbers of the relays that the room knows. */
export function knownRelays(room: EventRoomHandle): Promise<number[]> {
  return runInDurableObject(room.stub, (_, { storage }) => {
    const [fact] = storage.sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'relays'");
    return JSON.parse(fact?.value ?? "[]") as number[];
  });
}

/** Puts a relay to sleep: its sockets stay. */
export const sleep = (room: EventRoomHandle, number: number) =>
  evictDurableObject(relayOf(room, number) as DurableObjectStub);

/** Ends a relay and its sockets, as a crash or a deploy does. */
export const abort = (room: EventRoomHandle, number: number) =>
  evictDurableObject(relayOf(room, number) as DurableObjectStub, { webSockets: "close" });

interface RelayClass {
  readonly prototype: { push(push: Push): Promise<RelayReport | null> };
}

interface RoomClass {
  readonly prototype: { readForRelay(...asked: unknown[]): Promise<unknown> };
}

/** The class of the relays, to watch its calls or to lose them. */
export const relayClass = (room: EventRoomHandle, number: number) =>
  classOf<RelayClass>(relayOf(room, number), "push");

export const roomClass = (room: EventRoomHandle) => classOf<RoomClass>(room.stub, "readForRelay");

/** The prototype that has the method: the object's own, or one behind it. */
function classOf<Class>(stub: unknown, method: string): Promise<Class> {
  return runInDurableObject(stub as DurableObjectStub, (object) => {
    let prototype = Object.getPrototypeOf(object) as object;
    while (!Object.hasOwn(prototype, method)) prototype = Object.getPrototypeOf(prototype);
    return { prototype } as Class;
  });
}

/** A notice of the application. */
export const note = (ref: string) => ({ kind: "notice", ref, body: { text: ref, action: "x" } });

/** The positions of the entries that a socket has received. */
export const seqsOf = (socket: Socket) => entriesOf(socket).map(({ seq }) => seq);
