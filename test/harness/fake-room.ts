/** A room's engine on the storage of a fresh object, with a clock, a database and a gatekeeper in the test's hands. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import type { Caller } from "../../src/platform/http/caller.ts";
import type { RoomHandler } from "../../src/platform/realtime/handler.ts";
import type { Entry } from "../../src/platform/realtime/log/entry.ts";
import { Room } from "../../src/platform/realtime/room.ts";
import type { RoomStub } from "../../src/platform/realtime/rpc.ts";
import { ADMISSION_HEADER, type SocketAdmission } from "../../src/platform/realtime/socket/admission.ts";
import { unique } from "./api.ts";

/** So far ahead that the platform never fires an alarm that this clock sets. */
const FAR = Date.UTC(2100, 0, 1);

export interface World {
  readonly state: DurableObjectState;
  readonly name: string;
  now: number;
  /** Every batch that the database was given, taken or not. */
  readonly batches: { epoch: string; entries: readonly Entry[] }[];
  /** What the database does with a batch. */
  database: () => Promise<void>;
  /** Who a renewing token belongs to. */
  gatekeeper: (token: string) => Promise<Caller | null>;
  /** Another engine on the same storage and sockets, as after an eviction. */
  fresh(): Room;
  /** The alarm as the platform rings it: it is gone by then. */
  onSchedule(room: Room): Promise<void>;
}

/** What a test changes of the room, and which other objects it reaches. */
export interface Surroundings {
  readonly handler?: Partial<RoomHandler>;
  readonly objects?: (name: string) => RoomStub | null;
  readonly mostSockets?: number;
}

export function withRoom(
  work: (room: Room, world: World) => void | Promise<void>,
  { handler, objects, mostSockets }: Surroundings = {},
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

export const note = (text: string, ref: string | null = null) => ({ kind: "notice", ref, body: { text } });

/** The request with which the Worker lets somebody in. */
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
  const headers = { Upgrade: "websocket", [ADMISSION_HEADER]: JSON.stringify(whole) };
  return new Request("https://room/", { headers });
}

export const callerOf = (userId: number, more: Partial<Caller> = {}): Caller => ({
  userId,
  sessionId: `session of ${userId}`,
  userType: "CLIENT",
  isStaff: false,
  expiresAt: FAR + 3600_000,
  ...more,
});

/** The frames that a socket of the engine receives; call before anything else has a turn. */
export function listen(answer: Response) {
  const { webSocket } = answer;
  if (!webSocket) throw new Error(`refused with ${answer.status}`);
  // biome-ignore lint/suspicious/noExplicitAny: frames are what each test is about.
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

/** The room's end of somebody's socket: what they send arrives there. */
export function serverSide(world: World, userId: number): WebSocket {
  const [socket] = world.state.getWebSockets(`user:${userId}`);
  if (!socket) throw new Error("no such socket");
  return socket;
}
