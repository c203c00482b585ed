/** What a room remembers beside its entries: its name, whom it closed lately, and that it was retired. */

import { type Holder, isRevoked, type Revocation } from "../socket/sockets.ts";
import type { Journal } from "./journal.ts";

/** For this long a room remembers whom it closed, so that a handshake under way does not slip in behind. */
const REVOCATION_MEMORY = 60_000;
/** For this long a room knows that it was retired: longer than a gate may trust what it read, and a notice be late. */
const GRAVE = 3600_000;

interface Remembered {
  readonly revocation: Revocation;
  /** Epoch ms. */
  readonly until: number;
}

/** Kept in the journal's facts: a hibernating object forgets its fields. */
export class RoomState {
  readonly #journal: () => Journal;
  readonly #clock: () => number;
  /** Undefined until somebody looked. */
  #dueAt: number | null | undefined;

  constructor(journal: () => Journal, clock: () => number) {
    this.#journal = journal;
    this.#clock = clock;
  }

  get name(): string {
    return this.#journal().fact("room") ?? "";
  }

  /** The object learns its own name from whoever calls it first, and keeps it for its alarms. */
  know(name: string): void {
    if (this.name !== name) this.#journal().setFact("room", name);
  }

  revoke(revocation: Revocation): void {
    const remembered: Remembered[] = [
      ...this.#revocations(),
      { revocation, until: this.#clock() + REVOCATION_MEMORY },
    ];
    this.#journal().setFact("revocations", JSON.stringify(remembered));
  }

  /** What it was sent away by, if it was: a session that ended, or a right. */
  revocationOf(holder: Holder): Revocation | undefined {
    return this.#revocations().find(({ revocation }) => isRevoked(holder, revocation))?.revocation;
  }

  /** What people may do here may have changed just now. */
  rightsChanged(): void {
    const now = this.#clock();
    const version = Math.max(now, this.#rights().version + 1);
    this.#journal().setFact("rights", JSON.stringify({ version, until: now + REVOCATION_MEMORY }));
  }

  /** Of the last such change, as long as a handshake that began before it may still be under way; null after that. */
  get rightsVersion(): number | null {
    const { version, until } = this.#rights();
    return until > this.#clock() ? version : null;
  }

  #rights(): { readonly version: number; readonly until: number } {
    return JSON.parse(this.#journal().fact("rights") ?? '{"version":0,"until":0}');
  }

  /** When the tenant wants to be called, epoch ms; null for never. */
  get dueAt(): number | null {
    if (this.#dueAt === undefined) this.#dueAt = Number(this.#journal().fact("dueAt")) || null;
    return this.#dueAt;
  }

  setDue(at: number | null): void {
    this.#dueAt = at;
    this.#journal().setFact("dueAt", at === null ? "" : String(at));
  }

  retire(): void {
    this.setDue(null);
    this.#journal().setFact("retiredUntil", String(this.#clock() + GRAVE));
  }

  get isRetired(): boolean {
    return this.#retiredUntil() > this.#clock();
  }

  /** When what is remembered ends, epoch ms; empty when nothing is. */
  ends(): number[] {
    const ends = [
      this.#retiredUntil(),
      this.#rights().until,
      ...this.#revocations().map(({ until }) => until),
    ];
    return ends.filter((end) => end > this.#clock());
  }

  #retiredUntil(): number {
    return Number(this.#journal().fact("retiredUntil") ?? 0);
  }

  #revocations(): Remembered[] {
    const remembered = JSON.parse(this.#journal().fact("revocations") ?? "[]") as Remembered[];
    return remembered.filter(({ until }) => until > this.#clock());
  }
}
