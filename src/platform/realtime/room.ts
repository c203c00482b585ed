/**
 * A room, put together from its parts. Three faces share them: `sockets` (what its own sockets send), `log` (entries are
 * stored, acknowledged, broadcast) and `subscribers` (inboxes that subscribe from elsewhere). A room that is itself an
 * inbox answers other rooms as `inbox`. `lifecycle` does what is due.
 */
import { NOT_AN_INBOX } from "./fanout/inbox.ts";
import { RoomSubscribers } from "./fanout/room-subscribers.ts";
import type { RoomHandler } from "./handler.ts";
import { Lifecycle } from "./lifecycle.ts";
import { RoomLog } from "./log/room-log.ts";
import { RoomParts, type Surroundings } from "./parts.ts";
import type { InboxMethods, Local } from "./rpc.ts";
import { RoomSockets } from "./socket/room-sockets.ts";

export class Room {
  readonly sockets: RoomSockets;
  readonly log: RoomLog;
  readonly subscribers: RoomSubscribers;
  readonly inbox: Local<InboxMethods>;
  readonly lifecycle: Lifecycle;

  constructor(state: DurableObjectState, handler: RoomHandler, surroundings: Surroundings = {}) {
    const parts = new RoomParts(state, handler, surroundings);
    this.lifecycle = new Lifecycle(parts);
    this.log = new RoomLog(parts, this.lifecycle);
    this.sockets = new RoomSockets(parts, this.log, this.lifecycle);
    this.subscribers = new RoomSubscribers(parts, this.log, this.lifecycle);
    this.inbox = parts.subscriptions ?? NOT_AN_INBOX;
  }
}
