/**
 * A room, put together from its parts (`parts.ts`). Four faces share them: `sockets` (its own sockets open, send frames,
 * close), `log` (entries are stored, acknowledged, broadcast), `subscribers` (inboxes that subscribe from elsewhere) and
 * `relays` (objects that hold sockets which are too many for this one). Other rooms reach an inbox by its `inbox`; in a
 * room that is none nobody subscribes. `lifecycle` does what is due. What differs from one kind of room to the next is its
 * handler (`handler.ts`), which a module has in its `room.ts`.
 */
import { RoomSubscribers } from "./fanout/room-subscribers.ts";
import type { RoomHandler } from "./handler.ts";
import { Lifecycle } from "./lifecycle.ts";
import { RoomLog } from "./log/room-log.ts";
import { RoomParts, type Surroundings } from "./parts.ts";
import { RoomRelays } from "./relay/room-relays.ts";
import type { InboxMethods, Local } from "./rpc.ts";
import { RoomSockets } from "./socket/room-sockets.ts";

export class Room {
  readonly sockets: RoomSockets;
  readonly log: RoomLog;
  readonly subscribers: RoomSubscribers;
  readonly relays: RoomRelays;
  readonly inbox: Local<InboxMethods>;
  readonly lifecycle: Lifecycle;

  constructor(state: DurableObjectState, handler: RoomHandler, surroundings: Surroundings = {}) {
    const parts = new RoomParts(state, handler, surroundings);
    this.lifecycle = new Lifecycle(parts);
    this.log = new RoomLog(parts, this.lifecycle);
    this.sockets = new RoomSockets(parts, this.log, this.lifecycle);
    this.subscribers = new RoomSubscribers(parts, this.log, this.lifecycle);
    this.relays = new RoomRelays(parts, this.log, this.lifecycle);
    this.inbox = parts.subscriptions;
  }
}
