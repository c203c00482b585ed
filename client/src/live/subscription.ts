/**
 * The place of one room on the connection: asks for it from the position that was reached, takes its entries once and
 * in order, and says when some are missing. Nothing here is shown to anybody: see `room.ts`.
 */
import { CaravanError } from "../errors.ts";
import { readJson, type Storage, writeJson } from "../storage.ts";
import { CLOSE, type ClientFrame, type Entry, type ServerFrame } from "./frames.ts";
import type { After, Position } from "./options.ts";
import { backoff } from "./timing.ts";

/** `idle`: not asked for. `asking`: no answer yet. `open`: entries come. `refused`: see `error`. */
export type RoomState = "idle" | "asking" | "open" | "refused";

export interface SubscriptionParts {
  /** The position to begin at; null: wherever the room is. */
  readonly begin: Position | null;
  /** The room of the socket itself: the welcome opens it, and another connection fills its gaps. */
  readonly isOwn: boolean;
  readonly positions: Storage | undefined;
  /** The key of its position in the storage: one for each person, for each has read up to somewhere else. */
  readonly key: () => string;
  /** Resolves when it is known who this person is. */
  readonly ready: Promise<unknown>;
  readonly after: After;
  readonly random: () => number;
  readonly isLive: () => boolean;
  readonly send: (frame: ClientFrame) => void;
  readonly reconnect: () => void;
  /** A new name for a question, by which its answer is known. */
  readonly nextRef: () => string;
  readonly deliver: (entry: Entry) => void;
  /** `start`: nothing of the room is known yet. `gap`: what is known lacks entries that won't come. */
  readonly reload: (why: "start" | "gap") => void;
  readonly changed: (state: RoomState) => void;
}

type EntryFrame = Extract<ServerFrame, { t: "entry" }>;
type Opening = Pick<Extract<ServerFrame, { t: "subscribed" }>, "epoch" | "seq" | "recovered">;

/** ms until a question without an answer is asked again. */
const ANSWER_WITHIN = 10_000;
/** So often a gap is asked to be filled. */
const MOST_REPAIRS = 3;

export class Subscription {
  readonly name: string;
  readonly #parts: SubscriptionParts;
  /** The room's own name, when it was asked for by another one. */
  #canonical: string | null = null;
  #state: RoomState = "idle";
  #error: CaravanError | null = null;
  #position: Position | null = null;
  #ref: string | null = null;
  #isWanted = false;
  #isLoading = false;
  #attempt = 0;
  #repairs = 0;
  #cancel = () => {};

  constructor(name: string, parts: SubscriptionParts) {
    this.name = name;
    this.#parts = parts;
    this.#position = parts.begin;
  }

  get state(): RoomState {
    return this.#state;
  }

  get error(): CaravanError | null {
    return this.#error;
  }

  /** The position up to which entries were delivered; null before the first answer. */
  get position(): Position | null {
    return this.#position;
  }

  /** The name that the server uses. */
  get wireName(): string {
    return this.#canonical ?? this.name;
  }

  get ref(): string | null {
    return this.#ref;
  }

