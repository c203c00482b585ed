/** The page's socket: it reconnects, resumes from the last position, and reports when it can't. */

export interface Entry {
  readonly room: string;
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly by: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Something that is not stored and has no position: it replaces the one before. */
export type Latest = Pick<Entry, "kind" | "body">;

export interface Listener {
  entry?(entry: Entry): void;
  latest?(latest: Latest): void;
  /** Somebody is typing in the room. */
  typing?(by: number): void;
  /** Entries may be missing: reload. */
  reload?(): void;
}

export type LiveState = "connecting" | "live" | "waiting" | "refused";

/** The client's environment; tests replace it. */
export interface World {
  connect(): Wire;
  after(milliseconds: number, run: () => void): () => void;
  random(): number;
}

/** The used part of `WebSocket`. */
export interface Wire {
  send(words: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

interface Room {
  readonly listeners: Set<Listener>;
  epoch: string | null;
  seq: number | null;
}

interface Frame {
  readonly t?: string;
  readonly room?: string;
  readonly ref?: string;
  readonly seq?: number;
  readonly epoch?: string;
  readonly recovered?: boolean;
  readonly by?: number | null;
  readonly kind?: string;
  readonly at?: string;
  readonly code?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

const PING_EVERY = 25_000;
const PONG_WITHIN = 10_000;
/** Signed out or forbidden: reconnecting would not help. */
const FINAL = new Set([4001, 4003]);

export class Live {
  readonly #world: World;
  readonly #rooms = new Map<string, Room>();
  readonly #watchers = new Set<(state: LiveState) => void>();
  #state: LiveState = "waiting";
  #wire: Wire | null = null;
  #attempt = 0;
  #timers: (() => void)[] = [];
  #ended = false;

  constructor(world: World) {
    this.#world = world;
  }

  get state(): LiveState {
    return this.#state;
  }

  watch(watcher: (state: LiveState) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Listens to a room. The first listener subscribes, the last one to leave unsubscribes. */
  listen(name: string, listener: Listener): () => void {
    const room = this.#rooms.get(name) ?? { listeners: new Set(), epoch: null, seq: null };
    room.listeners.add(listener);
    if (!this.#rooms.has(name)) {
      this.#rooms.set(name, room);
      if (this.#state === "live") this.#subscribe(name, room);
    }
    if (!this.#wire && !this.#ended) this.connect();
    return () => {
      room.listeners.delete(listener);
      if (room.listeners.size > 0) return;
      this.#rooms.delete(name);
      if (this.#state === "live") this.#send({ t: "unsubscribe", room: name });
    };
  }

  /** Tells the others in a room that this person is typing. */
  typing(room: string): void {
    if (this.#state === "live") this.#send({ t: "typing", room });
  }

  /** Reconnects immediately: the network is back, or the tab is visible again. */
  connect(): void {
    if (this.#wire || this.#ended) return;
    this.#clear();
    this.#become("connecting");
    const wire = this.#world.connect();
    this.#wire = wire;
    wire.onopen = () => {
      this.#attempt = 0;
      this.#become("live");
      for (const [name, room] of this.#rooms) this.#subscribe(name, room);
      this.#ping();
    };
    wire.onmessage = ({ data }) => this.#hear(String(data));
    wire.onclose = ({ code }) => {
      if (this.#wire === wire) this.#lost(code);
    };
  }

  end(): void {
    this.#ended = true;
    this.#clear();
    const wire = this.#wire;
    this.#wire = null;
    wire?.close(1000);
  }

  #subscribe(room: string, { epoch, seq }: Room): void {
    const position = epoch !== null && seq !== null ? { epoch, since: seq } : {};
    this.#send({ t: "subscribe", ref: room, room, ...position });
  }

  #hear(words: string): void {
    const frame = JSON.parse(words) as Frame;
    if (frame.t === "pong") this.#ping();
    const name = frame.room ?? frame.ref ?? "";
    const room = this.#rooms.get(name);
    if (!room) return;
    if (frame.t === "subscribed") {
      const resumed = room.seq !== null;
      room.epoch = frame.epoch ?? null;
      if (!resumed || frame.recovered === false) room.seq = frame.seq ?? null;
      // Entries between the page's first read and its first subscription are read again.
      if (!resumed || frame.recovered === false) for (const listener of room.listeners) listener.reload?.();
    } else if (frame.t === "entry") this.#entry(name, room, frame);
    else if (frame.t === "latest")
      for (const listener of room.listeners)
        listener.latest?.({ kind: frame.kind ?? "", body: frame.body ?? {} });
    else if (frame.t === "typing" && typeof frame.by === "number")
      for (const listener of room.listeners) listener.typing?.(frame.by);
  }

  #entry(name: string, room: Room, frame: Frame): void {
    const seq = frame.seq ?? 0;
    // Rooms without a journal have no positions; in others, repeats are dropped.
    if (seq > 0 && room.seq !== null && seq <= room.seq) return;
    if (seq > 0) room.seq = seq;
    const { kind = "", at = "", by = null, body = {} } = frame;
    for (const listener of room.listeners) listener.entry?.({ room: name, seq, kind, at, by, body });
  }

  #ping(): void {
    this.#clear();
    this.#later(PING_EVERY, () => {
      this.#send({ t: "ping" });
      this.#later(PONG_WITHIN, () => {
        const wire = this.#wire;
        this.#lost(1006);
        wire?.close();
      });
    });
  }

  #lost(code: number): void {
    this.#wire = null;
    this.#clear();
    if (this.#ended) return;
    if (FINAL.has(code)) {
      this.#ended = true;
      this.#become("refused");
      return;
    }
    this.#become("waiting");
    this.#later(backoff(this.#attempt++, this.#world.random()), () => this.connect());
  }

  #send(frame: object): void {
    this.#wire?.send(JSON.stringify(frame));
  }

  #later(milliseconds: number, run: () => void): void {
    this.#timers.push(this.#world.after(milliseconds, run));
  }

  #clear(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
  }

  #become(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher(state);
  }
}

/** Back-off: half a second, doubled up to fifteen, with jitter so that many consoles do not reconnect at once. */
export function backoff(attempt: number, random: number): number {
  return Math.min(15_000, 500 * 2 ** attempt) * (0.5 + random / 2);
}
