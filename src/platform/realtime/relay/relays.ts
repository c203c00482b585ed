/** The relays of a room: which there are, and where the next socket goes. */
import { log } from "../../log.ts";
import type { ShownValue } from "../fanout/latest.ts";
import type { RoomHandler } from "../handler.ts";
import type { Entry } from "../log/entry.ts";
import type { Journal } from "../log/journal/journal.ts";
import type { RoomState } from "../log/state.ts";
import type { Connections } from "../socket/connections.ts";
import { type Direction, direct, startOf } from "./directions.ts";
import { RelayLink } from "./link.ts";
import type { RelayMethods, RelayReport, RelayStub } from "./rpc.ts";

/** How long relays may take to say how far they are. Milliseconds. */
const PATIENCE = 2_000;

interface RelaysParts {
  readonly state: DurableObjectState;
  readonly handler: Pick<RoomHandler, "isRelayed">;
  readonly journal: () => Journal;
  readonly roomState: RoomState;
  readonly connections: Connections;
  /** The object of one of this room's relays. */
  readonly relayObject: (room: string, number: number) => RelayStub | null;
  /** How many sockets the room holds itself, and each relay. */
  readonly relaySockets: () => number;
}

export class Relays {
  readonly #parts: RelaysParts;
  /** By number; null until they were read. The numbers are stored as a fact. */
  #links: Map<number, RelayLink> | null = null;
  /** Sockets on their way to relays that are not attached yet. */
  readonly #expected = new Map<number, number>();

  constructor(parts: RelaysParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#all().size === 0;
  }

  /** Whether a call is under way. */
  /** The sockets of all relays, as they reported them. */
  get sockets(): number {
    return [...this.#all().values()].reduce((sum, { sockets }) => sum + sockets, 0);
  }

  get isTelling(): boolean {
    return this.#read.some(({ isBusy }) => isBusy);
  }

  /** Whether a relay must be told again. */
  get owes(): boolean {
    return this.#read.some(({ isOwed }) => isOwed);
  }

  /** Those that were read from storage, without a look at it: it may have been deleted. */
  get #read(): RelayLink[] {
    return [...(this.#links?.values() ?? [])];
  }

  /** Waits until the relays have said how far they are and how many sockets they have, in this life of the object. */
  async look(): Promise<void> {
    const silent = [...this.#all().values()].filter(({ position }) => position === null);
    if (silent.length === 0) return;
    const asked = Promise.all(silent.map((link) => link.bring()));
    await Promise.race([asked, scheduler.wait(PATIENCE)]);
  }

  /** Where a socket goes; null: it stays here. `full`: a relay that had no place. */
  direct(userId: number | undefined, full: number | null): Direction | null {
    const { handler, connections, relaySockets } = this.#parts;
    const most = relaySockets();
    if (full !== null) this.#count(full, most);
    if (!handler.isRelayed || connections.open().length < most) return null;
    const counts = new Map(this.#expected);
    for (const [number, { sockets }] of this.#all()) counts.set(number, sockets);
    const direction = direct(counts, most, startOf(userId));
    this.#count(direction.relay, (counts.get(direction.relay) ?? 0) + 1);
    return direction;
  }

  /** Begins to serve a relay, or begins again; returns the token of the attachment. */
  attach(number: number, { seq, sockets }: RelayReport): string {
    const token = crypto.randomUUID();
    const expected = this.#all().get(number)?.sockets ?? this.#expected.get(number) ?? 0;
    const report = { seq: seq ?? this.#parts.journal().head, sockets: Math.max(sockets, expected) };
    this.#expected.delete(number);
    this.#all().set(number, this.#link(number, token, report));
    this.#save();
    return token;
  }

  has(number: number): boolean {
    return this.#all().has(number);
  }

  detach(number: number, token: string): void {
    const link = this.#all().get(number);
    if (link && (link.token === null || link.token === token)) this.#remove(number);
  }

  /** Brings what was just stored to every relay. */
  tell(entries: readonly Entry[]): Promise<unknown> {
    return Promise.all([...this.#all().values()].map((link) => link.bring(entries)));
  }

  /** Brings it to those who may not have it. */
  async nudge(): Promise<void> {
    const { head } = this.#parts.journal();
    const late = [...this.#all().values()].filter(({ position, isOwed }) => isOwed || position !== head);
    await Promise.all(late.map((link) => link.bring()));
  }

  /** Shows something that is not stored. A relay that can't be reached misses it. */
  show(shown: ShownValue): void {
    const { state, roomState } = this.#parts;
    const warn = (error: unknown) => log("warn", "room.relays", { room: roomState.name }, error);
    for (const number of this.#all().keys()) {
      const told = this.#object(number)?.show(shown).catch(warn);
      if (told) state.waitUntil(told);
    }
  }

  /** Does the same on every relay. Throws the first failure, after it has called all: the caller repeats it. */
  async each<Result>(call: (relay: RelayMethods) => Promise<Result>): Promise<Result[]> {
    const calls = [...this.#all().keys()].map(async (number) => {
      const relay = this.#object(number);
      return relay ? [await call(relay)] : [];
    });
    const results = await Promise.allSettled(calls);
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    return results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  }

  /**
   * The room is about to be emptied. What is returned runs after that: relays send the last entries and close. Those that
   * can't be reached stay known, and are told by the next nudge.
   */
  retire(): () => void {
    const ends = [...this.#all().values()].map((link) => ({ link, rest: link.rest() }));
    return () => {
      if (ends.length > 0) this.#save();
      for (const { link, rest } of ends) this.#parts.state.waitUntil(link.end(rest));
    };
  }

  /** Drops what was read from storage: it was just deleted. */
  forget(): void {
    this.#links = null;
    this.#expected.clear();
  }

  #link(number: number, token: string | null, report: RelayReport): RelayLink {
    const { state, journal, roomState } = this.#parts;
    const object = () => this.#object(number);
    const ended = (link: RelayLink) => {
      // A relay that left and came back meanwhile is another link by now.
      if (this.#all().get(number) === link) this.#remove(number);
    };
    return new RelayLink({ state, journal, roomState, object, ended }, token, report);
  }

  #object(number: number): RelayStub | null {
    return this.#parts.relayObject(this.#parts.roomState.name, number);
  }

  #count(number: number, sockets: number): void {
    const link = this.#all().get(number);
    if (link) link.sockets = sockets;
    else this.#expected.set(number, sockets);
  }

  #remove(number: number): void {
    if (this.#all().delete(number)) this.#save();
  }

  #all(): Map<number, RelayLink> {
    if (!this.#parts.handler.isRelayed) this.#links ??= new Map();
    if (!this.#links) {
      const numbers = JSON.parse(this.#parts.journal().fact("relays") ?? "[]") as number[];
      const unknown = { seq: null, sockets: 0 };
      this.#links = new Map(numbers.map((number) => [number, this.#link(number, null, unknown)]));
      // An earlier life may have ended between storing and telling.
      if (numbers.length > 0) this.#parts.state.waitUntil(Promise.resolve().then(() => this.nudge()));
    }
    return this.#links;
  }

  #save(): void {
    this.#parts.journal().setFact("relays", JSON.stringify([...this.#all().keys()]));
  }
}
