/** Shows what is not stored: of each key only the latest counts, such as a truck's position. Whoever misses one gets the next. */
import type { RoomHandler } from "../handler.ts";
import type { RoomState } from "../log/state.ts";
import type { Relays } from "../relay/relays.ts";
import { isBehind } from "../socket/backpressure.ts";
import type { Connections } from "../socket/connections.ts";
import { encode, PROTOCOL, type ServerFrame } from "../socket/frames.ts";
import { type EntryView, isHidden, latestEntry, latestFrame, type Reader } from "./entry-view.ts";
import type { Subscribers } from "./subscribers.ts";

/** Something to show. It has no position in the room, takes no row, and replaces the last one of its key. */
export interface LatestValue {
  readonly kind: string;
  /** Kept in memory for people who come later; null: not kept. */
  readonly key: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A value and when it came, epoch ms. */
export interface ShownValue extends LatestValue {
  readonly at: number;
}

/** After this long the sender may show its next one. Milliseconds. */
export const SHOW_AGAIN = 1000;

/** At most this many keys are kept. */
const KEPT = 100;

interface LatestParts {
  readonly connections: Connections;
  readonly subscribers: Pick<Subscribers, "showEach">;
  readonly relays: Pick<Relays, "show">;
  readonly view: EntryView;
  readonly roomState: Pick<RoomState, "isRetired">;
  readonly handler: Pick<RoomHandler, "onLatest">;
  readonly clock: () => number;
}

export class LatestFrames {
  readonly #parts: LatestParts;
  readonly #kept = new Map<string, ShownValue>();

  constructor(parts: LatestParts) {
    this.#parts = parts;
  }

  /** Takes what another object shows here; returns after how many ms it may show the next one. */
  take(room: string, latest: LatestValue): number {
    const { handler } = this.#parts;
    if (handler.onLatest) return handler.onLatest(room, latest, (combined) => this.show(combined));
    this.show(latest);
    return SHOW_AGAIN;
  }

  /** Sends it to everybody who may see it and is not behind. */
  show(latest: LatestValue): void {
    const { subscribers, relays, roomState, clock } = this.#parts;
    if (roomState.isRetired) return;
    const shown = { ...latest, at: clock() };
    this.showHere(shown);
    subscribers.showEach((subscriber) => this.#frameFor(shown, subscriber));
    relays.show(shown);
  }

  /** Sends it to the sockets of this object. */
  showHere(shown: ShownValue): void {
    const { connections, view } = this.#parts;
    this.keep(shown);
    const encoded = new Map<string, string | null>();
    for (const socket of connections.open()) {
      if (isBehind(socket)) continue;
      const facts = connections.facts(socket);
      const group = view.groupOf(facts);
      const known = encoded.get(group);
      const frame = known === undefined ? view.encodeLatest(shown, facts) : known;
      encoded.set(group, frame);
      if (frame !== null) connections.send(socket, frame);
    }
  }

  /** What is kept, as this reader may see it now. */
  framesFor(reader: Reader): ServerFrame[] {
    return this.all().flatMap((shown) => this.#frameFor(shown, reader) ?? []);
  }

  /** Everything that is kept. */
  all(): ShownValue[] {
    return [...this.#kept.values()];
  }

  /** Greets a native socket with what is kept. */
  greet(socket: WebSocket): void {
    const { connections } = this.#parts;
    const facts = connections.facts(socket);
    if (facts.dialect !== PROTOCOL) return;
    for (const frame of this.framesFor(facts)) connections.send(socket, encode(frame));
  }

  /** Forgets everything: the room was emptied. */
  clear(): void {
    this.#kept.clear();
  }

  #frameFor(shown: ShownValue, reader: Reader): ServerFrame | null {
    const seen = this.#parts.view.show(latestEntry(shown), reader);
    return isHidden(seen) ? null : latestFrame(seen);
  }

  /** Keeps it for people who come later, if it has a key. */
  keep(shown: ShownValue): void {
    if (shown.key === null) return;
    // Inserted again, so that the oldest comes first.
    this.#kept.delete(shown.key);
    this.#kept.set(shown.key, shown);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
