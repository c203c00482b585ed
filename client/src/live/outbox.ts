/** What was said and is not acknowledged yet: sent room by room in the order it was said, and again until it is stored. */
import { CaravanError } from "../errors.ts";
import { readJson, type Storage, writeJson } from "../storage.ts";
import type { Ack } from "./frames.ts";
import type { After } from "./options.ts";
import { backoff, coolDown } from "./timing.ts";

/** An entry on its way. The server stores a `ref` once, however often it comes. */
export interface Outgoing {
  readonly ref: string;
  readonly room: string;
  /** `points` with `{ points }` is a batch of places. */
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** When it was said, by this device's clock, epoch ms. */
  readonly at: number;
}

export interface OutboxParts {
  readonly storage: Storage | undefined;
  /** The key in the storage: one for each person, whose messages nobody else sends. */
  readonly key: () => string;
  readonly after: After;
  readonly random: () => number;
  /** Whether the room takes entries now. */
  readonly isOpen: (room: string) => boolean;
  readonly send: (item: Outgoing) => void;
  /** The queue of a room has changed. */
  readonly changed: (room: string) => void;
}

interface Waiting {
  resolve(ack: Ack): void;
  reject(error: CaravanError): void;
}

interface Flight {
  readonly ref: string;
  readonly cancel: () => void;
}

/** Entries of all rooms that may be unanswered at a time: what a stalled line delivers at once must not be too much. */
const MOST_IN_FLIGHT = 20;
/** ms until an entry without an answer is sent again. */
const ANSWER_WITHIN = 10_000;

