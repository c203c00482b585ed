/** Clients as they should be written, and what each of them saw. Every message carries its author and number. */
import WebSocket from "ws";

export interface Seen {
  readonly seq: number;
  readonly text: string;
}

/** Faults that break the promise, as they are noticed. */
export interface Verdicts {
  lost: number;
  duplicated: number;
  reordered: number;
  readonly notes: string[];
}

type Frame = Record<string, unknown> & { t?: string };

/** A connection that comes back by itself as long as its owner wants it to. */
abstract class Client {
  /** Unacknowledged words by ref, with when each was last sent. */
  readonly unacked = new Map<string, number>();
  /** Position of everything that was acknowledged. */
  readonly acked = new Map<string, number>();
  protected socket: WebSocket | null = null;
  #wanted = false;
  #timer: NodeJS.Timeout | null = null;

  readonly name: string;
  readonly url: () => string;
  readonly protocols: string[];
  readonly headers: Record<string, string>;
  readonly verdicts: Verdicts;
  readonly dice: () => number;

  constructor(
    name: string,
    url: () => string,
    protocols: string[],
    headers: Record<string, string>,
    verdicts: Verdicts,
    dice: () => number,
  ) {
    this.name = name;
    this.url = url;
    this.protocols = protocols;
    this.headers = headers;
    this.verdicts = verdicts;
    this.dice = dice;
  }

  abstract opened(): void;
  abstract received(data: string): void;
  abstract send(ref: string): void;

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  start(): void {
    this.#wanted = true;
    this.#connect();
  }

  stop(): void {
    this.#wanted = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.socket?.terminate();
  }

  /** As in a tunnel: gone without a word, back in a moment. */
  drop(): void {
    this.socket?.terminate();
  }

  /** Stops reading for a while. */
  sleep(milliseconds: number): void {
    const { socket } = this;
    if (!this.isOpen || !socket) return;
    socket.pause();
    setTimeout(() => socket.readyState === WebSocket.OPEN && socket.resume(), milliseconds);
  }

  say(ref: string): void {
    this.unacked.set(ref, Date.now());
    this.send(ref);
  }

  /** Sends again what was not acknowledged for too long. */
  repeat(patience: number): void {
    for (const [ref, at] of this.unacked) {
      if (Date.now() - at < patience || !this.isOpen) continue;
      this.say(ref);
    }
  }

  #connect(): void {
    const socket = new WebSocket(this.url(), this.protocols, {
      headers: this.headers,
      handshakeTimeout: 5000,
    });
    this.socket = socket;
    socket.on("open", () => this.opened());
    socket.on("message", (data) => this.received(String(data)));
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.socket === socket && this.#wanted)
        this.#timer = setTimeout(() => this.#connect(), 30 + this.dice() * 200);
    });
  }

  protected fault(kind: "lost" | "duplicated" | "reordered", note: string): void {
    this.verdicts[kind] += 1;
    if (this.verdicts.notes.length < 20) this.verdicts.notes.push(`${this.name}: ${note}`);
  }

  protected acknowledge(ref: string, seq: number): void {
    const before = this.acked.get(ref);
    if (before !== undefined && before !== seq) this.fault("duplicated", `${ref} at ${before} and at ${seq}`);
    this.acked.set(ref, seq);
    this.unacked.delete(ref);
  }
}

/** A room in `caravan.v1`: comes back from where it stood, and repeats what was not acknowledged. */
export class NativeClient extends Client {
  readonly view: Seen[] = [];
  #epoch = "";
  protected position = 0;

  static in(
    room: string,
    name: string,
    origin: string,
    key: string,
    verdicts: Verdicts,
    dice: () => number,
  ): NativeClient {
    const client: NativeClient = new NativeClient(
      name,
      () => `${origin.replace("http", "ws")}${room}?since=${client.position}${client.resume}`,
      ["caravan.v1", `auth.${key}`],
      {},
      verdicts,
      dice,
    );
    return client;
  }

  get resume(): string {
    return this.#epoch ? `&epoch=${this.#epoch}` : "";
  }

  opened(): void {}

  send(ref: string): void {
    if (this.isOpen)
      this.socket?.send(JSON.stringify({ t: "say", ref, kind: "message", body: { text: ref } }));
  }

  received(data: string): void {
    const frame = JSON.parse(data) as Frame;
    if (frame.t === "welcome") this.#welcome(frame);
    else if (frame.t === "entry") this.see(frame);
    // An ack that the network swallowed: now and then it never arrived.
    else if (frame.t === "ack" && this.dice() > 0.1) this.acknowledge(String(frame.ref), Number(frame.seq));
    else if (frame.t === "error") this.fault("lost", `was told ${data}`);
  }

  #welcome(frame: Frame): void {
    if (!frame.recovered) this.fault("lost", `was told to reload at ${this.position}`);
    if (this.#epoch && this.#epoch !== frame.epoch) this.fault("lost", "the journal began anew");
    this.#epoch = String(frame.epoch);
    for (const ref of this.unacked.keys()) this.say(ref);
  }

