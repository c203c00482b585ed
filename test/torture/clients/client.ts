/** What all clients of the torture share: reconnecting, repeating, and noticing violations. */
import WebSocket from "ws";

export interface Seen {
  readonly seq: number;
  readonly text: string;
}

/** Violations of the delivery promise, counted as they are noticed. */
export interface Violations {
  lost: number;
  duplicated: number;
  reordered: number;
  /** Handshakes that a server answered with its own fault. */
  failures: number;
  readonly notes: string[];
}

export type Frame = Record<string, unknown> & { t?: string };

/** A connection that reconnects until it is stopped. */
export abstract class Client {
  /** Unacknowledged messages by ref, with the time when each was last sent. */
  readonly unacked = new Map<string, number>();
  /** The position of each acknowledged message, by ref. */
  readonly acked = new Map<string, number>();
  protected socket: WebSocket | null = null;
  #wanted = false;
  #timer: NodeJS.Timeout | null = null;

  readonly name: string;
  readonly url: () => string;
  readonly protocols: string[];
  readonly headers: Record<string, string>;
  readonly violations: Violations;
  readonly random: () => number;

  constructor(
    name: string,
    url: () => string,
    protocols: string[],
    headers: Record<string, string>,
    violations: Violations,
    random: () => number,
  ) {
    this.name = name;
    this.url = url;
    this.protocols = protocols;
    this.headers = headers;
    this.violations = violations;
    this.random = random;
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

  /** Drops the connection without a Close frame, as in a tunnel. */
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

  /** Sends messages again that were not acknowledged within `patience` ms. */
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
    socket.on("error", ({ message }) => {
      if (/server response: 5/.test(message)) this.violations.failures += 1;
    });
    socket.on("close", () => {
      if (this.socket === socket && this.#wanted)
        this.#timer = setTimeout(() => this.#connect(), 30 + this.random() * 200);
    });
  }

  protected fault(kind: "lost" | "duplicated" | "reordered", note: string): void {
    this.violations[kind] += 1;
    if (this.violations.notes.length < 20) this.violations.notes.push(`${this.name}: ${note}`);
  }

  protected acknowledge(ref: string, seq: number): void {
    const before = this.acked.get(ref);
    if (before !== undefined && before !== seq) this.fault("duplicated", `${ref} at ${before} and at ${seq}`);
    this.acked.set(ref, seq);
    this.unacked.delete(ref);
  }
}
