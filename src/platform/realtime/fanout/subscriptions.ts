/** The subscriptions of a person's own sockets to other rooms: they begin, end, carry frames, and hear what rooms send. */
import type * as v from "valibot";
import type { Caller } from "../../http/caller.ts";
import { log } from "../../log.ts";
import type { Admission, RoomHandler } from "../handler.ts";
import type { Entry } from "../log/entry.ts";
import type { FrameResult, InboxMethods, Local, Stored, SubscribeResult } from "../rpc.ts";
import { isBehind } from "../socket/backpressure.ts";
import {
  encode,
  type Fault,
  fault,
  LATER,
  NO_SUCH_ROOM,
  type RoomFrame,
  type ServerFrame,
  type SubscribeFrame,
} from "../socket/frames.ts";
import type { KnownStubs } from "../stubs.ts";
import { Delivery } from "./delivery.ts";
import { type InboxParts, SubscribedRooms } from "./subscribed-rooms.ts";

type Wanted = Pick<v.InferOutput<typeof SubscribeFrame>, "room" | "ref" | "epoch" | "since">;

interface SubscriptionsParts extends InboxParts {
  readonly authorizeSubscription: NonNullable<RoomHandler["authorizeSubscription"]>;
  readonly stubs: KnownStubs;
  readonly clock: () => number;
}

export class Subscriptions implements Local<InboxMethods> {
  readonly #parts: SubscriptionsParts;
  readonly #rooms: SubscribedRooms;
  readonly #delivery: Delivery;

  constructor(parts: SubscriptionsParts) {
    this.#parts = parts;
    this.#rooms = new SubscribedRooms(parts);
    this.#delivery = new Delivery(parts, this.#rooms);
  }

  /** Subscribes a socket to a room from a position, or from now. */
  async join(socket: WebSocket, wanted: Wanted): Promise<void> {
    const { connections, clock, authorizeSubscription } = this.#parts;
    const { caller } = connections.facts(socket);
    if (!caller) return;
    const pending = this.#rooms.begin(socket, wanted.room);
    try {
      const asked = clock();
      const admission = await authorizeSubscription(caller, wanted.room, false);
      if (!this.#rooms.isPending(pending)) return;
      if ("code" in admission) return this.#reject(socket, admission, wanted);
      const { room } = admission;
      const refusal = this.#rooms.refusal(socket, room);
      if (refusal) return this.#reject(socket, refusal, wanted);
      pending.room = room;
      const result = await this.#subscribe(caller, admission, wanted, asked);
      if (!this.#rooms.end(pending)) return this.#rooms.release([room]);
      if ("code" in result) return this.#reject(socket, result, wanted);
      this.#start(socket, room, wanted, result);
    } catch (error) {
      log("warn", "room.follow", { room: wanted.room }, error);
      this.#reject(socket, fault("unavailable", "Subscribe again later."), wanted);
    } finally {
      this.#rooms.end(pending);
    }
  }

  async #subscribe(
    caller: Caller,
    admission: Admission,
    wanted: Wanted,
    asked: number,
    rightsVersion?: number,
  ): Promise<SubscribeResult | Fault> {
    const { name, objects, clock, authorizeSubscription } = this.#parts;
    const { room, readOnly = false, asOf, visibleFrom, until, isHeld } = admission;
    const bounds = { visibleFrom, until, rightsVersion: rightsVersion ?? admission.rightsVersion, isHeld };
    const subscriber = { inbox: name(), caller, admittedAt: asOf ?? asked, readOnly, ...bounds };
    const { epoch = null, since = null } = wanted;
    const result = await objects(room)?.subscribe(room, subscriber, epoch, since);
    if (result && !("rightsVersion" in result)) {
      if (!isHeld || result.knowsHeld) return result;
      await objects(room)?.unsubscribe(name());
    }
    if (!result && asOf === undefined) return NO_SUCH_ROOM;
    // The authorizer may have gone by a right that ended and began anew since it was read.
    const askedAgain = clock();
    const again = await authorizeSubscription(caller, wanted.room, true);
    if ("code" in again) return again;
    const { asOf: _, ...fresh } = again;
    const version = result && "rightsVersion" in result ? result.rightsVersion : undefined;
    return this.#subscribe(caller, { ...fresh, room }, wanted, askedAgain, version);
  }

  /** Tells the socket where it starts, and delivers what it missed. */
  #start(
    socket: WebSocket,
    room: string,
    { ref, since }: Wanted,
    { epoch, head, recovered, present, reads, latest = [] }: SubscribeResult,
  ): void {
    this.#rooms.set(socket, room, { epoch, seq: since !== undefined && recovered ? since : head });
    const echo = ref === undefined ? {} : { ref };
    this.#send(socket, { t: "subscribed", ...echo, room, epoch, seq: head, recovered });
    if (present) this.#send(socket, { t: "presence", room, users: [...present] });
    for (const mark of reads) this.#send(socket, { t: "read", room, by: mark.userId, seq: mark.seq });
    for (const frame of latest) this.#send(socket, { ...frame, room } as ServerFrame);
    // Entries stored since `subscribe` were pushed before this socket had a position.
    this.#delivery.catchUp(socket, room);
  }

