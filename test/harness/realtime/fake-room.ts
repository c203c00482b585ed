/** A room on the storage of a new object, whose clock, database and authentication the test controls. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import type { Caller } from "../../../src/platform/http/caller.ts";
import type { RoomHandler } from "../../../src/platform/realtime/handler.ts";
import {
  ADMISSION_HEADER,
  HELD_ADMISSION_HEADER,
  type SocketAdmission,
} from "../../../src/platform/realtime/handshake/admission.ts";
import type { Entry } from "../../../src/platform/realtime/log/entry.ts";
import { Room } from "../../../src/platform/realtime/room.ts";
import type { RoomStub } from "../../../src/platform/realtime/rpc.ts";
import type { Rate } from "../../../src/platform/runtime.ts";
import { unique } from "../api.ts";

/** So far in the future that the platform never fires an alarm that this clock sets. */
const FAR = Date.UTC(2100, 0, 1);

export interface World {
  readonly state: DurableObjectState;
  readonly name: string;
  now: number;
  /** Every archive batch that the database was given, accepted or not. */
  readonly batches: { epoch: string; entries: readonly Entry[] }[];
  /** The database's answer to a batch. */
  database: () => Promise<void>;
  /** The caller that a refresh token belongs to. */
  gatekeeper: (token: string) => Promise<Caller | null>;
  /** Another room on the same storage and sockets, as after an eviction. */
  fresh(): Room;
  /** Fires the alarm as the platform does: it is not set any more by then. */
  onSchedule(room: Room): Promise<void>;
}

/** What a test changes in the room, and the other objects that it reaches. */
export interface Surroundings {
  readonly handler?: Partial<RoomHandler>;
  readonly objects?: (name: string) => RoomStub | null;
  readonly mostSockets?: number;
  readonly entryFlow?: Rate;
}

/** Runs a test in the object of a new room. */
export function withRoom(
  work: (room: Room, world: World) => void | Promise<void>,
  { handler, objects, mostSockets, entryFlow }: Surroundings = {},
): Promise<void> {
  const name = `event:${unique("fake")}`;
  return runInDurableObject(env.EVENT_ROOMS.getByName(name), async (_, state) => {
    const world: World = {
      state,
      name,
      now: FAR,
      batches: [],
      database: async () => {},
      gatekeeper: async () => null,
      fresh: () =>
        new Room(
          state,
          { ...handlerOf(world), ...handler },
          {
            clock: () => world.now,
            ...(objects && { objects }),
            ...(entryFlow && { entryFlow: () => entryFlow }),
            ...(mostSockets !== undefined && { mostSockets: () => mostSockets }),
          },
        ),
      async onSchedule(engine) {
        await state.storage.deleteAlarm();
        await engine.lifecycle.alarm();
      },
    };
    await work(world.fresh(), world);
  });
}

function handlerOf(world: World): RoomHandler {
  return {
    says: { message: v.object({ text: v.string() }) },
    mayWrite: () => null,
    fromDocumented: (text) => ({ kind: "message", body: { text } }),
    toDocumented: (entry) => String(entry.body.text),
    archive(_room, epoch, entries) {
      world.batches.push({ epoch, entries });
      return world.database();
    },
    authenticate: (token) => world.gatekeeper(token),
  };
}

/** The draft of a system entry. */
export const note = (text: string, ref: string | null = null) => ({ kind: "notice", ref, body: { text } });

/** The request by which the Worker opens a socket in the object. */
export function admit(world: World, admission: Partial<SocketAdmission> = {}): Request {
  const whole: SocketAdmission = {
    room: world.name,
    caller: null,
    native: true,
    protocol: "caravan.v1",
    epoch: null,
    since: null,
    admittedAt: world.now,
    ...admission,
  };
  const name = whole.isHeld ? HELD_ADMISSION_HEADER : ADMISSION_HEADER;
  const headers = { Upgrade: "websocket", [name]: JSON.stringify(whole) };
  return new Request("https://room/", { headers });
}

/** A caller with this id. */
export const callerOf = (userId: number, more: Partial<Caller> = {}): Caller => ({
  userId,
  sessionId: `session of ${userId}`,
  userType: "CLIENT",
  isStaff: false,
  expiresAt: FAR + 3600_000,
  ...more,
});

/** Collects the frames that a socket receives. Call it synchronously after the socket was opened. */
export function listen(answer: Response) {
  const { webSocket } = answer;
  if (!webSocket) throw new Error(`refused with ${answer.status}`);
  // biome-ignore lint/suspicious/noExplicitAny: each test checks the frames' shape itself.
  const frames: any[] = [];
  const closed = new Promise<number>((resolve) => {
    webSocket.addEventListener("close", ({ code }) => resolve(code));
  });
  webSocket.addEventListener("message", ({ data }) => {
    const text = String(data);
    frames.push(text.startsWith("{") ? JSON.parse(text) : text);
  });
  webSocket.accept();
  return { frames, closed };
}

/** The room's end of a person's first socket: pass it to `message` to send as that person. */
export function serverSide(world: World, userId: number): WebSocket {
  const [socket] = world.state.getWebSockets(`user:${userId}`);
  if (!socket) throw new Error("no such socket");
  return socket;
}

/** The positions of what was archived, batch by batch. */
export const seqs = ({ batches }: World) => batches.map(({ entries }) => entries.map(({ seq }) => seq));

/** Lets a copy that is under way end. */
export async function settled(world: World): Promise<void> {
  await world.state.storage.sync();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
