/** What a room keeps beside its entries: its name, recent revocations, its schedule, and whether it was retired. */
import { TRUSTED_FOR } from "../../http/caller.ts";
import { type Holder, isRevoked, type Revocation } from "../rights/revocation.ts";

/** How long a room remembers revocations, so that a handshake under way can't get in after one. */
const REVOCATION_MEMORY = 60_000;
/** A right that ended is remembered as long as connection registries may hold it. */
const HELD_MEMORY = TRUSTED_FOR + 3600_000;
/** How long a room remembers that it was retired: longer than an authorizer may trust a cache or a notice may be late. */
const RETIREMENT_MEMORY = 3600_000;

/** Small values by name: a room's are in its journal. */
export interface FactStore {
  fact(name: string): string | null;
  setFact(name: string, value: string): void;
}

/** What decides who may enter, in the form in which it is stored; null for what is not. */
export type EntranceFacts = Readonly<
  Record<"room" | "revocations" | "rights" | "retiredUntil", string | null>
> & {
  /** Absent from a room of the version before. */
  readonly knownSince?: string | null;
};

interface Remembered {
  readonly revocation: Revocation;
  /** Epoch ms. */
  readonly until: number;
}

/** Whether a right to this room ended, after this time. */
const isEndOfRight = ({ revocation: { rightsBefore } }: Remembered, after = 0): boolean =>
  rightsBefore !== undefined && rightsBefore > after;

/** Kept in the journal's facts: an object that hibernates loses its fields. */
export class RoomState {
  readonly #facts: () => FactStore;
  readonly #clock: () => number;
  /** Undefined until it was read. */
  #dueAt: number | null | undefined;

  constructor(facts: () => FactStore, clock: () => number) {
    this.#facts = facts;
    this.#clock = clock;
  }

  get name(): string {
    return this.#facts().fact("room") ?? "";
  }

  /**
   * Stores the room's name, which the object learns from its callers and needs in its alarms.
   * @param since when the rights of the caller that makes the room were looked up; now for other callers. Epoch ms
   */
  know(name: string, since = this.#clock()): void {
    if (this.name === name) return;
    this.#facts().setFact("room", name);
    this.#facts().setFact("knownSince", String(since));
  }

  /**
   * Whether the room may have forgotten a change of rights since this admission: it is new, or it had deleted itself, and
   * was made again since. It deletes itself a minute after a change at the earliest, which covers other machines' clocks.
   */
  isNewerThan(admittedAt: number): boolean {
    return this.name === "" || admittedAt < Number(this.#facts().fact("knownSince") ?? 0);
  }

  revoke(revocation: Revocation): void {
    const { userId, rightsBefore } = revocation;
    // The end of a right covers all earlier ends of that person's right.
    const covered = ({ revocation: known }: Remembered) =>
      known.userId === userId && (known.rightsBefore ?? Number.POSITIVE_INFINITY) <= (rightsBefore ?? 0);
    const remembered: Remembered[] = [
      ...this.#revocations().filter((known) => !covered(known)),
      { revocation, until: this.#clock() + REVOCATION_MEMORY },
    ];
    this.#facts().setFact("revocations", JSON.stringify(remembered));
  }

  /** What a relay of this room needs to know to decide the same. */
  entranceFacts(): EntranceFacts {
    const fact = (name: string) => this.#facts().fact(name);
    return {
      room: fact("room"),
      revocations: fact("revocations"),
      rights: fact("rights"),
      retiredUntil: fact("retiredUntil"),
      knownSince: fact("knownSince"),
    };
  }

  /** In a relay: takes over what its room knows, beside what came here directly. */
  adopt({ room, revocations, rights, retiredUntil, knownSince = null }: EntranceFacts): void {
    const told = JSON.parse(revocations ?? "[]") as Remembered[];
    const known = new Map([...this.#revocations(), ...told].map((each) => [JSON.stringify(each), each]));
    this.#facts().setFact("revocations", JSON.stringify([...known.values()]));
    const { version } = JSON.parse(rights ?? '{"version":0}') as { version: number };
    if (rights !== null && version > this.#rights().version) this.#facts().setFact("rights", rights);
    if (retiredUntil !== null) this.#facts().setFact("retiredUntil", retiredUntil);
    if (room !== null) this.#facts().setFact("room", room);
    if (knownSince !== null) this.#facts().setFact("knownSince", knownSince);
  }

  /** The revocation that covers this socket or subscriber, if any. */
  revocationOf(holder: Holder): Revocation | undefined {
    return this.#revocations().find(({ revocation }) => isRevoked(holder, revocation))?.revocation;
  }

  /** Rights may have changed just now. */
  rightsChanged(): void {
    const now = this.#clock();
    const version = Math.max(now, this.#rights().version + 1);
    this.#facts().setFact("rights", JSON.stringify({ version, until: now + REVOCATION_MEMORY }));
  }

  /**
   * The version with which rights must be looked up again; null when those of this admission are fresh enough. A handshake
   * that was under way at a change may have read them before it, and so does a right that is held since.
   */
  staleVersion({
    admittedAt,
    rightsVersion,
  }: {
    admittedAt: number;
    rightsVersion?: number | undefined;
  }): number | null {
    const { version, until } = this.#rights();
    const mayBeOlder = until > this.#clock() || admittedAt <= version + REVOCATION_MEMORY;
    return version > 0 && mayBeOlder && (rightsVersion ?? 0) < version ? version : null;
  }

  #rights(): { readonly version: number; readonly until: number } {
    return JSON.parse(this.#facts().fact("rights") ?? '{"version":0,"until":0}');
  }

  /** When the handler is to be called, epoch ms; null for never. */
  get dueAt(): number | null {
    if (this.#dueAt === undefined) this.#dueAt = Number(this.#facts().fact("dueAt")) || null;
    return this.#dueAt;
  }

  setDue(at: number | null): void {
    this.#dueAt = at;
    this.#facts().setFact("dueAt", at === null ? "" : String(at));
  }

  retire(): void {
    this.setDue(null);
    this.#facts().setFact("retiredUntil", String(this.#clock() + RETIREMENT_MEMORY));
  }

  get isRetired(): boolean {
    return this.#retiredUntil() > this.#clock();
  }

  /** When each thing that is remembered expires, epoch ms. */
  ends(): number[] {
    const ends = [
      this.#retiredUntil(),
      this.#rights().until,
      // A room that deletes itself earlier than it forgets these admits nobody by a held right.
      ...this.#revocations().map(({ until }) => until),
    ];
    return ends.filter((end) => end > this.#clock());
  }

  #retiredUntil(): number {
    return Number(this.#facts().fact("retiredUntil") ?? 0);
  }

  #revocations(): Remembered[] {
    const remembered = JSON.parse(this.#facts().fact("revocations") ?? "[]") as Remembered[];
    const now = this.#clock();
    return remembered.filter((each) => each.until > now || isEndOfRight(each, now - HELD_MEMORY));
  }
}
