/** One room as an app sees it: its entries, who is there, who types, who has read how far, and what one says in it. */
import { CaravanError } from "../errors.ts";
import { randomId } from "../random-id.ts";
import type { Ack, ClientFrame, Entry, Latest, Point, ServerFrame } from "./frames.ts";
import type { After } from "./options.ts";
import type { Outgoing } from "./outbox.ts";
import { PointBatches } from "./points.ts";
import { iterate, type RoomEvent } from "./room-events.ts";
import { type RoomState, Subscription, type SubscriptionParts } from "./subscription.ts";

/** What can be heard in a room. All are optional. */
export interface RoomListener {
  /** A new entry, each once and in order. */
  entry?(entry: Entry): void;
  /** Something that is shown and not stored, such as a truck's place. */
  latest?(latest: Latest): void;
  /**
   * Load the room anew through REST: at the `start`, when nothing is known yet, and after a `gap`, when entries are
   * missing that won't come. Entries after this call follow on what REST answers then.
   */
  reload?(why: "start" | "gap"): void;
  /** The user ids of the people who are present. */
  presence?(users: readonly number[]): void;
  typing?(by: number): void;
  /** Somebody has read up to this position. */
  read?(mark: { readonly by: number; readonly seq: number }): void;
  /** What was said here and is not acknowledged yet has changed: see `pending`. */
  pending?(pending: readonly Outgoing[]): void;
  /** The room was opened, lost or refused: see `state` and `error`. */
  state?(state: RoomState): void;
}

/** The promise of an acknowledgement, and the name by which the entry will be known. */
export type Sent = Promise<Ack> & { readonly ref: string };

export interface RoomParts extends Omit<SubscriptionParts, "deliver" | "reload" | "changed" | "nextRef"> {
  readonly nextRef: () => string;
  /** Somebody wants the room, or nobody does any more. */
  readonly wanted: (room: Room, isWanted: boolean) => void;
  readonly stateChanged: (room: Room) => void;
  /** Calls with the reason when the connection does not go on by itself. */
  readonly whenStopped: (run: (error: CaravanError) => void) => () => void;
  readonly enqueue: (item: Outgoing) => Promise<Ack>;
  readonly pending: (room: string) => readonly Outgoing[];
  readonly mostBytes: () => number;
  readonly after: After;
}

/** ms between two signs of typing. */
const TYPING_EVERY = 2_000;

export class Room {
  readonly name: string;
  /** For the connection only. */
  readonly subscription: Subscription;
  readonly #parts: RoomParts;
  readonly #listeners = new Set<RoomListener>();
  readonly #reads = new Map<number, number>();
  readonly #points: PointBatches;
  #present: readonly number[] = [];
  #holds = 0;
  #hasTyped = false;
  /** The position that this person has read, while the server may not know it. */
  #unsentRead = 0;

  constructor(name: string, parts: RoomParts) {
    this.name = name;
    this.#parts = parts;
    this.subscription = new Subscription(name, {
      ...parts,
      deliver: (entry) => this.#deliver(entry),
      reload: (why) => this.tell("reload", why),
      changed: (state) => {
        if (state === "open") this.#afterOpening();
        parts.stateChanged(this);
        this.tell("state", state);
      },
    });
    this.#points = new PointBatches(parts.after, (points) => this.#enqueue("points", { points }));
  }

  get state(): RoomState {
    return this.subscription.state;
  }

  /** Why the room was refused; null otherwise. */
  get error(): CaravanError | null {
    return this.subscription.error;
  }

  /** The newest position that was delivered; 0 before the first answer. */
  get seq(): number {
    return this.subscription.position?.seq ?? 0;
  }

  /** The user ids of the people who are present; empty in rooms that do not show it. */
  get present(): readonly number[] {
    return this.#present;
  }

  /** How far each person has read, by user id. */
  get reads(): ReadonlyMap<number, number> {
    return this.#reads;
  }

  /** What was said here and is not acknowledged yet, the oldest first. */
  get pending(): readonly Outgoing[] {
    return this.#parts.pending(this.name);
  }

  /** Listens. The first listener subscribes to the room; returns what ends it, and the last one to leave unsubscribes. */
  subscribe(listener: RoomListener = {}): () => void {
    this.#listeners.add(listener);
    const release = this.hold();
    return () => {
      this.#listeners.delete(listener);
      release();
    };
  }

  /** Listens to one thing: `room.on("entry", (entry) => …)`. Returns what ends it. */
  on<Name extends keyof RoomListener>(name: Name, run: NonNullable<RoomListener[Name]>): () => void {
    return this.subscribe({ [name]: run });
  }

  /** Entries and reloads, one after the other; leaving the loop leaves the room. Throws when the room is refused. */
  [Symbol.asyncIterator](): AsyncIterableIterator<RoomEvent> {
    return iterate(this);
  }

  /**
   * Resolves when the room is open. Rejects when the server refuses the room or the connection, when nobody is signed
   * in, and when it is closed. Somebody has to listen meanwhile.
   */
  ready(): Promise<void> {
    if (this.state === "open") return Promise.resolve();
    if (this.error) return Promise.reject(this.error);
    const { promise, resolve, reject } = deferred<void>();
    const leave = this.subscribe({
      state: (state) => (state === "open" ? resolve() : this.error && reject(this.error)),
    });
    const end = this.#parts.whenStopped(reject);
    return promise.finally(() => {
      leave();
      end();
    });
  }

