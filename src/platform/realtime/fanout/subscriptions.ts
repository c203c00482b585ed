/** The rooms that a person's own socket follows: what they store comes here, and goes out once, in order, socket by socket. */
import type * as v from "valibot";
import type { Caller } from "../../http/caller.ts";
import { log } from "../../log.ts";
import type { Admission, FrameResult, RoomHandler } from "../handler.ts";
import type { Entry } from "../log/journal.ts";
import { isBehind, untilRead } from "../socket/backpressure.ts";
import {
  CLOSE,
  encode,
  type Fault,
  fault,
  LIMITS,
  type RoomFrame,
  type ServerFrame,
  type SubscribeFrame,
} from "../socket/frames.ts";
import type { SocketFacts, Sockets } from "../socket/sockets.ts";
import type { RoomStub } from "../stubs.ts";
import { entryFrame } from "./broadcast.ts";
import type { SubscribeResult } from "./subscribers.ts";

type Follows = NonNullable<SocketFacts["follows"]>;

type Wanted = Pick<v.InferOutput<typeof SubscribeFrame>, "room" | "ref" | "epoch" | "since">;

/** A socket on its way into a room; it is taken back when the socket leaves meanwhile. */
interface Wish {
  readonly socket: WebSocket;
  /** The room as it was asked for. */
  readonly asked: string;
  /** Its own name, once the gate has said that they may enter. */
  room: string | null;
}

/**
 * Each socket knows its position in each room (in its attachment: it lives as long as the socket). A push that follows
 * on it goes straight out; anything else is a gap, and what lacks is read from the room.
 */
export class Subscriptions {
  readonly #state: DurableObjectState;
  readonly #sockets: Sockets;
  readonly #objects: (name: string) => RoomStub | null;
  readonly #authorizeSubscription: NonNullable<RoomHandler["authorizeSubscription"]>;
  readonly #inbox: () => string;
  readonly #clock: () => number;
  /** Rooms that a socket is being served from just now; true: there is news since the last look. */
  readonly #serving = new Map<WebSocket, Map<string, boolean>>();
  readonly #wishes = new Set<Wish>();

  constructor(
    state: DurableObjectState,
    sockets: Sockets,
    objects: (name: string) => RoomStub | null,
    authorizeSubscription: NonNullable<RoomHandler["authorizeSubscription"]>,
    inbox: () => string,
    clock: () => number,
  ) {
    this.#state = state;
    this.#sockets = sockets;
    this.#objects = objects;
    this.#authorizeSubscription = authorizeSubscription;
    this.#inbox = inbox;
    this.#clock = clock;
  }

  /** Begins to follow a room from a position, or from now. */
  async join(socket: WebSocket, wanted: Wanted): Promise<void> {
    const { caller } = this.#sockets.facts(socket);
    if (!caller) return;
    const wish: Wish = { socket, asked: wanted.room, room: null };
    this.#wishes.add(wish);
    try {
      const asked = this.#clock();
      const admission = await this.#authorizeSubscription(caller, wanted.room, false);
      if (!this.#wishes.has(wish)) return;
      if ("code" in admission) return this.#reportFault(socket, admission, wanted);
      const { room } = admission;
      const refusal = this.#refusal(socket, room);
      if (refusal) return this.#reportFault(socket, refusal, wanted);
      wish.room = room;
      const followed = await this.#subscribe(caller, admission, wanted, asked);
      if (!this.#wishes.delete(wish)) return this.#letGo([room]);
      if ("code" in followed) return this.#reportFault(socket, followed, wanted);
      const { epoch, head, recovered, present, reads } = followed;
      const seq = wanted.since !== undefined && recovered ? wanted.since : head;
      this.#note(socket, room, { epoch, seq });
      const { ref } = wanted;
      this.#send(socket, {
        t: "subscribed",
        ...(ref === undefined ? {} : { ref }),
        room,
        epoch,
        seq: head,
        recovered,
      });
      if (present) this.#send(socket, { t: "presence", room, users: [...present] });
      for (const mark of reads) this.#send(socket, { t: "read", room, by: mark.userId, seq: mark.seq });
      // What was stored while this was under way nobody pushed here.
      this.#serve(socket, room);
    } catch (error) {
      log("warn", "room.follow", { room: wanted.room }, error);
      this.#reportFault(socket, fault("unavailable", "Subscribe again later."), wanted);
    } finally {
      this.#wishes.delete(wish);
    }
  }

