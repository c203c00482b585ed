/** An inbox with one socket, and one fake room that it may subscribe to. */

import type { Admission } from "../../../src/platform/realtime/handler.ts";
import type { Room } from "../../../src/platform/realtime/room.ts";
import type { Fault } from "../../../src/platform/realtime/socket/frames.ts";
import { FakeSubscribedRoom } from "./fake-network.ts";
import { admit, callerOf, listen, serverSide, type World, withRoom } from "./fake-room.ts";

export const ROOM = "chat:1";
export const INBOX = "event:inbox";

export interface Here {
  readonly room: Room;
  readonly world: World;
  readonly chat: FakeSubscribedRoom;
  /** Decides who may subscribe to what; a test may replace it. */
  authorizeSubscription: (name: string) => Promise<Admission | Fault>;
  /** The names of the objects that were called. */
  readonly reached: string[];
  send(frame: object): Promise<void>;
  /** Pushes stored entries as the room does; returns whether a socket subscribes. */
  push(first: number, last?: number): boolean;
}

/** Runs a test with person 1 on one socket, who may subscribe to `chat:1`. */
export function withInbox(
  work: (here: Here, frames: Frame[], closed: Promise<number>) => Promise<void>,
): Promise<void> {
  const chat = new FakeSubscribedRoom();
  const reached: string[] = [];
  let here: Here;
  return withRoom(
    async (room, world) => {
      here = {
        room,
        world,
        chat,
        reached,
        authorizeSubscription: async (name) => ({ room: name }),
        send: (frame) => room.sockets.message(serverSide(world, 1), JSON.stringify(frame)),
        push: (first, last = first) =>
          room.inbox.relay(
            ROOM,
            chat.epoch,
            chat.entries.filter(({ seq }) => seq >= first && seq <= last),
            chat.head,
          ) !== null,
      };
      const { frames, closed } = listen(
        room.sockets.open(admit(world, { room: INBOX, caller: callerOf(1) })),
      );
      await work(here, frames, closed);
    },
    {
      handler: { authorizeSubscription: (_caller, name) => here.authorizeSubscription(name) },
      objects(name) {
        reached.push(name);
        return name === ROOM || name.startsWith("order:") ? chat.stub : null;
      },
    },
  );
}

export interface Frame {
  readonly t: string;
  readonly room?: string;
  readonly seq?: number;
  readonly code?: string | number;
  readonly ref?: string;
}
/** The positions of the entries among the frames. */
export const seqs = (frames: readonly Frame[]) =>
  frames.filter(({ t }) => t === "entry").map(({ seq }) => seq);
/** The types of the frames, without welcomes. */
export const kinds = (frames: readonly Frame[]) => frames.map(({ t }) => t).filter((t) => t !== "welcome");
/** A frame that subscribes to `ROOM`. */
export const subscribe = (more: object = {}) => ({ t: "subscribe", room: ROOM, ...more });
export const unsubscribe = { t: "unsubscribe", room: ROOM };
