/** The inboxes that follow a room: each passes on what happens here to one person's own socket. */
import type { Caller } from "../../http/caller.ts";
import { log } from "../../log.ts";
import type { ReadMark, Visibility } from "../handler.ts";
import type { Entry, Journal, JournalStorage } from "../log/journal.ts";
import type { ServerFrame } from "../socket/frames.ts";
import { isHeard } from "../socket/liveness.ts";
import type { RoomStub } from "../stubs.ts";

export interface Subscriber {
  /** Name of the inbox: `inbox:7`. */
  readonly inbox: string;
  readonly caller: Caller;
  readonly readOnly: boolean;
  /** When the right to hear was looked up, epoch ms. */
  readonly admittedAt: number;
  /** As in the `Admission` of a socket. */
  readonly visibleFrom?: number | undefined;
  readonly until?: number | undefined;
  readonly rightsVersion?: number | undefined;
  /** The others were told that nobody is heard behind this inbox any more. */
  silent?: boolean;
}

/** The rights may have changed since they were looked up: look again, and name this version. */
export interface StaleRights {
  readonly rightsVersion: number;
}

/** What a follower is told at first. */
export interface SubscribeResult {
  readonly epoch: string;
  readonly head: number;
  readonly recovered: boolean;
  /** Null where nobody is told who is here. */
  readonly present: readonly number[] | null;
  readonly reads: readonly ReadMark[];
}

type Objects = (name: string) => RoomStub | null;

/**
 * A push may fail, and the object may die between storing and pushing. Then the follower notices the gap at the next
 * push, or at the nudge that follows each archive batch, and reads what it lacks.
 */
export class Subscribers {
  readonly #state: DurableObjectState;
  readonly #objects: Objects;
  readonly #journal: () => Journal;
  readonly #room: () => string;
  readonly #show: (entry: Entry, subscriber: Subscriber) => Entry;
  readonly #left: (inbox: string) => void;
  readonly #clock: () => number;
  /** When somebody behind each inbox was last heard, and when this room learnt it: as much as this life of the object knows. */
  readonly #heard = new Map<string, { readonly at: number; readonly learntAt: number }>();
  #known: Map<string, Subscriber> | null = null;
  /** Up to where each has been told in this life of the object. */
  readonly #told = new Map<string, number>();
  /** Those whose last push failed. */
  readonly #owed = new Set<string>();

  constructor(
    state: DurableObjectState,
    objects: Objects,
    journal: () => Journal,
    room: () => string,
    show: (entry: Entry, subscriber: Subscriber) => Entry,
    left: (inbox: string) => void,
    clock: () => number,
  ) {
    this.#state = state;
    this.#objects = objects;
    this.#journal = journal;
    this.#room = room;
    this.#show = show;
    this.#left = left;
    this.#clock = clock;
  }

  all(): Subscriber[] {
    return [...this.#subscribers().values()];
  }

  get(inbox: string): Subscriber | undefined {
    return this.#subscribers().get(inbox);
  }

  add(subscriber: Subscriber): void {
    this.#write(subscriber);
    this.#told.delete(subscriber.inbox);
    this.hear(subscriber.inbox, this.#clock());
  }

  /** Somebody behind this inbox was heard then, epoch ms. */
  hear(inbox: string, at: number): void {
    const known = this.#heard.get(inbox)?.at ?? 0;
    this.#heard.set(inbox, { at: Math.max(at, known), learntAt: this.#clock() });
  }

  /** When somebody behind this inbox was last heard, epoch ms; null: it has to be asked. */
  heardAt(inbox: string): number | null {
    return this.#heard.get(inbox)?.at ?? null;
  }

  /** Whether the others were told that nobody is heard there any more. */
  mark(inbox: string, silent: boolean): void {
    const subscriber = this.get(inbox);
    if (!subscriber) return;
    subscriber.silent = silent;
    this.#write(subscriber);
  }

  /** Asks each inbox whose people were not heard lately. One that can't be reached is not heard. */
  async askWhoIsSilent(): Promise<void> {
    const now = this.#clock();
    const isKnown = (inbox: string) => {
      const { at, learntAt } = this.#heard.get(inbox) ?? { at: 0, learntAt: 0 };
      return isHeard(at, now) || now - learntAt < ASK_AGAIN;
    };
    const asked = this.all().filter(({ inbox }) => !isKnown(inbox));
    await Promise.all(
      asked.map(async (subscriber) => {
        const { inbox } = subscriber;
        const answer = this.#call(inbox, async (stub) => {
          const at = await stub.heard(this.#room());
          if (this.get(inbox) === subscriber) this.#noteAnswer(inbox, at);
        });
        await Promise.race([answer, scheduler.wait(ASK_PATIENCE)]);
        if (this.get(inbox) === subscriber && !isKnown(inbox)) this.hear(inbox, 0);
      }),
    );
  }

  /** What an inbox says of its people: when one was heard, or null for nobody who listens here. */
  #noteAnswer(inbox: string, heardAt: number | null): void {
    if (heardAt === null) this.#left(inbox);
    else this.hear(inbox, heardAt);
  }