  /** Why a socket may not follow one room more; what it is about to follow counts. */
  #refusal(socket: WebSocket, room: string): Fault | null {
    if (room === this.#inbox()) return fault("bad_frame", "This socket hears it already.");
    const wished = [...this.#wishes].filter((wish) => wish.socket === socket).map((wish) => wish.room);
    const rooms = new Set([
      ...Object.keys(this.#follows(socket)),
      ...wished.filter((one) => one !== null),
      room,
    ]);
    if (rooms.size <= LIMITS.rooms) return null;
    return fault("too_large", `One socket follows at most ${LIMITS.rooms} rooms.`);
  }

  async #subscribe(
    caller: Caller,
    admission: Admission,
    wanted: Wanted,
    asked: number,
    rightsVersion?: number,
  ): Promise<SubscribeResult | Fault> {
    const { room, readOnly = false, asOf, visibleFrom, until } = admission;
    const bounds = { visibleFrom, until, rightsVersion };
    const subscriber = { inbox: this.#inbox(), caller, admittedAt: asOf ?? asked, readOnly, ...bounds };
    const { epoch = null, since = null } = wanted;
    const followed = await this.#objects(room)?.subscribe(room, subscriber, epoch, since);
    if (followed && !("rightsVersion" in followed)) return followed;
    if (!followed && asOf === undefined) return fault("not_found", "There is no such room.");
    // The gate may have gone by what it read before a right ended and began anew.
    const askedAgain = this.#clock();
    const again = await this.#authorizeSubscription(caller, wanted.room, true);
    if ("code" in again) return again;
    const { asOf: _, ...fresh } = again;
    return this.#subscribe(caller, { ...fresh, room }, wanted, askedAgain, followed?.rightsVersion);
  }

  leave(socket: WebSocket, room: string): void {
    for (const wish of this.#wishes)
      if (wish.socket === socket && (wish.room === room || wish.asked === room)) this.#wishes.delete(wish);
    const followed = Object.hasOwn(this.#follows(socket), room);
    this.#forget(socket, room);
    this.#send(socket, { t: "unsubscribed", room, code: 1000 });
    // A name that somebody made up must call no object into being.
    if (followed) this.#letGo([room]);
  }

  /** A socket has gone, and what it followed with it. */
  closed(socket: WebSocket): void {
    this.#serving.delete(socket);
    for (const wish of this.#wishes) if (wish.socket === socket) this.#wishes.delete(wish);
    this.#letGo(Object.keys(this.#follows(socket)), socket);
  }

  /** A frame for a followed room. */
  async pass(socket: WebSocket, frame: RoomFrame, room: string): Promise<FrameResult> {
    if (!Object.hasOwn(this.#follows(socket), room))
      return { ok: false, ...fault("forbidden", "Subscribe to the room first.") };
    try {
      const taken = await this.#objects(room)?.takeFrame(this.#inbox(), frame);
      return taken ?? { ok: false, ...fault("not_found", "There is no such room.") };
    } catch (error) {
      log("warn", "room.take", { room }, error);
      return { ok: false, ...fault("unavailable", "Send it again later.") };
    }
  }

  /** A followed room stored something. Answers as `heard` does. */
  relay(room: string, epoch: string, entries: readonly Entry[], head: number): number | null {
    const listening = this.#listening(room);
    for (const socket of listening) {
      const serving = this.#serving.get(socket);
      if (serving?.has(room)) serving.set(room, true);
      else this.#deliver(socket, room, epoch, entries, head);
    }
    return this.heard(room);
  }

  /** When somebody who listens to a followed room was last heard here, epoch ms; null: nobody listens. */
  heard(room: string): number | null {
    const times = this.#listening(room).map((socket) => this.#sockets.heardAt(socket));
    if (times.length > 0) return Math.max(...times);
    return this.#isWished(room) ? this.#clock() : null;
  }

  relayFrame(room: string, frame: ServerFrame): void {
    for (const socket of this.#listening(room))
      this.#sockets.send(socket, JSON.stringify({ ...frame, room }));
  }

  dropped(room: string, code: number): void {
    for (const socket of this.#listening(room)) {
      this.#forget(socket, room);
      this.#send(socket, { t: "unsubscribed", room, code });
    }
  }

  #deliver(socket: WebSocket, room: string, epoch: string, entries: readonly Entry[], head: number): void {
    const at = this.#follows(socket)[room];
    if (!at) return;
    const news = entries.filter(({ seq }) => seq > at.seq);
    const follows = epoch === at.epoch && news.every(({ seq }, index) => seq === at.seq + 1 + index);
    if (!follows || isBehind(socket) || at.seq + news.length < head) this.#serve(socket, room);
    else if (news.length > 0) this.#out(socket, room, epoch, news);
  }

  #out(socket: WebSocket, room: string, epoch: string, entries: readonly Entry[]): void {
    for (const entry of entries) this.#sockets.send(socket, encode(entryFrame(entry, room)));
    const last = entries.at(-1);
    if (last) this.#note(socket, room, { epoch, seq: last.seq });
  }

  #serve(socket: WebSocket, room: string): void {
    const rooms = this.#serving.get(socket) ?? new Map<string, boolean>();
    this.#serving.set(socket, rooms);
    const under = rooms.has(room);
    rooms.set(room, under);
    if (under) return;
    const done = this.#catchUp(socket, room, rooms).catch((error: unknown) => {
      log("warn", "room.read", { room }, error);
      this.#lost(socket, room);
    });
    this.#state.waitUntil(done);
  }

  async #catchUp(socket: WebSocket, room: string, rooms: Map<string, boolean>): Promise<void> {
    try {
      for (;;) {
        rooms.set(room, false);
        const at = this.#follows(socket)[room];
        if (!at || socket.readyState !== WebSocket.OPEN) return;
        const entries = await this.#objects(room)?.read(this.#inbox(), at.epoch, at.seq);
        if (!entries) return this.#lost(socket, room);
        if (entries.length === 0 && !rooms.get(room)) return;
        for (const entry of entries) {
          if (isBehind(socket) && !(await untilRead(socket)))
            return this.#sockets.close(socket, CLOSE.slow, "too slow");
          // Left, or begun anew from elsewhere, while this was under way.
          if (this.#follows(socket)[room]?.seq !== entry.seq - 1) break;
          this.#out(socket, room, at.epoch, [entry]);
        }
      }
    } finally {
      // At once: a push that came between the last look and this would be heard by nobody.
      rooms.delete(room);
    }
  }

  /** The room can't give what lacks: the client subscribes again and is told to reload. */
  #lost(socket: WebSocket, room: string): void {
    if (!Object.hasOwn(this.#follows(socket), room)) return;
    this.#forget(socket, room);
    this.#send(socket, { t: "unsubscribed", room, code: CLOSE.slow });
    this.#letGo([room]);
  }

  #listening(room: string): WebSocket[] {
    return this.#sockets.open().filter((socket) => Object.hasOwn(this.#follows(socket), room));
  }

  #isWished(room: string): boolean {
    return [...this.#wishes].some((wish) => wish.room === room);
  }

  #letGo(rooms: readonly string[], except?: WebSocket): void {
    for (const room of rooms) {
      if (this.#listening(room).some((socket) => socket !== except) || this.#isWished(room)) continue;
      const gone = this.#objects(room)?.unsubscribe(this.#inbox());
      // A room that does not hear of it asks at its next push.
      if (gone)
        this.#state.waitUntil(gone.catch((error: unknown) => log("warn", "room.unfollow", { room }, error)));
    }
  }

  #follows(socket: WebSocket): Follows {
    return this.#sockets.facts(socket).follows ?? {};
  }

  #note(socket: WebSocket, room: string, at: { epoch: string; seq: number }): void {
    const facts = this.#sockets.facts(socket);
    this.#sockets.update(socket, { ...facts, follows: { ...facts.follows, [room]: at } });
  }

  #forget(socket: WebSocket, room: string): void {
    const facts = this.#sockets.facts(socket);
    const { [room]: _, ...follows } = facts.follows ?? {};
    this.#sockets.update(socket, { ...facts, follows });
  }

  #send(socket: WebSocket, frame: ServerFrame): void {
    this.#sockets.send(socket, encode(frame));
  }

  #reportFault(
    socket: WebSocket,
    { code, detail }: Fault,
    { ref, room }: { ref?: string | undefined; room: string },
  ): void {
    this.#send(socket, { t: "error", room, ...(ref === undefined ? {} : { ref }), code, detail });
  }
}
