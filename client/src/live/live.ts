/** The connection of one person and the rooms on it: frames go to their rooms, and what rooms say goes out. */
import { CaravanError } from "../errors.ts";
import { Connection, type LiveState } from "./connection.ts";
import type { Ack, ClientFrame, ServerFrame } from "./frames.ts";
import { type LiveOptions, platformAfter, platformWake, requireWebSocket, socketUrl } from "./options.ts";
import { Outbox, type Outgoing } from "./outbox.ts";
import { Room } from "./room.ts";

/** The name of the socket's own room: a person's notifications on `/ws/me/`. */
export const OWN = "me";

/** `in`: from the server. */
export type FrameWatcher = (direction: "in" | "out", frame: ServerFrame | ClientFrame) => void;

export class Live {
  readonly #options: LiveOptions;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #rooms = new Map<string, Room>();
  readonly #own: Room;
  readonly #states = new Set<(state: LiveState) => void>();
  readonly #watchers = new Set<FrameWatcher>();
  /** Names of holds of rooms with entries that an earlier page or process left. */
  readonly #left = new Map<string, () => void>();
  /** Resolves when it is known whose positions and messages the storages keep. */
  readonly #ready: Promise<unknown>;
  #endWake: (() => void) | null = null;
  #refs = 0;

  constructor(options: LiveOptions = {}) {
    this.#options = options;
    this.#ready = (options.ready?.() ?? Promise.resolve()).catch(() => {});
    const {
      url,
      path = "/ws/me/",
      credentials,
      anonymous = false,
      socket,
      random,
      prefix = "caravan",
    } = options;
    const after = options.after ?? platformAfter;
    this.#connection = new Connection({
      url: () => socketUrl(url, path, this.#own.subscription.position),
      credentials,
      // Without credentials at all nobody is meant to be signed in.
      anonymous: anonymous || !credentials,
      socket,
      after,
      random,
      hear: (frame) => this.#hear(frame),
      changed: (state) => this.#changed(state),
      look: (direction, frame) => {
        for (const watch of this.#watchers) watch(direction, frame);
      },
    });
    this.#outbox = new Outbox({
      storage: options.outbox,
      key: () => [prefix, "outbox", options.owner?.()].filter(Boolean).join("."),
      after,
      random: random ?? Math.random,
      isOpen: (name) => this.state === "live" && this.room(name).state === "open",
      send: (item) => void this.#connection.send(this.room(item.room).frameOf(item)),
      changed: (name) => {
        const room = this.room(name);
        room.tell("pending", room.pending);
        if (room.pending.length === 0) this.#release(name);
      },
    });
    this.#own = this.room(OWN);
    void this.#ready.then(() => this.#loadOutbox());
  }

  /** What the connection is doing. */
  get state(): LiveState {
    return this.#connection.state;
  }

  /** Why the connection was refused; null otherwise. */
  get error(): CaravanError | null {
    return this.#connection.error;
  }

  /** While `waiting`: how long this pause takes until the next attempt, in ms from its beginning; null otherwise. */
  get retryIn(): number | null {
    return this.#connection.retryIn;
  }

  /** The socket's own room: a person's notifications on `/ws/me/`, or the room of another `path`. */
  get own(): Room {
    return this.#own;
  }

  /** Entries of all rooms that are not acknowledged yet. */
  get unsent(): number {
    return this.#outbox.size;
  }

  /** A room by its name, as `chat:3`, `event:7`, `order:<uuid>`: always the same object for a name. */
  room(name: string): Room {
    const known = this.#rooms.get(name);
    if (known) return known;
    const {
      positions,
      since,
      prefix = "caravan",
      random = Math.random,
      after = platformAfter,
    } = this.#options;
    const room = new Room(name, {
      isOwn: name === OWN,
      begin: name === OWN && since !== undefined ? { epoch: "", seq: since } : null,
      positions,
      key: () => [prefix, "position", this.#options.owner?.(), name].filter(Boolean).join("."),
      ready: this.#ready,
      after,
      random,
      isLive: () => this.state === "live",
      send: (frame) => void this.#connection.send(frame),
      reconnect: () => this.#connection.reconnect(),
      whenStopped: (run) => this.#whenStopped(run),
      nextRef: () => `s${++this.#refs}`,
      wanted: (room, isWanted) => this.#wanted(room, isWanted),
      stateChanged: (room) => this.#roomChanged(room),
      enqueue: (item) => this.#outbox.add(item),
      pending: (name) => this.#outbox.of(name),
      mostBytes: () => this.#connection.limits.frame,
    });
    this.#rooms.set(name, room);
    return room;
  }

  /** Connects unless it is connected; listening to a room does so, too. Also after a refusal or `close()`. */
  connect(): void {
    if (!this.#options.socket) requireWebSocket();
    this.#endWake ??= (this.#options.wake ?? platformWake)(() => this.#connection.wake());
    void this.#connect();
  }

  /** Finds out at once whether the line is good: for apps whose platform tells them when it may be back. */
  wake(): void {
    this.#connection.wake();
  }

  /** Closes the socket. Rooms stay subscribed for a later `connect()`, and what was said is kept. */
  close(): void {
    this.#endWake?.();
    this.#endWake = null;
    this.#connection.close();
    this.#outbox.stop();
  }

  /** Closes the socket until `resume()`: nobody is signed in. What was said is kept. */
  pause(): void {
    this.#connection.refuse(new CaravanError({ code: "signed_out", message: "Nobody is signed in." }));
  }

  /** Goes on after `pause()` or a refusal if somebody listens. `isOther`: another person, whose outbox is read. */
  resume(isOther = false): void {
    if (isOther) void this.#loadOutbox();
    const isStopped = this.state === "refused" || this.state === "idle";
    if (isStopped && [...this.#rooms.values()].some(({ isHeld }) => isHeld)) this.connect();
  }

  /** The same as `pause()`, and forgets everything that belongs to this person, as when they sign out. */
  forget(): void {
    this.pause();
    this.#outbox.clear(new CaravanError({ code: "signed_out", message: "Signed out before it was sent." }));
    for (const room of this.#rooms.values()) room.reset();
  }

  /** Calls `watcher` with each new state; returns what ends it. */
  onState(watcher: (state: LiveState) => void): () => void {
    this.#states.add(watcher);
    return () => void this.#states.delete(watcher);
  }

  /** Calls `watcher` with every frame of both sides, pings too; returns what ends it. */
  onFrame(watcher: FrameWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Sends a frame as it is, for tools that try the protocol; false without a connection. Nothing repeats it. */
  sendFrame(frame: ClientFrame): boolean {
    return this.#connection.send(frame);
  }

  async #loadOutbox(): Promise<void> {
    for (const name of await this.#outbox.load())
      if (!this.#left.has(name)) this.#left.set(name, this.room(name).hold());
  }

  async #connect(): Promise<void> {
    if (this.#options.positions) await this.#own.subscription.load();
    if (this.#endWake) this.#connection.connect();
  }

  /** Calls `run` with the reason once nothing will open by itself any more, at once if it is so; returns what ends that. */
  #whenStopped(run: (error: CaravanError) => void): () => void {
    const look = () => {
      if (this.error) run(this.error);
      else if (this.state === "closed")
        run(new CaravanError({ code: "aborted", message: "The connection was closed." }));
    };
    const end = this.onState(look);
    look();
    return end;
  }

  #changed(state: LiveState): void {
    if (state !== "live") {
      this.#outbox.interrupt();
      for (const room of this.#rooms.values()) room.subscription.down();
    }
    for (const watcher of [...this.#states]) watcher(state);
  }

  #wanted(room: Room, isWanted: boolean): void {
    if (isWanted) {
      const { state } = this.#connection;
      if (state === "idle") this.connect();
      return;
    }
    const name = room.subscription.wireName;
    const toldServer = room.subscription.leave();
    const isShared = this.#named(name).some((other) => other !== room && other.isHeld);
    if (toldServer && !isShared && this.state === "live")
      this.#connection.send({ t: "unsubscribe", room: name });
  }

  #roomChanged(room: Room): void {
    if (room.state === "open") this.#outbox.pump(room.name);
    else this.#outbox.interrupt(room.name);
    if (room.state === "refused" && room.error) this.#outbox.abandon(room.name, room.error);
  }

  #release(name: string): void {
    this.#left.get(name)?.();
    this.#left.delete(name);
  }

  #hear(frame: ServerFrame): void {
    switch (frame.t) {
      case "welcome":
        this.#own.subscription.opened(frame);
        for (const room of this.#rooms.values()) room.subscription.up();
        return;
      case "subscribed":
        return void this.#asked(frame.ref)?.subscription.opened(frame, frame.room);
      case "ack":
        this.#connection.accepted();
        return void this.#outbox.acknowledge({ ref: frame.ref, seq: frame.seq, at: frame.at });
      case "error":
        return void this.#refused(frame);
      case "pong":
        return;
      default:
        for (const room of frame.room === undefined ? [this.#own] : this.#named(frame.room)) room.hear(frame);
        if (frame.t === "entry" && frame.ref !== undefined) this.#cameBack(frame);
    }
  }

  /** An entry with a ref of ours is stored, even if its acknowledgement was lost. */
  #cameBack({ room, ref, seq, at }: Extract<ServerFrame, { t: "entry" }>): void {
    const rooms = room === undefined ? [this.#own] : this.#named(room);
    const isOurs = rooms.some(({ pending }) => pending.some((item) => item.ref === ref));
    if (isOurs && ref !== undefined) this.#outbox.acknowledge({ ref, seq, at } satisfies Ack);
  }

  #refused({ ref, code, detail }: Extract<ServerFrame, { t: "error" }>): void {
    const asked = this.#asked(ref);
    if (asked) return void asked.subscription.refused(code, detail);
    if (ref !== undefined) this.#outbox.refuse(ref, code, detail);
  }

  #asked(ref: string | undefined): Room | undefined {
    if (ref === undefined) return undefined;
    return [...this.#rooms.values()].find(({ subscription }) => subscription.ref === ref);
  }

  #named(wireName: string): Room[] {
    return [...this.#rooms.values()].filter(
      (room) => room !== this.#own && room.subscription.wireName === wireName,
    );
  }
}

export type { Outgoing };