  #write(subscriber: Subscriber): void {
    const known = this.#subscribers();
    this.#sql.exec(
      "INSERT OR REPLACE INTO followers (inbox, follower) VALUES (?, ?)",
      subscriber.inbox,
      JSON.stringify(subscriber),
    );
    known.set(subscriber.inbox, subscriber);
  }

  /** The same follower with other rights. What it was told stays told. */
  update(inbox: string, rights: Visibility): void {
    const subscriber = this.get(inbox);
    if (subscriber) this.#write({ ...subscriber, ...rights });
  }

  remove(inbox: string): boolean {
    if (!this.#subscribers().delete(inbox)) return false;
    this.#told.delete(inbox);
    this.#owed.delete(inbox);
    this.#heard.delete(inbox);
    this.#sql.exec("DELETE FROM followers WHERE inbox = ?", inbox);
    return true;
  }

  /** Lets go of these and tells them so. */
  drop(subscribers: readonly Subscriber[], code: number): void {
    for (const { inbox } of subscribers) {
      this.remove(inbox);
      void this.#call(inbox, (stub) => stub.dropped(this.#room(), code));
    }
  }

  /** Passes on what was just stored. */
  tell(entries: readonly Entry[]): void {
    for (const subscriber of this.all()) void this.#push(subscriber, entries);
  }

  /** Whether somebody must be told again. */
  get owes(): boolean {
    return this.#owed.size > 0;
  }

  /** Lets those know that may not have been told: after a crash nobody knows. */
  async nudge(): Promise<void> {
    const { head } = this.#journal();
    const late = this.all().filter(({ inbox }) => this.#told.get(inbox) !== head || this.#owed.has(inbox));
    await Promise.all(late.map((subscriber) => this.#push(subscriber, [])));
  }

  /** Passes on what is not stored. */
  show(frame: ServerFrame, except?: number): void {
    for (const { inbox, caller } of this.all())
      if (caller.userId !== except) void this.#call(inbox, (stub) => stub.relayFrame(this.#room(), frame));
  }

  async #push(subscriber: Subscriber, entries: readonly Entry[]): Promise<void> {
    const { inbox } = subscriber;
    const { epoch, head } = this.#journal();
    const shown = entries.map((entry) => this.#show(entry, subscriber));
    const done = await this.#call(inbox, async (stub) => {
      const heardAt = await stub.relay(this.#room(), epoch, shown, head);
      // Who left and came back meanwhile is another follower by now.
      if (this.get(inbox) !== subscriber) return;
      this.#owed.delete(inbox);
      if (heardAt !== null) this.#told.set(inbox, Math.max(head, this.#told.get(inbox) ?? 0));
      this.#noteAnswer(inbox, heardAt);
    });
    if (!done && this.get(inbox) === subscriber) this.#owed.add(inbox);
  }

  /** False when the inbox could not be reached. */
  #call(inbox: string, work: (stub: RoomStub) => Promise<unknown>): Promise<boolean> {
    const tried = async () => {
      try {
        const stub = this.#objects(inbox);
        if (stub) await work(stub);
        return true;
      } catch (error) {
        log("warn", "room.relay", { room: this.#room(), inbox }, error);
        return false;
      }
    };
    const done = tried();
    this.#state.waitUntil(done);
    return done;
  }

  get #sql(): JournalStorage {
    return this.#state.storage.sql;
  }

  #subscribers(): Map<string, Subscriber> {
    if (!this.#known) {
      this.#sql.exec("CREATE TABLE IF NOT EXISTS followers (inbox TEXT PRIMARY KEY, follower TEXT NOT NULL)");
      const rows = this.#sql.exec<{ inbox: string; subscriber: string }>(
        "SELECT inbox, follower AS subscriber FROM followers",
      );
      this.#known = new Map([...rows].map((row) => [row.inbox, JSON.parse(row.subscriber) as Subscriber]));
    }
    return this.#known;
  }

  /** Nothing is left of them in storage; the object is about to vanish. */
  forget(): void {
    this.#known = null;
    this.#told.clear();
    this.#owed.clear();
    this.#heard.clear();
  }
}

/** An inbox that was just asked, or has just answered a push, is not asked again for so long. Milliseconds. */
const ASK_AGAIN = 5_000;
/** How long an inbox may take to answer. Milliseconds. */
const ASK_PATIENCE = 2_000;