export class Outbox {
  readonly #parts: OutboxParts;
  #items: Outgoing[] = [];
  readonly #waiting = new Map<string, Waiting>();
  /** By room: one at a time, which keeps their order whatever is sent again. */
  readonly #flights = new Map<string, Flight>();
  readonly #pauses = new Map<string, () => void>();
  readonly #attempts = new Map<string, number>();
  /** Refs of entries that are no longer to be kept, while another tab may still have them stored. */
  readonly #done = new Set<string>();
  #saving: Promise<void> = Promise.resolve();
  #isLoaded: boolean;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#isLoaded = !parts.storage;
  }

  /** Resolves when it is stored; rejects when the server refuses it for good. */
  add(item: Outgoing): Promise<Ack> {
    this.#items.push(item);
    const stored = new Promise<Ack>((resolve, reject) => this.#waiting.set(item.ref, { resolve, reject }));
    this.#changed(item.room);
    this.pump(item.room);
    return stored;
  }

  /** What a room's entries wait for, the oldest first. */
  of(room: string): Outgoing[] {
    return this.#items.filter((item) => item.room === room);
  }

  has(room: string): boolean {
    return this.#items.some((item) => item.room === room);
  }

  get size(): number {
    return this.#items.length;
  }

  /** Sends the oldest entry of this room, or of all, unless one is on its way. */
  pump(only?: string): void {
    if (!this.#isLoaded) return;
    const rooms = only === undefined ? new Set(this.#items.map(({ room }) => room)) : [only];
    for (const room of rooms) {
      if (this.#flights.size >= MOST_IN_FLIGHT) return;
      if (this.#flights.has(room) || this.#pauses.has(room) || !this.#parts.isOpen(room)) continue;
      const item = this.#items.find((item) => item.room === room);
      if (!item) continue;
      const cancel = this.#parts.after(ANSWER_WITHIN, () => {
        this.#land(room);
        this.pump(room);
      });
      this.#flights.set(room, { ref: item.ref, cancel });
      this.#parts.send(item);
    }
  }

  /** An entry is stored: by its acknowledgement, or because it came back from the room. */
  acknowledge(ack: Ack): void {
    const item = this.#take(ack.ref);
    if (!item) return;
    this.#attempts.delete(item.room);
    this.#waiting.get(ack.ref)?.resolve(ack);
    this.#waiting.delete(ack.ref);
    this.#changed(item.room);
    this.pump();
  }

  /** The server refused an entry: for now, or for good. False: it is none of these. */
  refuse(ref: string, code: string, message: string): boolean {
    const item = this.#items.find((item) => item.ref === ref);
    if (!item) return false;
    // An answer to what was interrupted meanwhile: it is sent again anyway.
    if (this.#flights.get(item.room)?.ref !== ref) return true;
    if (code === "unavailable" || code === "too_many") this.#pause(item.room, code === "too_many");
    else {
      this.#fail(item, new CaravanError({ code, message }));
      this.pump();
    }
    return true;
  }

  /** The room can't be written in any more: nothing for it will be sent. */
  abandon(room: string, error: CaravanError): void {
    for (const item of this.of(room)) this.#fail(item, error);
    this.pump();
  }

  /** Gives everything up, as when somebody signs out. */
  clear(error: CaravanError): void {
    for (const item of [...this.#items]) this.#fail(item, error);
    const { storage } = this.#parts;
    if (!storage) return;
    const key = this.#parts.key();
    this.#saving = this.#saving.then(() => writeJson(storage, key, null));
  }

  /** The connection, or the subscription to one room, is gone: what was on its way is sent again in the next. */
  interrupt(room?: string): void {
    for (const each of room === undefined ? [...this.#flights.keys()] : [room]) this.#land(each);
  }

  /** Cancels all timers. */
  stop(): void {
    this.interrupt();
    for (const cancel of this.#pauses.values()) cancel();
    this.#pauses.clear();
  }

  #pause(room: string, isLong: boolean): void {
    this.#land(room);
    this.#pauses.get(room)?.();
    const attempt = this.#attempts.get(room) ?? 0;
    this.#attempts.set(room, attempt + 1);
    const delay = (isLong ? coolDown : backoff)(attempt, this.#parts.random());
    const cancel = this.#parts.after(delay, () => {
      this.#pauses.delete(room);
      this.pump(room);
    });
    this.#pauses.set(room, cancel);
    // Others may use the place.
    this.pump();
  }

  #fail(item: Outgoing, error: CaravanError): void {
    this.#take(item.ref);
    this.#waiting.get(item.ref)?.reject(error);
    this.#waiting.delete(item.ref);
    this.#changed(item.room);
  }

  #take(ref: string): Outgoing | undefined {
    const item = this.#items.find((item) => item.ref === ref);
    if (!item) return undefined;
    this.#items = this.#items.filter((each) => each !== item);
    if (this.#parts.storage) this.#done.add(ref);
    if (this.#flights.get(item.room)?.ref === ref) this.#land(item.room);
    return item;
  }

  #land(room: string): void {
    this.#flights.get(room)?.cancel();
    this.#flights.delete(room);
  }

  #changed(room: string): void {
    this.#save();
    this.#parts.changed(room);
  }

  /** Reads what an earlier page or process left of this person's; nothing is sent before. Returns its rooms. */
  async load(): Promise<readonly string[]> {
    const { storage } = this.#parts;
    if (!storage) return [];
    const stored = await readItems(storage, this.#parts.key());
    this.#isLoaded = true;
    const known = new Set(this.#items.map(({ ref }) => ref));
    const earlier = stored.filter(({ ref }) => !known.has(ref) && !this.#done.has(ref));
    this.#items = [...earlier, ...this.#items];
    const rooms = [...new Set(earlier.map(({ room }) => room))];
    for (const room of rooms) this.#parts.changed(room);
    if (this.#items.length > 0) this.#save();
    this.pump();
    return rooms;
  }

  #save(): void {
    const { storage } = this.#parts;
    // What is stored is not read yet: it would be lost.
    if (!storage || !this.#isLoaded) return;
    const key = this.#parts.key();
    const items = this.#items;
    this.#saving = this.#saving.then(() => this.#write(storage, key, items));
  }

  /** Stores these, and leaves what other tabs have stored. */
  async #write(storage: Storage, key: string, items: readonly Outgoing[]): Promise<void> {
    const own = new Set(items.map(({ ref }) => ref));
    const stored = await readItems(storage, key);
    const others = stored.filter(({ ref }) => !own.has(ref) && !this.#done.has(ref));
    const all = [...others, ...items];
    await writeJson(storage, key, all.length > 0 ? { items: all } : null);
    const kept = new Set(stored.map(({ ref }) => ref));
    for (const ref of this.#done) if (!kept.has(ref)) this.#done.delete(ref);
  }
}

async function readItems(storage: Storage, key: string): Promise<Outgoing[]> {
  const stored = (await readJson(storage, key)) as { items?: unknown } | null;
  return Array.isArray(stored?.items) ? stored.items.filter(isOutgoing) : [];
}

function isOutgoing(value: unknown): value is Outgoing {
  const { ref, room, kind, body } = (value ?? {}) as Partial<Outgoing>;
  return (
    typeof ref === "string" &&
    typeof room === "string" &&
    typeof kind === "string" &&
    typeof body === "object" &&
    body !== null
  );
}