  leave(socket: WebSocket, room: string): void {
    this.#rooms.withdraw(socket, room);
    const wasSubscribed = this.#rooms.has(socket, room);
    this.#rooms.delete(socket, room);
    this.#send(socket, { t: "unsubscribed", room, code: 1000 });
    // An invented name must not create an object.
    if (wasSubscribed) this.#rooms.release([room]);
  }

  /** A socket has closed, and its subscriptions with it. */
  closed(socket: WebSocket): void {
    this.#delivery.closed(socket);
    this.#rooms.withdraw(socket);
    this.#rooms.release(Object.keys(this.#rooms.of(socket)), socket);
  }

  /** Passes a frame on to the room that it names. */
  async forward(socket: WebSocket, frame: RoomFrame, room: string): Promise<FrameResult> {
    const { stubs, name } = this.#parts;
    if (!this.#rooms.has(socket, room))
      return { ok: false, ...fault("forbidden", "Subscribe to the room first.") };
    try {
      return (await stubs.of(room)?.takeFrame(name(), frame, true)) ?? { ok: false, ...NO_SUCH_ROOM };
    } catch (error) {
      stubs.drop(room);
      log("warn", "room.take", { room }, error);
      // The entry may be stored, and the result that carried it is lost.
      for (const each of this.#rooms.socketsOf(room)) this.#delivery.catchUp(each, room);
      return { ok: false, ...LATER };
    }
  }

  /** Delivers the entry that a forwarded frame became to all sockets here that subscribe to the room. */
  show(room: string, { epoch, entry }: Stored): void {
    for (const socket of this.#rooms.socketsOf(room))
      this.#delivery.deliver(socket, room, epoch, [entry], entry.seq);
  }

  relay(room: string, epoch: string, entries: readonly Entry[], head: number): number | null {
    for (const socket of this.#rooms.socketsOf(room))
      this.#delivery.deliver(socket, room, epoch, entries, head);
    return this.heard(room);
  }

  heard(room: string): number | null {
    const { connections, clock } = this.#parts;
    const times = this.#rooms.socketsOf(room).map((socket) => connections.heardAt(socket));
    if (times.length > 0) return Math.max(...times);
    return this.#rooms.isAwaited(room) ? clock() : null;
  }

  relayFrame(room: string, frame: ServerFrame): void {
    const words = JSON.stringify({ ...frame, room });
    // The next one replaces what a client that is behind misses.
    for (const socket of this.#rooms.socketsOf(room))
      if (frame.t !== "latest" || !isBehind(socket)) this.#parts.connections.send(socket, words);
  }

  dropped(room: string, code: number): void {
    for (const socket of this.#rooms.socketsOf(room)) {
      this.#rooms.delete(socket, room);
      this.#send(socket, { t: "unsubscribed", room, code });
    }
  }

  #send(socket: WebSocket, frame: ServerFrame): void {
    this.#parts.connections.send(socket, encode(frame));
  }

  #reject(socket: WebSocket, { code, detail }: Fault, { ref, room }: Wanted): void {
    this.#send(socket, { t: "error", room, ...(ref === undefined ? {} : { ref }), code, detail });
  }
}
