/** The inboxes that follow a room: each passes on what happens here to one person's own socket. */
import type { Caller } from "../http/caller.ts";
import { log } from "../log.ts";
import type { ServerFrame } from "./frames.ts";
import type { Entry, Journal, JournalStorage } from "./journal.ts";
import type { RoomStub } from "./rooms.ts";
import type { ReadMark } from "./tenant.ts";

export interface Follower {
  /** Name of the inbox: `inbox:7`. */
  readonly inbox: string;
  readonly caller: Caller;
  readonly readOnly: boolean;
  /** When the right to hear was looked up, epoch ms. */
  readonly admittedAt: number;
}

/** What a follower is told at first. */
export interface Followed {
  readonly epoch: string;
  readonly head: number;
  readonly recovered: boolean;
  readonly present: readonly number[];
  readonly reads: readonly ReadMark[];
}

type Objects = (name: string) => RoomStub | null;

/**
 * A push may fail, and the object may die between storing and pushing. Then the follower notices the gap at the next
 * push, or at the nudge that follows each archive batch, and reads what it lacks.
 */
export class Followers {
  readonly #state: DurableObjectState;
  readonly #objects: Objects;
  readonly #journal: () => Journal;
  readonly #room: () => string;
  readonly #show: (entry: Entry, caller: Caller) => Entry;
  #known: Map<string, Follower> | null = null;
  /** Up to where each has been told in this life of the object. */
  readonly #told = new Map<string, number>();

  constructor(
    state: DurableObjectState,
    objects: Objects,
    journal: () => Journal,
    room: () => string,
    show: (entry: Entry, caller: Caller) => Entry,
  ) {
    this.#state = state;
    this.#objects = objects;
    this.#journal = journal;
    this.#room = room;
    this.#show = show;
  }

  all(): Follower[] {
    return [...this.#followers().values()];
  }

  get(inbox: string): Follower | undefined {
    return this.#followers().get(inbox);
  }

  add(follower: Follower): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO followers (inbox, follower) VALUES (?, ?)",
      follower.inbox,
      JSON.stringify(follower),
    );
    this.#followers().set(follower.inbox, follower);
    this.#told.delete(follower.inbox);
  }

  remove(inbox: string): boolean {
    if (!this.#followers().delete(inbox)) return false;
    this.#told.delete(inbox);
    this.#sql.exec("DELETE FROM followers WHERE inbox = ?", inbox);
    return true;
  }

  /** Lets go of these and tells them so. */
  drop(followers: readonly Follower[], code: number): void {
    for (const { inbox } of followers) {
      this.remove(inbox);
      this.#call(inbox, (stub) => stub.dropped(this.#room(), code));
    }
  }

  /** Passes on what was just stored. */
  tell(entries: readonly Entry[]): void {
    for (const follower of this.all()) this.#push(follower, entries);
  }

  /** Lets those know that may not have been told: after a crash nobody knows. */
  nudge(): void {
    const { head } = this.#journal();
    for (const follower of this.all()) if (this.#told.get(follower.inbox) !== head) this.#push(follower, []);
  }

  /** Passes on what is not stored. */
  show(frame: ServerFrame, except?: number): void {
    for (const { inbox, caller } of this.all())
      if (caller.userId !== except) this.#call(inbox, (stub) => stub.relayFrame(this.#room(), frame));
  }

  #push({ inbox, caller }: Follower, entries: readonly Entry[]): void {
    const { epoch, head } = this.#journal();
    const shown = entries.map((entry) => this.#show(entry, caller));
    this.#call(inbox, async (stub) => {
      const listens = await stub.relay(this.#room(), epoch, shown, head);
      if (listens) this.#told.set(inbox, Math.max(head, this.#told.get(inbox) ?? 0));
      else this.remove(inbox);
    });
  }

  #call(inbox: string, work: (stub: RoomStub) => Promise<unknown>): void {
    const stub = this.#objects(inbox);
    if (!stub) return;
    const done = work(stub).catch((error: unknown) =>
      log("warn", "room.relay", { room: this.#room(), inbox }, error),
    );
    this.#state.waitUntil(done);
  }

  get #sql(): JournalStorage {
    return this.#state.storage.sql;
  }

  #followers(): Map<string, Follower> {
    if (!this.#known) {
      this.#sql.exec("CREATE TABLE IF NOT EXISTS followers (inbox TEXT PRIMARY KEY, follower TEXT NOT NULL)");
      const rows = this.#sql.exec<{ inbox: string; follower: string }>(
        "SELECT inbox, follower FROM followers",
      );
      this.#known = new Map([...rows].map((row) => [row.inbox, JSON.parse(row.follower) as Follower]));
    }
    return this.#known;
  }

  /** Nothing is left of them in storage; the object is about to vanish. */
  forget(): void {
    this.#known = null;
    this.#told.clear();
  }
}