  protected see(frame: Frame): void {
    const seq = Number(frame.seq);
    if (seq <= this.position) this.fault("duplicated", `${seq} after ${this.position}`);
    else if (seq !== this.position + 1) this.fault("lost", `${seq} after ${this.position}`);
    this.position = seq;
    this.view.push({ seq, text: String((frame.body as { text?: string }).text) });
  }
}

/** A phone: one connection for the person, which follows the room and writes into it. */
export class PhoneClient extends Client {
  readonly view: Seen[] = [];
  #epoch = "";
  #position = 0;
  #follows = false;

  readonly room: string;

  constructor(
    room: string,
    name: string,
    origin: string,
    key: string,
    verdicts: Verdicts,
    dice: () => number,
  ) {
    super(
      name,
      () => `${origin.replace("http", "ws")}/ws/me/`,
      ["caravan.v1", `auth.${key}`],
      {},
      verdicts,
      dice,
    );
    this.room = room;
  }

  opened(): void {
    this.#follows = false;
    this.#subscribe();
  }

  #subscribe(): void {
    const from = this.#epoch ? { epoch: this.#epoch } : {};
    this.socket?.send(JSON.stringify({ t: "subscribe", room: this.room, since: this.#position, ...from }));
  }

  send(ref: string): void {
    const { room } = this;
    if (this.isOpen && this.#follows)
      this.socket?.send(JSON.stringify({ t: "say", room, ref, kind: "message", body: { text: ref } }));
  }

  received(data: string): void {
    const frame = JSON.parse(data) as Frame;
    if (frame.room !== this.room) return;
    switch (frame.t) {
      case "subscribed":
        if (!frame.recovered) this.fault("lost", `was told to reload at ${this.#position}`);
        this.#epoch = String(frame.epoch);
        this.#follows = true;
        for (const ref of this.unacked.keys()) this.say(ref);
        return;
      case "unsubscribed":
        this.#follows = false;
        this.#subscribe();
        return;
      case "entry": {
        const seq = Number(frame.seq);
        if (seq <= this.#position) this.fault("duplicated", `${seq} after ${this.#position}`);
        else if (seq !== this.#position + 1) this.fault("lost", `${seq} after ${this.#position}`);
        this.#position = seq;
        this.view.push({ seq, text: String((frame.body as { text?: string }).text) });
        return;
      }
      case "ack":
        if (this.dice() > 0.1) this.acknowledge(String(frame.ref), Number(frame.seq));
        return;
      case "error":
        // The room is being moved or is gone for a moment; a phone asks again.
        if (frame.ref === undefined) setTimeout(() => this.isOpen && this.#subscribe(), 200);
        return;
    }
  }
}

/** The documented dialect: raw text out, one frame a message in. What came back to its author counts as acknowledged. */
export class RawClient extends Client {
  readonly view: Seen[] = [];
  #greeting = new Map<number, string>();
  #greeted = false;

  constructor(
    room: string,
    name: string,
    origin: string,
    key: string,
    verdicts: Verdicts,
    dice: () => number,
  ) {
    super(
      name,
      () => `${origin.replace("http", "ws")}${room}`,
      [],
      { authorization: `Token ${key}` },
      verdicts,
      dice,
    );
  }

  opened(): void {
    this.#greeted = false;
    this.#greeting = new Map();
    // It has no refs: what it said and never saw again is not said twice.
    this.unacked.clear();
  }

  send(ref: string): void {
    if (this.isOpen) this.socket?.send(ref);
  }

  override repeat(): void {}

  received(data: string): void {
    const { id, text } = JSON.parse(data) as { id: number; text: string };
    const last = this.view.at(-1)?.seq ?? 0;
    // The last messages greet it, the newest first; live ones follow them.
    const newest = Math.max(0, ...this.#greeting.keys());
    if (!this.#greeted && this.#greeting.size < 30 && (newest === 0 || id < newest)) {
      this.#greeting.set(id, text);
      if (id === 1 || this.#greeting.size === 30) this.#take();
      this.#own(text, id);
      return;
    }
    this.#take();
    const at = this.view.at(-1)?.seq ?? last;
    if (id <= at) this.fault("duplicated", `${id} after ${at}`);
    else if (at > 0 && id !== at + 1) this.fault("lost", `${id} after ${at}`);
    this.view.push({ seq: id, text });
    this.#own(text, id);
  }

  #take(): void {
    if (this.#greeted) return;
    this.#greeted = true;
    const last = this.view.at(-1)?.seq ?? 0;
    for (const [seq, text] of [...this.#greeting].sort(([one], [other]) => one - other))
      if (seq > last) this.view.push({ seq, text });
  }

  #own(text: string, seq: number): void {
    if (text.startsWith(`${this.name}#`)) this.acknowledge(text, seq);
  }
}
