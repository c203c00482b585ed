/** One person of a chat with the client under test: says numbered texts, notes what is heard, and may restart. */
import { type Caravan, createCaravan } from "../../../client/src/caravan.ts";
import type { SocketLike } from "../../../client/src/live/options.ts";
import { memoryStorage } from "../../../client/src/storage.ts";

/** So much faster than usual the client's timers run. */
const SPEED = 8;

export interface Heard {
  readonly seq: number;
  readonly text: string;
}

export class Member {
  readonly name: string;
  /** Texts in the order in which they were said. */
  readonly said: string[] = [];
  /** Positions of what was acknowledged, by text. */
  readonly acked = new Map<string, number>();
  readonly heard: Heard[] = [];
  /** What must not happen. */
  readonly faults: string[] = [];
  readonly #room: string;
  readonly #origin: string;
  readonly #random: () => number;
  readonly #storage = memoryStorage();
  readonly #positions = memoryStorage();
  readonly #unacked = new Map<string, string>();
  #caravan: Caravan;

  constructor(name: string, room: string, origin: string, random: () => number) {
    this.name = name;
    this.#room = room;
    this.#origin = origin;
    this.#random = random;
    this.#caravan = this.#start();
  }

  get caravan(): Caravan {
    return this.#caravan;
  }

  get unsent(): number {
    return this.#caravan.live.unsent;
  }

  /** Resolves when the room is open. */
  ready(): Promise<void> {
    return this.#caravan.live.room(this.#room).ready();
  }

  say(): void {
    const text = `${this.name}#${this.said.length}`;
    this.said.push(text);
    const sent = this.#caravan.live.room(this.#room).message(text);
    this.#unacked.set(sent.ref, text);
    const { ref } = sent;
    sent.then(
      ({ seq }) => this.#acknowledged(ref, seq),
      (error) => this.faults.push(`${text} was refused: ${error}`),
    );
  }

  /** The process ends without a farewell, and another one begins with what was kept. */
  async restart(): Promise<void> {
    this.#caravan.close();
    this.#caravan = this.#start();
    await this.#caravan.session.load();
  }

  #start(): Caravan {
    const caravan = createCaravan({
      url: this.#origin,
      storage: this.#storage,
      positions: this.#positions,
      random: this.#random,
      retries: 6,
      after: (milliseconds, run) => {
        const timer = setTimeout(run, milliseconds / SPEED);
        return () => clearTimeout(timer);
      },
      socket: (url, protocols) => new SlowedSocket(url, protocols),
    });
    caravan.live.room(this.#room).subscribe({
      entry: ({ seq, body, ref }) => {
        const last = this.heard.at(-1)?.seq ?? 0;
        if (seq !== last + 1) this.faults.push(`${this.name} heard ${seq} after ${last}`);
        this.heard.push({ seq, text: String(body.text) });
        // A process that ended can't be told; its entries come back by their ref.
        if (ref !== null && this.#unacked.has(ref)) this.#acknowledged(ref, seq);
      },
      reload: (why) => {
        if (why === "gap" || this.heard.length > 0) this.faults.push(`${this.name} had to reload: ${why}`);
      },
    });
    return caravan;
  }

  #acknowledged(ref: string, seq: number): void {
    const text = this.#unacked.get(ref) ?? "";
    const before = this.acked.get(text);
    if (before !== undefined && before !== seq) this.faults.push(`${text} is at ${before} and at ${seq}`);
    this.acked.set(text, seq);
  }
}

/** A socket that tells the client of a lower limit of frames a second, because the client's seconds are shorter. */
class SlowedSocket implements SocketLike {
  readonly #inner: WebSocket;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;

  constructor(url: string, protocols: string[]) {
    this.#inner = new WebSocket(url, protocols);
    this.#inner.addEventListener("close", ({ code }) => this.onclose?.({ code } as never));
    this.#inner.addEventListener("error", () => {});
    this.#inner.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(String(data));
      if (frame.t === "welcome") frame.limits.rate /= SPEED;
      this.onmessage?.({ data: JSON.stringify(frame) } as never);
    });
  }

  send(text: string): void {
    this.#inner.send(text);
  }

  close(code?: number): void {
    this.#inner.close(code);
  }
}