  /** Asks for the room, now or when there is a connection. Also after it was refused. */
  want(): void {
    if (this.#isWanted && this.#state !== "refused") return;
    this.#isWanted = true;
    this.#error = null;
    if (this.#state === "refused") this.#become("idle");
    void this.#begin();
  }

  /** Leaves the room and forgets the position, unless a storage keeps it. True: the server has to be told. */
  leave(): boolean {
    const toldServer = this.#state === "open" || this.#state === "asking";
    this.#isWanted = false;
    this.#stop("idle");
    this.#position = null;
    return toldServer && !this.#parts.isOwn;
  }

  /** There is a connection. */
  up(): void {
    if (this.#isWanted && !this.#isLoading && !this.#parts.isOwn && this.#state !== "refused") this.#ask();
  }

  /** The connection is gone. */
  down(): void {
    if (this.#state !== "refused") this.#stop("idle");
    this.#canonical = null;
  }

  /** Forgets what was read, as when somebody else signs in. */
  reset(): void {
    const { positions, key } = this.#parts;
    if (positions) void writeJson(positions, key(), null);
    this.down();
    this.#position = null;
    this.#error = null;
    this.#become("idle");
  }

  /** Reads the kept position, once. */
  async load(): Promise<void> {
    const { positions, key, ready } = this.#parts;
    if (!positions || this.#position) return;
    await ready;
    const kept = (await readJson(positions, key())) as Partial<Position> | null;
    const { epoch, seq } = kept ?? {};
    if (!this.#position && typeof epoch === "string" && Number.isInteger(seq))
      this.#position = { epoch, seq: seq as number };
  }

  /** The server has opened the room, by an answer or by the welcome. */
  opened(opening: Opening, canonical?: string): void {
    const before = this.#position;
    this.#canonical = canonical ?? null;
    this.#ref = null;
    this.#attempt = 0;
    this.#cancel();
    this.#become("open");
    if (before && opening.recovered) {
      if (before.epoch !== opening.epoch) this.#move({ ...before, epoch: opening.epoch });
      return;
    }
    this.#move({ epoch: opening.epoch, seq: opening.seq });
    this.#parts.reload(before ? "gap" : "start");
  }

  /** The server refused the question, for now or for good. */
  refused(code: string, message: string): void {
    if (code === "unavailable" || code === "too_many") return void this.#askLater();
    this.#refuse(new CaravanError({ code, message }));
  }

  /** The server has ended the subscription. */
  ended(code: number): void {
    if (this.#state === "idle" || code === 1000) return;
    if (code === CLOSE.forbidden || code === CLOSE.gone || code === CLOSE.unauthenticated) {
      const reasons = { 4001: "unauthenticated", 4003: "forbidden", 4004: "not_found" } as const;
      return void this.#refuse(
        new CaravanError({ code: reasons[code], message: "The subscription has ended." }),
      );
    }
    this.#stop("asking");
    this.#askLater();
  }

  /** An entry came: the next one is delivered, a repeat is dropped, and what lies beyond the next shows a gap. */
  entry(frame: EntryFrame): void {
    const { seq, kind, at, by, ref = null, body } = frame;
    const entry = { room: this.name, seq, kind, at, by, ref, body };
    // A room without a journal counts nothing.
    if (seq === 0) return void this.#parts.deliver(entry);
    const before = this.#position;
    if (!before || seq <= before.seq) return;
    if (seq > before.seq + 1) {
      if (this.#state !== "open") return;
      if (this.#repairs++ < MOST_REPAIRS) return void this.#repair();
      this.#parts.reload("gap");
    }
    this.#repairs = 0;
    this.#parts.deliver(entry);
    // After the delivery: one that a crash interrupts is repeated.
    this.#move({ epoch: before.epoch, seq });
  }

  async #begin(): Promise<void> {
    if (this.#parts.positions && !this.#position) {
      this.#isLoading = true;
      await this.load();
      this.#isLoading = false;
    }
    if (this.#isWanted && this.#parts.isLive()) this.up();
  }

  /** Has the entries that are missing sent again. */
  #repair(): void {
    if (this.#parts.isOwn) this.#parts.reconnect();
    else this.#ask();
  }

  #ask(): void {
    this.#cancel();
    this.#ref = this.#parts.nextRef();
    this.#become("asking");
    const { epoch, seq: since } = this.#position ?? {};
    const from = epoch === undefined ? {} : { epoch, since };
    this.#parts.send({ t: "subscribe", ref: this.#ref, room: this.name, ...from });
    this.#cancel = this.#parts.after(ANSWER_WITHIN, () => this.#ask());
  }

  #askLater(): void {
    this.#cancel();
    this.#become("asking");
    const delay = backoff(this.#attempt++, this.#parts.random());
    this.#cancel = this.#parts.after(delay, () => this.#ask());
  }

  #refuse(error: CaravanError): void {
    this.#error = error;
    this.#stop("refused");
  }

  #stop(state: RoomState): void {
    this.#cancel();
    this.#ref = null;
    this.#become(state);
  }

  #move(position: Position): void {
    this.#position = position;
    const { positions, key } = this.#parts;
    if (positions) void writeJson(positions, key(), position);
  }

  #become(state: RoomState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#parts.changed(state);
  }
}