  /**
   * Says something: stored once, after everything said here before, even if the line breaks or the app is offline
   * meanwhile. Resolves with its position; rejects with a `CaravanError` when the server refuses it for good.
   */
  say(kind: string, body: Readonly<Record<string, unknown>>): Sent {
    return this.#enqueue(kind, body);
  }

  /** Says a chat message: at most 1,000 characters. */
  message(text: string): Sent {
    return this.#enqueue("message", { text });
  }

  /** Reports places, in batches of at most 100; resolves when all are stored. */
  async points(points: readonly Point[]): Promise<readonly Ack[]> {
    return Promise.all(this.#points.split(points).map((batch) => this.#enqueue("points", { points: batch })));
  }

  /** Reports one place: it goes with others that come within two seconds. Its time is now, unless it has one. */
  point(point: Point): void {
    this.#points.add({ at: Date.now(), ...point });
  }

  /** Marks everything up to a position as read; up to the newest without one. */
  read(seq: number = this.seq): void {
    if (seq <= this.#unsentRead) return;
    this.#unsentRead = seq;
    if (this.state === "open") this.#sendRead();
  }

  /** Tells the others that this person is typing; call it with every key, it is sent every two seconds. */
  typing(): void {
    if (this.#hasTyped || this.state !== "open") return;
    this.#hasTyped = true;
    this.#parts.after(TYPING_EVERY, () => {
      this.#hasTyped = false;
    });
    this.#parts.send({ t: "typing", ...this.#address });
  }

  /** Keeps the room subscribed until the returned function is called. */
  hold(): () => void {
    this.#holds += 1;
    if (this.#holds === 1) this.#parts.wanted(this, true);
    this.subscription.want();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#parts.wanted(this, false);
    };
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  /** Takes a frame of this room. For the connection only. */
  hear(frame: ServerFrame): void {
    switch (frame.t) {
      case "entry":
        return void this.subscription.entry(frame);
      case "latest":
        return void this.tell("latest", {
          room: this.name,
          kind: frame.kind,
          at: frame.at,
          body: frame.body,
        });
      case "presence":
        return void this.#showPresent(frame.users);
      case "typing":
        return void this.tell("typing", frame.by);
      case "read":
        this.#reads.set(frame.by, Math.max(frame.seq, this.#reads.get(frame.by) ?? 0));
        return void this.tell("read", { by: frame.by, seq: frame.seq });
      case "unsubscribed":
        return void this.subscription.ended(frame.code);
      default:
        return;
    }
  }

  /** The frame of an entry that waits here. For the connection only. */
  frameOf({ ref, kind, body }: Outgoing): ClientFrame {
    const { points } = body;
    if (kind === "points" && Array.isArray(points)) return { t: "points", ...this.#address, ref, points };
    return { t: "say", ...this.#address, ref, kind, body: { ...body } };
  }

  /** Forgets what is known about people and positions: somebody else signs in. For the connection only. */
  reset(): void {
    this.subscription.reset();
    this.#reads.clear();
    this.#unsentRead = 0;
    this.#points.clear();
    this.#showPresent([]);
  }

  /** Calls one function of every listener. For the connection only. */
  tell<Name extends keyof RoomListener>(
    name: Name,
    ...words: Parameters<NonNullable<RoomListener[Name]>>
  ): void {
    for (const listener of [...this.#listeners]) {
      try {
        const run = listener[name] as ((...words: unknown[]) => void) | undefined;
        run?.apply(listener, words);
      } catch (error) {
        // An app's fault must not cost other listeners their entry.
        console.error(error);
      }
    }
  }

  get #address(): { room?: string } {
    return this.#parts.isOwn ? {} : { room: this.subscription.wireName };
  }

  #deliver(entry: Entry): void {
    // An entry that this person may not see has a position, and nothing to show.
    if (entry.kind !== "hidden") this.tell("entry", entry);
  }

  #afterOpening(): void {
    if (this.#unsentRead > 0) this.#sendRead();
  }

  #sendRead(): void {
    this.#parts.send({ t: "read", ...this.#address, seq: this.#unsentRead });
  }

  #showPresent(users: readonly number[]): void {
    this.#present = users;
    this.tell("presence", users);
  }

  #enqueue(kind: string, body: Readonly<Record<string, unknown>>): Sent {
    const item = { ref: randomId(), room: this.name, kind, body, at: Date.now() };
    if (bytesOf(JSON.stringify(this.frameOf(item))) > this.#parts.mostBytes()) {
      const error = new CaravanError({ code: "too_large", message: "This is more than a frame can take." });
      return named(Promise.reject(error), item.ref);
    }
    const release = this.hold();
    const stored = this.#parts.enqueue(item);
    stored.then(release, release);
    return named(stored, item.ref);
  }
}

/** `Promise.withResolvers`, which Node 20 and React Native lack. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function named(stored: Promise<Ack>, ref: string): Sent {
  return Object.assign(stored, { ref });
}

/** The length of a text in UTF-8: older React Natives have no `TextEncoder`. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
